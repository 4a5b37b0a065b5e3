"""Rules that other rules use: how a change of one comes to the indexes, and which changes are refused."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import select

from service.domain.actors import ActorChange
from service.domain.rules import Rule, RuleSpec
from service.storage.saved_rules import BadUse, RuleInUse
from service.storage.store import Store
from service.storage.tables import rule
from tests.make import a_spec
from tests.storage.conftest import CallerAt
from tests.storage.test_actors import RUTTE, somebody_waits


class Shelf:
    """The rules of one workspace."""

    def __init__(self, store: Store, caller: CallerAt, workspace: str = "ws_1") -> None:
        self.store, self.caller, self.workspace = store, caller, workspace

    def add(self, rule_id: str, name: str, query: str | None = None, **spec: Any) -> Rule:
        """A rule of a topic, or of a query alone."""
        made = a_spec(**{"name": name, "topics": [] if query else ["bridge"], "query": query, **spec})
        return self.store.rules.add_rule(made, new_id=rule_id, caller=self.caller(self.workspace))

    def change(self, rule_id: str, **fields: Any) -> Rule | None:
        def make(old: RuleSpec) -> RuleSpec:
            return RuleSpec.model_validate({**old.model_dump(mode="json"), **fields})

        return self.store.rules.change_rule(rule_id, make, caller=self.caller(self.workspace))

    def delete(self, rule_id: str) -> bool:
        return self.store.rules.delete_rule(rule_id, caller=self.caller(self.workspace))

    def since(self, revision: int) -> dict[str, Rule]:
        """What an index at this revision takes in."""
        return {each.id: each for each in self.store.rules.changes_since(revision).rules}


@pytest.fixture
def shelf(store: Store, caller: CallerAt) -> Shelf:
    """Bridges, a rule that uses it, one that uses that, a resting one, one that uses none; and a namesake next door."""
    shelf = Shelf(store, caller)
    shelf.add("ru_5", "Bridges")
    shelf.add("ru_4", "Above", 'rule:"bridges"')
    shelf.add("ru_3", "Top", "harbour NOT rule:ru_4")
    shelf.add("ru_2", "Resting", "rule:Bridges", enabled=False)
    shelf.add("ru_1", "Other", '"rule bridges"')
    Shelf(store, caller, "ws_2").add("ru_6", "Bridges", topics=["other"])
    return shelf


def last(shelf: Shelf) -> int:
    return shelf.store.rules.changes_since(0).revision


def test_an_index_gets_all_that_a_rule_uses(shelf: Shelf) -> None:
    rules = shelf.since(0)
    assert {key: spec and spec.name for key, spec in rules["ru_3"].saved.items()} == {"ru_4": "Above", "bridges": "Bridges"}
    assert rules["ru_4"].saved["bridges"] == rules["ru_5"].spec, "of its own workspace"
    assert not rules["ru_5"].saved


@pytest.mark.parametrize("change", [{"topics": ["tunnel"]}, {"enabled": False}])
def test_a_change_reaches_the_live_rules_that_use_it_at_any_depth_and_no_others(shelf: Shelf, change: dict[str, Any]) -> None:
    before = last(shelf)
    shelf.change("ru_5", **change)
    taken_in = shelf.since(before)
    assert set(taken_in) == {"ru_3", "ru_4", "ru_5"}
    assert {each.revision for each in taken_in.values()} == {before + 1}
    assert taken_in["ru_3"].saved["bridges"] == taken_in["ru_4"].saved["bridges"] == taken_in["ru_5"].spec


def test_a_resting_rule_has_the_change_when_it_is_enabled(shelf: Shelf) -> None:
    shelf.change("ru_5", topics=["tunnel"])
    before = last(shelf)
    shelf.change("ru_2", enabled=True)
    (taken_in,) = shelf.since(before).values()
    used = taken_in.saved["bridges"]
    assert used
    assert used.topics == ("tunnel",)


def test_what_is_said_of_an_actor_reaches_rules_over_the_rules_that_they_use(shelf: Shelf) -> None:
    shelf.add("ru_7", "People", actors=["Mark Rutte"], topics=[], enabled=False)
    shelf.add("ru_8", "Users", "rule:People")
    before = last(shelf)
    shelf.store.actors.save_change(RUTTE, caller=shelf.caller())
    taken_in = shelf.since(before)
    assert set(taken_in) == {"ru_8"}
    used = taken_in["ru_8"].saved["people"]
    assert used
    assert used.watched[0].aliases == ("The Dutchman",)


@pytest.mark.parametrize(
    ("rule_id", "change", "users"),
    [
        pytest.param("ru_5", None, ["ru_2", "ru_4"], id="a used rule is deleted"),
        pytest.param("ru_5", {"name": "Piers"}, ["ru_2", "ru_4"], id="a rule used by its name is renamed"),
        pytest.param("ru_1", {"name": "BRIDGES"}, ["ru_2", "ru_4"], id="another takes its name"),
        pytest.param("ru_5", {"topics": [f"word {number}" for number in range(200)], "exclude": [f"x {number}" for number in range(200)],
            "query": " ".join("b" * 150)}, ["ru_4"], id="it grows too large for others"),
    ],
)  # fmt: skip
def test_what_others_say_by_a_rule_stays_what_it_is(shelf: Shelf, rule_id: str, change: dict[str, Any] | None, users: list[str]) -> None:
    before = last(shelf)
    with pytest.raises(RuleInUse) as refused:
        shelf.delete(rule_id) if change is None else shelf.change(rule_id, **change)
    assert {each for each, _name in refused.value.users} <= set(users)
    assert refused.value.users
    assert last(shelf) == before, "nothing is written"


def test_another_rule_of_a_used_name_is_refused_and_one_of_a_name_used_by_id_is_not(shelf: Shelf) -> None:
    with pytest.raises(RuleInUse):
        shelf.add("ru_9", " bridges")
    shelf.add("ru_9", "Above")
    assert shelf.change("ru_4", name="Below"), "and it may be renamed"


def test_it_can_be_deleted_when_nothing_uses_it_any_more(shelf: Shelf) -> None:
    for user in ("ru_3", "ru_4", "ru_2", "ru_5"):
        assert shelf.delete(user)


@pytest.mark.parametrize(
    ("rule_id", "query"),
    [
        pytest.param("ru_5", "rule:Bridges", id="itself"),
        pytest.param("ru_5", "rule:Top", id="in a circle"),
        pytest.param("ru_1", "rule:ru_6", id="one of another workspace"),
    ],
)
def test_a_use_that_cannot_be_is_refused_at_the_last_moment(shelf: Shelf, rule_id: str, query: str) -> None:
    with pytest.raises((BadUse, RuleInUse)):
        shelf.change(rule_id, query=query)


def test_of_two_who_close_a_circle_at_once_one_is_refused(store: Store, caller: CallerAt) -> None:
    shelf, refused = Shelf(store, caller), []
    shelf.add("ru_1", "One")
    shelf.add("ru_2", "Two")
    barrier = threading.Barrier(2)

    def use(rule_id: str, name: str) -> None:
        barrier.wait()
        try:
            shelf.change(rule_id, query=f"rule:{name}")
        except (BadUse, RuleInUse) as error:
            refused.append(error)

    threads = [threading.Thread(target=use, args=pair) for pair in (("ru_1", "Two"), ("ru_2", "One"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_changing_a_used_rule_and_matching_never_wait_for_each_other_in_a_circle(shelf: Shelf) -> None:
    store = shelf.store
    changing = threading.Thread(target=lambda: shelf.change("ru_5", topics=["tunnel"]))
    with store.database.write() as matching:
        matching.execute(select(rule.c.id).where(rule.c.id == "ru_3").with_for_update())
        changing.start()
        while store.database.is_postgres and changing.is_alive() and not somebody_waits(store):
            pass
        matching.execute(select(rule.c.id).where(rule.c.id == "ru_5").with_for_update())
    changing.join()
    found = store.rules.find_rule("ws_1", "ru_5")
    assert found
    assert found.spec.topics == ("tunnel",)


def test_what_is_said_of_actors_is_in_previews_of_rules_that_use_rules(shelf: Shelf) -> None:
    shelf.add("ru_7", "People", actors=["Mark Rutte"], topics=[])
    shelf.store.actors.save_change(ActorChange(RUTTE.actor, "Rutte", ("The Dutchman",)), caller=shelf.caller())
    saved = shelf.store.rules.saved_for("ws_1", a_spec(query="rule:People"))
    (used,) = shelf.store.actors.saved_as_matched("ws_1", saved).values()
    assert used
    assert used.watched[0].aliases == ("The Dutchman",)
