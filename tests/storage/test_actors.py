"""What a workspace says of actors, and how it comes to the indexes."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from service.domain.actors import ActorChange
from service.matching.actor_changes import actor_key
from service.storage.store import Store
from service.storage.tables import actor_change, audit, rule
from tests.make import NOON, a_spec
from tests.storage.conftest import CallerAt

RUTTE = ActorChange("person:mark-rutte", "Mark Rutte", ("The Dutchman",), ("Rutte Street",))


def aliases(store: Store, since: int) -> dict[str, tuple[str, ...]]:
    """The first actor's aliases of each rule that an index at revision `since` takes in."""
    return {each.id: each.spec.watched[0].aliases for each in store.rules.changes_since(since).rules}


def watch(store: Store, caller: CallerAt, rule_id: str, *actors: str, workspace: str = "ws_1", **spec: object) -> int:
    rule = store.rules.add_rule(a_spec(actors=list(actors), **spec), new_id=rule_id, caller=caller(workspace))
    return rule.revision


def test_what_was_said_is_kept_replaced_and_taken_back(store: Store, caller: CallerAt) -> None:
    store.actors.save_change(RUTTE, caller=caller())
    assert store.actors.find_change("ws_1", RUTTE.actor) == RUTTE
    new = ActorChange(RUTTE.actor, "Rutte", (), ("Rutte Sr",))
    store.actors.save_change(new, caller=caller())
    assert store.actors.find_change("ws_1", RUTTE.actor) == new
    assert store.actors.delete_change(RUTTE.actor, caller=caller())
    assert store.actors.find_change("ws_1", RUTTE.actor) is None
    assert not store.actors.delete_change(RUTTE.actor, caller=caller())


OF_OLD = ActorChange("name:mark rutte", "Mark Rutte", ("Teflon Mark",), ("Rutte Sr",))  # said before the pack knew him
OUT_OF_IT = ActorChange("person:jeanne-dupont", "Jeanne Dupont", ("The Boss",))  # said when the pack knew her


@pytest.mark.parametrize(
    ("said", "names"),
    [
        pytest.param(OF_OLD, ["Mark Rutte", "Rutte", "Рютте"], id="a name that has entered the pack"),
        pytest.param(OUT_OF_IT, ["Jeanne Dupont", "jeanne  DUPONT"], id="a name that has left the pack"),
    ],
)
def test_what_was_said_outlives_a_change_of_the_pack(store: Store, caller: CallerAt, said: ActorChange, names: list[str]) -> None:
    store.actors.save_change(said, caller=caller())
    for number, name in enumerate(names):
        watch(store, caller, f"ru_{number}", name)
        assert store.actors.find_change("ws_1", actor_key(name)) == said
        assert store.actors.as_matched("ws_1", a_spec(actors=[name])).watched[0].aliases == said.aliases
    assert [each.actor for each in store.actors.list_changes("ws_1").items] == [actor_key(names[0])]
    last = store.rules.changes_since(0).revision
    assert aliases(store, 0) == {f"ru_{number}": said.aliases for number in range(len(names))}
    assert store.actors.delete_change(actor_key(names[-1]), caller=caller())
    assert aliases(store, last) == {f"ru_{number}": () for number in range(len(names))}


def test_what_was_said_before_and_after_a_change_of_the_pack_holds_together_until_it_is_said_anew(store: Store, caller: CallerAt) -> None:
    with store.database.write() as connection:
        for change in (OF_OLD, RUTTE):
            values = {"name": change.name, "aliases": list(change.aliases), "strikes": list(change.strikes)}
            at = NOON if change is RUTTE else NOON - timedelta(days=1)
            connection.execute(actor_change.insert().values(workspace="ws_1", actor=change.actor, updated_at=at, **values))
    found = store.actors.find_change("ws_1", RUTTE.actor)
    assert found == replace(RUTTE, aliases=("The Dutchman", "Teflon Mark"), strikes=("Rutte Street", "Rutte Sr"))
    store.actors.save_change(RUTTE, caller=caller())
    assert store.actors.find_change("ws_1", RUTTE.actor) == RUTTE
    assert store.actors.list_changes("ws_1").items == (RUTTE,)


def test_another_workspace_neither_sees_nor_changes_it(store: Store, caller: CallerAt) -> None:
    store.actors.save_change(RUTTE, caller=caller())
    assert store.actors.find_change("ws_2", RUTTE.actor) is None
    assert store.actors.list_changes("ws_2").items == ()
    assert not store.actors.delete_change(RUTTE.actor, caller=caller("ws_2"))
    store.actors.save_change(ActorChange(RUTTE.actor, "Rutte"), caller=caller("ws_2"))
    assert store.actors.find_change("ws_1", RUTTE.actor) == RUTTE


def test_lists_show_the_last_changed_first_and_everything_once(store: Store, caller: CallerAt) -> None:
    long = "本" * 199
    for name in ("Ann", "Bob", f"{long}a", f"{long}b"):
        store.actors.save_change(ActorChange(f"name:{name}", name, ("x",)), caller=caller())
    store.actors.save_change(ActorChange("name:Ann", "Ann", ("y",)), caller=caller(now=NOON.replace(hour=13)))
    shown, cursor = [], None
    while page := store.actors.list_changes("ws_1", cursor=cursor, limit=1):
        shown += [each.name for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert shown[0] == "Ann"
    assert sorted(shown) == sorted(["Ann", "Bob", f"{long}a", f"{long}b"])


def test_a_change_reaches_the_rules_that_name_the_actor_and_no_others(store: Store, caller: CallerAt) -> None:
    watch(store, caller, "ru_1", "Mark Rutte")
    watch(store, caller, "ru_2", "NATO", "rutte")
    watch(store, caller, "ru_3", "NATO")
    watch(store, caller, "ru_4", "Mark Rutte", enabled=False)
    watch(store, caller, "ru_5", "Mark Rutte")
    store.rules.delete_rule("ru_5", caller=caller())
    last = watch(store, caller, "ru_6", "Mark Rutte", workspace="ws_2")

    store.actors.save_change(RUTTE, caller=caller())
    assert aliases(store, last) == {"ru_1": ("The Dutchman",), "ru_2": ()}
    taken_in = store.rules.changes_since(last)
    assert [actor.aliases for actor in taken_in.rules[-1].spec.watched if actor.name == "rutte"] == [("The Dutchman",)]

    store.actors.delete_change(RUTTE.actor, caller=caller())
    assert aliases(store, taken_in.revision) == {"ru_1": (), "ru_2": ()}


def test_a_rule_made_or_enabled_later_has_it_too(store: Store, caller: CallerAt) -> None:
    watch(store, caller, "ru_1", "Mark Rutte", enabled=False)
    store.actors.save_change(RUTTE, caller=caller())
    last = watch(store, caller, "ru_2", "Rutte")
    store.rules.change_rule("ru_1", lambda spec: spec.model_copy(update={"enabled": True}), caller=caller())
    assert aliases(store, last - 1) == {"ru_1": ("The Dutchman",), "ru_2": ("The Dutchman",)}
    assert aliases(store, 0) == {"ru_1": ("The Dutchman",), "ru_2": ("The Dutchman",)}


def test_users_see_their_rules_as_they_wrote_them(store: Store, caller: CallerAt) -> None:
    watch(store, caller, "ru_1", "Mark Rutte")
    store.actors.save_change(RUTTE, caller=caller())
    found = store.rules.find_rule("ws_1", "ru_1")
    assert found is not None
    assert found.spec.actors == ("Mark Rutte",)
    assert [each.spec for each in store.rules.list_rules("ws_1").items] == [found.spec]
    assert store.actors.as_matched("ws_1", found.spec).watched[0].aliases == ("The Dutchman",)
    assert store.actors.as_matched("ws_2", found.spec) == found.spec


def test_it_is_written_into_the_audit_trail(store: Store, caller: CallerAt) -> None:
    store.actors.save_change(RUTTE, caller=caller())
    store.actors.delete_change(RUTTE.actor, caller=caller())
    store.actors.delete_change(RUTTE.actor, caller=caller())
    with store.database.read() as connection:
        rows = connection.execute(select(audit.c.action, audit.c.object).where(audit.c.action.startswith("actor.")).order_by(audit.c.id))
        assert sorted(map(tuple, rows)) == [("actor.change", RUTTE.actor), ("actor.delete", RUTTE.actor)]


def test_rules_made_while_much_is_said_all_end_with_the_last_word(store: Store, caller: CallerAt) -> None:
    """Whoever comes first: an index that reads meanwhile ends up with the last change in every rule."""
    taken_in: dict[str, tuple[str, ...]] = {}
    over = threading.Event()

    def add_rules(writer: int) -> None:
        for number in range(8):
            watch(store, caller, f"ru_{writer}_{number}", "Mark Rutte")

    def say() -> None:
        for number in range(8):
            store.actors.save_change(ActorChange(RUTTE.actor, "Rutte", (f"alias {number}",)), caller=caller())

    def read() -> None:
        revision, last = 0, False
        while not last:
            last = over.is_set()
            changes = store.rules.changes_since(revision)
            taken_in.update((each.id, each.spec.watched[0].aliases) for each in changes.rules)
            revision = changes.revision

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=add_rules, args=(0,)), threading.Thread(target=add_rules, args=(1,)), threading.Thread(target=say)]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    over.set()
    reader.join()
    assert len(taken_in) == 16
    assert set(taken_in.values()) == {("alias 7",)}


def test_saying_something_and_matching_never_wait_for_each_other_in_a_circle(store: Store, caller: CallerAt) -> None:
    """Matching locks the rules it has found in order of id; so must a change that renews many."""
    for number in range(3):
        watch(store, caller, f"ru_{number}", "Mark Rutte")
    saying = threading.Thread(target=lambda: store.actors.save_change(RUTTE, caller=caller()))
    with store.database.write() as matching:
        matching.execute(select(rule.c.id).where(rule.c.id == "ru_0").with_for_update())
        saying.start()
        while store.database.is_postgres and saying.is_alive() and not somebody_waits(store):
            pass
        matching.execute(select(rule.c.id).where(rule.c.id == "ru_2").with_for_update())
    saying.join()
    assert store.actors.find_change("ws_1", RUTTE.actor) == RUTTE


def somebody_waits(store: Store) -> bool:
    """Whether a connection of this PostgreSQL database waits for a lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    with store.database.read() as connection:
        return bool(connection.execute(waiting).scalar_one())


@pytest.mark.parametrize("rules", [pytest.param(0, id="no rule"), pytest.param(3, id="some rules")])
def test_an_index_at_the_last_revision_has_nothing_to_take_in(store: Store, caller: CallerAt, rules: int) -> None:
    for number in range(rules):
        watch(store, caller, f"ru_{number}", "Mark Rutte")
    store.actors.save_change(RUTTE, caller=caller())
    last = store.rules.changes_since(0).revision
    assert store.rules.changes_since(last).rules == ()
