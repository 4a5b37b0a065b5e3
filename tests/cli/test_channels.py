"""Channels' secrets by the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from service.cli.main import main
from service.cli.opening import opened_house
from service.config import Settings
from service.domain.channels import Channel
from service.storage.audit import Caller
from service.storage.tables import channel


@pytest.fixture
def old_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A channel as versions before stored it: in the clear."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WIREWATCH_{name.upper()}", raising=False)
    monkeypatch.setenv("WIREWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", "11" * 32)
    CliRunner().invoke(main, ["migrate"])
    with opened_house(Settings()) as edges:
        space = edges.store.workspaces.get_or_add_workspace("default", new_id="ws_1", now=edges.now())
        new = Channel("ch_1", space.id, "webhook", "Desk", {"url": "https://a.example/canary"}, (), edges.now())
        edges.store.channels.add_channel(new, caller=Caller(space.id, "test", edges.now(), "au_1"))
        with edges.store.database.write() as connection:
            connection.execute(update(channel).values(sealed=None, settings=dict(new.settings)))
    return space.id


def sealed() -> str:
    with opened_house(Settings()) as edges, edges.store.database.read() as connection:
        row = connection.execute(select(channel)).one()
        assert row.settings == {}
        return str(row.sealed)


def run(*arguments: str) -> tuple[int, str]:
    ran = CliRunner().invoke(main, arguments)
    return ran.exit_code, ran.output


def test_a_migration_seals_what_was_in_the_clear(old_channel: str) -> None:
    assert "encrypted the secrets of 1 channels" in run("migrate")[1]
    assert sealed()


def test_channels_are_sealed_under_a_new_key(old_channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("migrate")
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", "22" * 32 + "," + "11" * 32)
    assert run("channels", "reseal") == (0, "1 encrypted anew\n")
    assert run("channels", "reseal") == (0, "0 encrypted anew\n")
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", "33" * 32)
    status, said = run("channels", "reseal")
    assert (status, "ch_1" in said) == (1, True)
    monkeypatch.delenv("WIREWATCH_SEALING_KEYS")
    status, said = run("channels", "reseal")
    assert (status, "WIREWATCH_SEALING_KEYS" in said) == (1, True)
