"""Rules: changes by several hands at once, and the order in which an index learns of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from service.domain.rules import RuleSpec
from service.storage.rules import StaleRevision
from service.storage.store import Store
from tests.make import a_spec
from tests.storage.conftest import CallerAt


@dataclass
class Together:
    """Runs pieces of work in threads of their own, all beginning at once."""

    works: list[Callable[[], object]]

    def run(self) -> None:
        barrier = threading.Barrier(len(self.works))

        def begin(work: Callable[[], object]) -> None:
            barrier.wait()
            work()

        threads = [threading.Thread(target=begin, args=(work,)) for work in self.works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def renamed(name: str) -> Callable[[RuleSpec], RuleSpec]:
    return lambda spec: spec.model_copy(update={"name": name})


def test_an_index_that_reads_while_many_write_misses_no_rule(store: Store, caller: CallerAt) -> None:
    learned: set[str] = set()
    over = threading.Event()

    def write(writer: int) -> None:
        for number in range(10):
            store.rules.add_rule(a_spec(), new_id=f"ru_{writer}_{number}", caller=caller())

    def read() -> None:
        revision, last = 0, False
        while not last:
            last = over.is_set()
            changes = store.rules.changes_since(revision)
            learned.update(rule.id for rule in changes.rules)
            revision = changes.revision

    reader = threading.Thread(target=read)
    reader.start()
    Together([lambda writer=writer: write(writer) for writer in range(4)]).run()  # type: ignore[misc]
    over.set()
    reader.join()
    assert len(learned) == 40


def test_two_changes_at_once_are_both_made(store: Store, caller: CallerAt) -> None:
    store.rules.add_rule(a_spec(topics=["bridge"]), new_id="ru_1", caller=caller())

    def add_topic(topic: str) -> None:
        store.rules.change_rule("ru_1", lambda spec: spec.model_copy(update={"topics": (*spec.topics, topic)}), caller=caller())

    Together([lambda number=number: add_topic(f"topic {number}") for number in range(6)]).run()  # type: ignore[misc]
    found = store.rules.find_rule("ws_1", "ru_1")
    assert found is not None
    assert set(found.spec.topics) == {"bridge", *(f"topic {number}" for number in range(6))}


def test_of_two_who_change_what_they_read_the_second_is_told(store: Store, caller: CallerAt) -> None:
    read = store.rules.add_rule(a_spec(), new_id="ru_1", caller=caller())
    store.rules.change_rule("ru_1", renamed("First"), caller=caller(), expected=[read.revision])
    with pytest.raises(StaleRevision):
        store.rules.change_rule("ru_1", renamed("Second"), caller=caller(), expected=[read.revision])
    with pytest.raises(StaleRevision):
        store.rules.delete_rule("ru_1", caller=caller(), expected=[read.revision])
    found = store.rules.find_rule("ws_1", "ru_1")
    assert found is not None
    assert found.spec.name == "First"


def test_a_deleted_rule_is_among_the_changes_and_nowhere_else(store: Store, caller: CallerAt) -> None:
    added = store.rules.add_rule(a_spec(), new_id="ru_1", caller=caller())
    assert store.rules.delete_rule("ru_1", caller=caller())
    (change,) = store.rules.changes_since(added.revision).rules
    assert (change.id, change.live) == ("ru_1", False)
    assert store.rules.find_rule("ws_1", "ru_1") is None
    assert not store.rules.delete_rule("ru_1", caller=caller())


def test_another_workspace_changes_nothing(store: Store, caller: CallerAt) -> None:
    store.rules.add_rule(a_spec(), new_id="ru_1", caller=caller())
    assert store.rules.change_rule("ru_1", renamed("Mine now"), caller=caller("ws_2")) is None
    assert not store.rules.delete_rule("ru_1", caller=caller("ws_2"))
