"""What channels keep secret: sealed in the database, under keys that may be replaced."""

from __future__ import annotations

import json
import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from service.domain.channels import Channel, Secret
from service.storage.channels import Channels
from service.storage.database import Database
from service.storage.sealing import NoSealingKey, Sealer, Unsealable
from service.storage.store import Store
from service.storage.tables import channel
from tests.make import NOON, SEALER
from tests.storage.conftest import CallerAt

OLD, NEW = SEALER.keys[0], b"n" * 32
HOOK = Channel("ch_1", "ws_1", "webhook", "Desk", {"url": "https://a.example/?token=canary-1"}, (Secret("whsec_canary-2"),), NOON)


def stored(database: Database) -> str:
    with database.read() as connection:
        return json.dumps([str(value) for row in connection.execute(select(channel)).all() for value in row])


def under(database: Database, *keys: bytes) -> Channels:
    return Channels(database, Sealer(keys, secrets.token_bytes))


def test_nothing_secret_is_stored_in_the_clear(store: Store, caller: CallerAt) -> None:
    store.channels.add_channel(HOOK, caller=caller())
    store.channels.rotate_secret("ch_1", "whsec_canary-3", overlap=timedelta(hours=1), caller=caller())
    store.channels.change_channel("ch_1", name=None, settings={"url": "https://a.example/?token=canary-4"}, caller=caller())
    assert "canary" not in stored(store.database)
    found = store.channels.find_channel("ws_1", "ch_1")
    assert found is not None
    assert found.settings == {"url": "https://a.example/?token=canary-4"}
    assert [each.value for each in found.secrets] == ["whsec_canary-3", "whsec_canary-2"]
    assert "canary" not in repr(found)


def test_what_was_stored_in_the_clear_works_until_it_is_sealed(store: Store, caller: CallerAt) -> None:
    store.channels.add_channel(HOOK, caller=caller())
    clear = {"settings": dict(HOOK.settings), "secrets": [{"value": "whsec_canary-2", "retires_at": None}], "sealed": None}
    with store.database.write() as connection:
        connection.execute(update(channel).values(**clear))
    assert store.channels.find_channel("ws_1", "ch_1") == HOOK
    assert (store.channels.reseal().done, store.channels.reseal().done) == (1, 0)
    assert "canary" not in stored(store.database)
    assert store.channels.find_channel("ws_1", "ch_1") == HOOK


def test_keys_are_replaced_by_sealing_anew(store: Store, caller: CallerAt) -> None:
    store.channels.add_channel(HOOK, caller=caller())
    assert under(store.database, NEW, OLD).reseal().done == 1
    assert under(store.database, NEW).find_channel("ws_1", "ch_1") == HOOK


def test_without_its_key_a_channel_says_so_and_loses_nothing(store: Store, caller: CallerAt) -> None:
    store.channels.add_channel(HOOK, caller=caller())
    without = under(store.database, NEW)
    found = without.find_channel("ws_1", "ch_1")
    assert found is not None
    assert (dict(found.settings), found.secrets) == ({}, ())
    assert found.unreadable
    assert [line.split(":")[0] for line in without.reseal().lost] == ["ch_1"]
    with pytest.raises(Unsealable):
        without.rotate_secret("ch_1", "whsec_x", overlap=timedelta(0), caller=caller())
    assert store.channels.find_channel("ws_1", "ch_1") == HOOK


def test_without_any_key_nothing_is_stored(store: Store, caller: CallerAt) -> None:
    with pytest.raises(NoSealingKey):
        under(store.database).add_channel(HOOK, caller=caller())
    assert store.channels.find_channel("ws_1", "ch_1") is None


def test_a_seal_moved_to_another_channel_opens_nothing(store: Store, caller: CallerAt) -> None:
    store.channels.add_channel(HOOK, caller=caller())
    store.channels.add_channel(Channel("ch_2", "ws_2", "webhook", "Spy", {}, (), NOON), caller=caller("ws_2"))
    with store.database.write() as connection:
        sealed = connection.execute(select(channel.c.sealed).where(channel.c.id == "ch_1")).scalar_one()
        connection.execute(update(channel).where(channel.c.id == "ch_2").values(sealed=sealed))
    spied = store.channels.find_channel("ws_2", "ch_2")
    assert spied is not None
    assert (dict(spied.settings), spied.secrets) == ({}, ())
