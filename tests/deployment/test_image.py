"""What the image is made of, as far as its files tell."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.deployment.conftest import ROOT

STAGES = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)[1:]


def ignored() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_the_environment_is_built_by_the_python_that_runs_it() -> None:
    builder, final = STAGES
    assert builder.splitlines()[0] == f"{final.splitlines()[0]} AS builder"


def test_every_library_is_locked_by_hash() -> None:
    from_the_index = [line for line in STAGES[0].splitlines() if " install " in line and "--no-index" not in line]
    assert len(from_the_index) == 2
    assert all("--require-hashes -r requirements/" in line for line in from_the_index)


def locked(lock: Path) -> dict[str, frozenset[str]]:
    """The versions of each library in a requirements file: several where each is for other versions of Python."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.]+)", lock.read_text(), flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return {name: frozenset(found) for name, found in versions.items()}


@pytest.mark.parametrize("name", ["bench", "build", "chat", "fulltext", "meaning", "run"])
def test_files_that_are_installed_together_ask_for_the_same_versions(name: str) -> None:
    tested = locked(ROOT / "requirements" / "dev.lock")
    asked = locked(ROOT / "requirements" / f"{name}.lock")
    assert "packaging" in asked
    assert {library: versions for library, versions in asked.items() if versions != tested.get(library, versions)} == {}


def test_the_image_has_meaning_unless_told_otherwise() -> None:
    assert re.findall(r"^ARG MEANING=(.+)$", STAGES[0], flags=re.MULTILINE) == ["yes"]
    (chosen,) = re.findall(r"-r requirements/(\$\(.+\))\.lock", STAGES[0])
    for given, lock in {"yes": "meaning", "no": "run"}.items():
        shell = subprocess.run(["/bin/sh", "-c", f"echo {chosen}"], env={"MEANING": given}, capture_output=True, text=True, check=True)
        assert shell.stdout.strip() == lock
        assert (ROOT / "requirements" / f"{lock}.lock").is_file()


@pytest.mark.parametrize("word", ["apt", "pip", "gcc", "ADD ", "COPY . "])
def test_the_final_stage_builds_nothing(word: str) -> None:
    assert word not in STAGES[1]


def test_the_final_stage_is_not_root() -> None:
    assert re.findall(r"^USER (.+)$", STAGES[1], flags=re.MULTILINE) == ["10001:10001"]


def test_the_build_sees_only_what_the_image_is_made_of() -> None:
    everything, *rules = ignored()
    assert everything == "*"
    admitted = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    locks = {f"requirements/{name}.lock" for name in ("build", "run", "meaning", "fulltext", "chat")}
    assert admitted == {"pyproject.toml", "README.md", *locks, "service", "workers"}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", STAGES[0], flags=re.MULTILINE)
    assert {name.rstrip("/") for line in copied for name in line.split()} == admitted


def test_the_example_of_the_secrets_holds_none() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == {
        "POSTGRES_PASSWORD=",
        "VALKEY_PASSWORD=",
        "WIREWATCH_SECRET_KEY=",
        "WIREWATCH_SEALING_KEYS=",
    }


def test_the_secrets_are_never_committed() -> None:
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
