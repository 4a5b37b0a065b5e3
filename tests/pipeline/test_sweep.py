"""What is forgotten now and then, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.api.app import create_app
from service.domain.silences import Silence
from service.edges import Edges
from service.pipeline.sweep import FORGETTING, forget_queries
from service.storage.audit import Caller
from service.storage.failures import count_failure
from tests.conftest import START, Clock
from tests.make import a_spec

VECTOR = b"\x00\x01" * 384
CALLER = Caller("ws_1", "test", START, "au_1")


@pytest.fixture
def edges(edges_on_both: Edges) -> Edges:
    edges_on_both.store.workspaces.get_or_add_workspace("ws_1", new_id="ws_1", now=START)
    return edges_on_both


def watch(edges: Edges, rule_id: str, **spec: Any) -> None:
    edges.store.rules.add_rule(a_spec(**spec), new_id=rule_id, caller=replace(CALLER, entry=f"au_{rule_id}"))


def embed(edges: Edges, *texts: str) -> None:
    edges.store.vectors.save_queries("m", dict.fromkeys(texts, VECTOR))


def left(edges: Edges) -> set[str]:
    return set(edges.store.vectors.list_queries(0.0, 10_000))


def test_the_vectors_that_no_live_rule_asks_for_are_forgotten(edges: Edges) -> None:
    watch(edges, "ru_1", name="Talks", actors=["NATO"], topics=["peace"])
    watch(edges, "ru_2", name="Rests", topics=["war"], enabled=False)
    watch(edges, "ru_3", name="Gone", topics=["rain"])
    edges.store.rules.delete_rule("ru_3", caller=replace(CALLER, entry="au_gone"))
    watch(edges, "ru_4", name="Query alone", topics=[], query="snow")
    embed(edges, "NATO peace", "Talks", "Rests", "war", "Gone", "rain", "what a rule said before")
    FORGETTING["queries"](edges)
    assert left(edges) == {"NATO peace", "Talks"}


def test_a_rule_is_asked_however_many_there_are(edges: Edges) -> None:
    names = [f"rule {number}" for number in range(501)]
    for number, name in enumerate(names):
        watch(edges, f"ru_{number}", name=name, topics=["peace"])
    embed(edges, *names, "peace", "war")
    assert forget_queries(edges) == 1
    assert left(edges) == {*names, "peace"}


def test_a_round_looks_at_some_and_the_next_ones_at_others(edges: Edges) -> None:
    embed(edges, *[f"text {number:02}" for number in range(30)])
    shares = iter((0.5, 0.95, 0.0))
    chancy = replace(edges, chance=lambda: next(shares))
    assert [forget_queries(chancy, limit=10) for _round in range(3)] == [10, 10, 10]
    assert left(edges) == set()
    assert forget_queries(edges) == 0


def test_what_fails_is_among_the_metrics(edges: Edges) -> None:
    for task in ("sweep_poll", "poll", "sweep_poll"):
        count_failure(edges.store.database, task)
    metrics = create_app(edges).test_client().get("/metrics").text
    assert 'wirewatch_task_failures_total{task="sweep_poll"} 2.0' in metrics
    assert 'wirewatch_task_failures_total{task="poll"} 1.0' in metrics


def test_what_ended_long_ago_is_forgotten(edges: Edges, clock: Clock) -> None:
    silence = Silence("sl_1", "ws_1", "strike week", (), ("G",), (), START, START + timedelta(days=1), START, "key_1")
    edges.store.silences.add_silence(silence, caller=CALLER)
    clock.advance(days=91)
    FORGETTING["silences"](edges)
    assert edges.store.silences.find_silence("ws_1", "sl_1")
    clock.advance(days=1)
    FORGETTING["silences"](edges)
    assert edges.store.silences.find_silence("ws_1", "sl_1") is None
