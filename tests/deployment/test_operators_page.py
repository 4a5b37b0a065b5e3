"""The operator's page tells every setting as it is."""

from __future__ import annotations

import re

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


def test_the_page_makes_the_secrets_that_compose_asks_for() -> None:
    made = re.search(r"^for name in (.+?); do", PAGE, flags=re.MULTILINE)
    assert made
    assert set(made[1].split()) == set(SECRETS)
