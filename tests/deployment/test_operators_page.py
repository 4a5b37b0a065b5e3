"""The operator's page tells every setting as it is."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from service.config import Settings
from tests.deployment.conftest import ROOT, SECRETS

PAGE = (ROOT / "docs" / "operators.md").read_text()
ROWS = dict(re.findall(r"^\| `(WIREWATCH_[A-Z_]+)` \| (.+?) \| .+ \|$", PAGE, flags=re.MULTILINE))
FIELDS = {f"WIREWATCH_{name}".upper(): field for name, field in Settings.model_fields.items()}


def test_the_table_has_every_setting_and_no_other() -> None:
    assert set(ROWS) == set(FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_the_table_tells_the_default(name: str) -> None:
    default = FIELDS[name].default
    shown = "unset" if default in (None, ()) else f"`{','.join(default) if isinstance(default, tuple) else default}`"
    assert ROWS[name] == shown


def test_the_page_speaks_of_no_setting_that_does_not_exist() -> None:
    spoken_of = set(re.findall(r"\bWIREWATCH_[A-Z_]*[A-Z]\b", PAGE))
    assert spoken_of <= set(FIELDS)


MAKING_SECRETS = next(block for block in re.findall(r"^```sh\n(.+?)^```", PAGE, flags=re.MULTILINE | re.DOTALL) if "openssl" in block)


def secrets_made(folder: Path) -> dict[str, str]:
    """Run the page's commands in this folder; returns what `.env` has then."""
    subprocess.run(["/bin/sh", "-euc", MAKING_SECRETS], cwd=folder, check=True, timeout=60)
    lines = [line.partition("=") for line in (folder / ".env").read_text().splitlines()]
    assert len({name for name, _, _ in lines}) == len(lines)
    return {name: value for name, _, value in lines}


def test_the_page_makes_the_secrets_that_compose_asks_for(tmp_path: Path) -> None:
    made = secrets_made(tmp_path)
    assert set(made) == set(SECRETS)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in made.values())
    assert len(set(made.values())) == len(made)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0


def test_made_again_after_an_upgrade_only_the_new_secret_is_added(tmp_path: Path) -> None:
    *old, new = SECRETS
    given = {**dict.fromkeys(old, "kept"), "WIREWATCH_LEASE": "20"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    made = secrets_made(tmp_path)
    assert set(made) - set(given) == {new}
    assert {name: made[name] for name in given} == given
