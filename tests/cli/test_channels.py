"""Channels' secrets by the command."""

from __future__ import annotations

import re
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


def test_a_migration_tells_of_channels_under_another_key(old_channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is where a backup was restored beside new secrets: what uses no channel goes on."""
    run("migrate")
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", "33" * 32)
    status, said = run("migrate")
    assert (status, "cannot be read" in said, "ch_1: it was sealed with a key" in said, "WIREWATCH_SEALING_KEYS" in said) == (
        0,
        True,
        True,
        True,
    )


@pytest.fixture
def channels(old_channel: str) -> str:
    """Channels in each state, beside the one that is in use; return of their workspace."""
    run("migrate")
    with opened_house(Settings()) as edges:
        store = edges.store.channels
        hook = Channel("ch_4", old_channel, "slack", "Hook", {"url": "https://hooks.slack.com/services/T0/B0/canary"}, (), edges.now())
        ann = Channel("ch_2", old_channel, "email", "Reader 2", {"to": "ann@a.example"}, (), edges.now(), unconfirmed=True)
        bob = Channel("ch_3", old_channel, "email", "Reader 3", {"to": "bob@a.example"}, (), edges.now())
        for each in (hook, ann, bob):
            store.add_channel(each, caller=Caller(old_channel, "test", edges.now(), f"au_{each.id}"))
        store.disable_channel("ch_3", "its reader unsubscribed", caller=Caller(old_channel, "test", edges.now(), "au_4"))
    return old_channel


def test_channels_are_listed_with_their_states_and_without_their_secrets(channels: str) -> None:
    status, said = run("channels", "list")
    head, *lines = said.splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert (status, head.split()[:5]) == (0, ["id", "kind", "name", "state", "settings"])
    assert re.search(r"slack +Hook +in use +url=https://hooks.slack.com/\*\*\*", rows["ch_4"])
    assert "canary" not in rows["ch_4"]
    assert re.search(r"email +Reader 2 +unconfirmed +to=ann@a.example +the address has not confirmed yet", rows["ch_2"])
    assert re.search(r"email +Reader 3 +disabled +to=bob@a.example +its reader unsubscribed", rows["ch_3"])


def test_channels_under_a_lost_key_are_listed_as_unreadable(old_channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("migrate")
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", "33" * 32)
    status, said = run("channels", "list")
    assert (status, "unreadable" in said) == (0, True)


def test_a_workspace_without_channels_is_told_how_to_make_one(old_channel: str) -> None:
    run("migrate")
    with opened_house(Settings()) as edges:
        edges.store.channels.delete_channel("ch_1", caller=Caller(old_channel, "test", edges.now(), "au_2"))
    status, said = run("channels", "list")
    assert (status, "POST /v1/channels" in said) == (1, True)
