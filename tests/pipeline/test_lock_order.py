"""Whoever writes the same rows at the same time takes them in one order, on PostgreSQL: nobody is ended for waiting in a circle."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine, text

from service.edges import Edges
from service.pipeline.digest import give_up_poison
from tests.conftest import START, Clock
from tests.machine import until
from tests.pipeline.barriers import locks_awaited
from tests.pipeline.test_digest import Waiting, bridge

MIDNIGHT = START.replace(hour=0) + timedelta(days=1)


@pytest.fixture
def desk(open_house: Callable[..., Edges], postgres_url: str, clock: Clock) -> Waiting:
    return Waiting(open_house(postgres_url), clock).open()


def test_a_days_rest_is_told_while_somebody_decides_what_else_goes_into_it(desk: Waiting, watcher: Engine) -> None:
    """The budget is taken away just then: who decides has read it, who tells the rest has not. In the rest there is a muted rule."""
    desk.choose(budget=1)
    muted = desk.rule()
    desk.tell(bridge(1), bridge(2))
    desk.change(muted, mute_until=(MIDNIGHT + timedelta(hours=8)).isoformat())
    desk.rule(name="Loud")
    desk.arrive(desk.feed, bridge(3))
    desk.matcher.warm_up()
    with ThreadPoolExecutor(2) as run, watcher.connect() as changing, watcher.connect() as late:
        late.execute(text("LOCK TABLE alert IN SHARE MODE"))  # whoever has decided waits here
        changing.execute(text("UPDATE workspace SET alerting = jsonb_set(alerting, '{budget}', 'null')"))
        deciding = run.submit(desk.match)
        until(lambda: locks_awaited(watcher) == 1, "who decides waits for the workspace, whose budget it has read")
        changing.commit()
        until(lambda: _waits_for(watcher, "alert"), "it has decided")
        telling = run.submit(desk.at, MIDNIGHT)
        until(lambda: locks_awaited(watcher) == 2, "who tells the rest waits for it")
        late.rollback()
        assert deciding.result(timeout=60) == 1
        assert telling.result(timeout=60) == 1
    assert [len(each.alerts) for each in desk.digests()] == [1, 1], "what the muted rule had to tell is apart"


def test_digests_of_muted_rules_are_given_up_while_somebody_decides_about_those_rules(desk: Waiting, watcher: Engine) -> None:
    rules = [desk.rule(name=f"Rule {number}", when={"digest": "daily", "at": "12:00"}) for number in range(6)]
    desk.tell(bridge(1))
    by_digest = [each.rule for each in sorted(desk.digests(), key=lambda each: each.id)]
    later = next(each for each, following in pairwise(by_digest) if each > following)  # the digest of a later rule is given up before
    earlier = by_digest[by_digest.index(later) + 1]
    desk.clock.at = MIDNIGHT
    for each in rules:
        if each.id in (earlier, later):
            desk.change(each, mute_until=(MIDNIGHT + timedelta(hours=8)).isoformat())
    with watcher.begin() as connection:
        connection.execute(text("UPDATE digest SET claims = 5"))
    desk.arrive(desk.feed, bridge(2))
    desk.matcher.warm_up()
    with ThreadPoolExecutor(2) as run, watcher.connect() as late:
        late.execute(text("SELECT 1 FROM rule WHERE id = :later FOR KEY SHARE"), {"later": later})
        deciding = run.submit(desk.match)
        until(lambda: locks_awaited(watcher) == 1, "who decides has locked the rules before this one")
        giving_up = run.submit(give_up_poison, desk.edges)
        until(lambda: locks_awaited(watcher) == 2, "who gives up waits for one of those")
        late.rollback()
        assert deciding.result(timeout=60) == 1
        assert giving_up.result(timeout=60) == 6


def _waits_for(watcher: Engine, table: str) -> bool:
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = CAST(:table AS regclass)")
    with watcher.connect() as connection:
        return bool(connection.execute(waiting, {"table": table}).scalar_one())
