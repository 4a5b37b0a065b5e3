"""Rules that alert on volume, from stored articles to the message, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from service.domain.alerting import FoundMatch
from service.domain.alerts import Alert
from service.domain.digests import DigestKind
from service.domain.evidence import Scores
from service.domain.feeds import Entry
from service.domain.rules import Rule
from service.domain.silences import Silence
from service.domain.spikes import Basis, Later
from service.edges import Edges
from service.pipeline.alert import raise_alerts
from service.pipeline.match import Matcher
from service.pipeline.sweep import FORGETTING
from service.storage.decisions import lock_rules
from service.storage.matches import Match
from tests.conftest import START, Clock
from tests.make import an_entry
from tests.pipeline.test_digest import Waiting

SPIKE = {"spike": "hour"}
WEEK = timedelta(weeks=1)
HOUR = timedelta(hours=1)


def bridge(outlet: int, number: int, title: str = "", **changes: Any) -> Entry:
    """What an outlet writes of a bridge, unlike all others do."""
    link = f"https://outlet{outlet}.example/{number}"
    return an_entry(guid=link, link=link, title=title or f"Bridge {number} of town {outlet} opens", **changes)


class Volumes(Waiting):
    """A desk whose rule alerts on volume."""

    numbers = iter(range(10**9))

    def watch_volume(self, **alerting: Any) -> Rule:
        return self.watch(alerting={"when": SPIKE, **alerting})

    def report(self, outlets: Sequence[int], title: str = "", **changes: Any) -> None:
        """A minute later these outlets report, each in words of its own unless a title is given."""
        self.tell(*(bridge(outlet, next(self.numbers), title, **changes) for outlet in outlets))

    def usual(self, times: int = 4, outlets: int = 2, every: timedelta = WEEK) -> None:
        """At 08:30 and at 09:30 so many outlets report, then so often again; at last it is 09:00, and nobody has yet."""
        begin = self.clock.at.replace(hour=9, minute=0)
        for number in range(1, times + 1):
            for minutes in (-31, 29):
                self.clock.at = begin + number * every + timedelta(minutes=minutes)
                self.report(range(outlets))
        self.clock.at = begin + (times + 1) * every

    def counted(self, watched: Rule) -> int:
        """How many outlets there are in the last hour."""
        stored = self.edges.store.rules.find_rule(self.workspace, watched.id)
        look = self.edges.store.volumes.look(stored, self.clock.at) if stored else None
        assert look is not None
        return look.count

    def matches(self) -> list[Match]:
        return sorted(self.edges.store.matches.list_matches(self.workspace, limit=500).items, key=lambda each: (each.created_at, each.id))

    def alert(self) -> Alert:
        (delivery,) = self.taken()
        assert delivery.alert is not None
        return delivery.alert


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Volumes:
    made = Volumes(edges_on_both, clock)
    made.open()
    return made


@pytest.fixture
def one(edges: Edges, clock: Clock) -> Volumes:
    """A desk on one engine, where the engine is not the point."""
    made = Volumes(edges, clock)
    made.open()
    return made


def test_a_spike_is_told_once_with_its_numbers(desk: Volumes) -> None:
    watched = desk.watch_volume()
    desk.usual()
    assert desk.taken() == []
    desk.report(range(9))
    assert desk.taken() == []
    assert desk.matches()[-1].reason == "counts towards a spike: 9 independent outlets in an hour of the 14 that it takes, usually 2"
    desk.report(range(9, 14))
    alert = desk.alert()
    assert alert.spike is not None
    assert (alert.rule, alert.spike.count, alert.spike.usual, alert.spike.least) == (watched.id, 14, 2.0, 14)
    assert (alert.spike.basis, alert.spike.periods, alert.spike.sensitivity, alert.spike.zone) == (Basis.WEEKS, 4, "normal", "UTC")
    assert (alert.spike.since, alert.spike.until) == (desk.clock.at - HOUR, desk.clock.at)
    assert alert.coverage is not None
    assert (alert.coverage.articles, alert.coverage.outlets, alert.coverage.independent) == (14, 14, 14)
    assert len(alert.articles) == 1, "it is one story"
    told = desk.matches()[-14:]
    assert {each.alert for each in told} == {alert.id}
    assert [each.held for each in told].count(None) == 1
    numbers = "14 independent outlets in an hour, usually 2"
    assert [each.reason for each in told if each.held is None] == [f"a spike: {numbers}"]
    assert {each.reason for each in told if each.held} == {f"part of the spike {alert.id}: {numbers}"}, "those that came before it, too"


def test_the_stories_that_most_outlets_report_are_shown_first(one: Volumes) -> None:
    one.watch_volume()
    one.usual()
    dispute = "Ferry owners sue over the toll on the Sound bridge, court hears"
    one.report(range(3), dispute, summary="The owners of three ferries want 40 million crowns back.")
    one.report(range(3, 20))
    titles = [each.title for each in one.alert().articles]
    assert titles[0].endswith(" opens")
    assert dispute in titles[1:]


def test_a_spike_that_goes_on_is_told_again_when_it_has_doubled(desk: Volumes) -> None:
    desk.watch_volume()
    desk.usual()
    desk.report(range(14))
    first = desk.alert()
    desk.report(range(14, 27))
    assert desk.taken() == []
    assert desk.matches()[-1].reason == f"part of the spike {first.id}: 27 independent outlets in an hour, usually 2"
    desk.report([27])
    again = desk.alert()
    assert (again.id, again.update and again.update.number) == (first.id, 1)
    assert again.spike is not None
    assert (again.spike.count, again.spike.told) == (28, 14)
    (listed,) = desk.edges.store.alerts.list_alerts("ws_1").items
    assert [each.update.news[0].what for each in listed.updates if each.update] == ["28"]
    assert {each.alert for each in desk.matches()[-28:]} == {first.id}


def test_once_it_is_over_the_next_one_is_another(desk: Volumes) -> None:
    desk.watch_volume()
    desk.usual()
    desk.report(range(14))
    first = desk.alert()
    desk.clock.at += 2 * HOUR
    desk.report([0])
    assert desk.matches()[-1].reason == "counts towards a spike: 1 independent outlet in an hour of the 5 that it takes, usually none"
    desk.report(range(1, 14))
    second = desk.alert()
    assert (first.id != second.id, second.update) == (True, None)
    desk.clock.at += 2 * HOUR  # and then all at once
    desk.report(range(14))
    assert desk.alert().id not in (first.id, second.id)


def test_a_young_rule_says_from_when_on_it_knows_what_is_usual(one: Volumes) -> None:
    one.watch_volume()
    one.report(range(40))
    assert one.taken() == []
    (reason,) = {each.reason for each in one.matches()}
    ready = "what is usual is known from Thu 5 Mar 2026, 11:01 UTC on"
    assert reason == f"counts towards a spike: 40 independent outlets in an hour; {ready}"


def test_before_there_are_weeks_it_compares_with_days(one: Volumes) -> None:
    one.watch_volume()
    one.usual(4, outlets=1, every=timedelta(days=1))
    one.report(range(14))
    spike = one.alert().spike
    assert spike is not None
    assert (spike.basis, spike.periods, spike.usual) == (Basis.DAYS, 4, 1.0)


def test_a_rule_that_told_of_articles_brings_what_it_matched_along(desk: Volumes) -> None:
    watched = desk.rule()
    desk.usual()
    assert len(desk.taken()) == 16
    desk.change(watched, when=SPIKE)
    desk.report(range(14))
    spike = desk.alert().spike
    assert spike is not None
    assert (spike.basis, spike.periods, spike.usual) == (Basis.WEEKS, 4, 2.0)


def test_an_edit_counts_nothing_anew_unless_articles_were_told_in_between(desk: Volumes) -> None:
    watched = desk.watch_volume()
    desk.report(range(3))
    assert desk.counted(watched) == 3
    with desk.edges.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM sighting")  # so that it can be seen when they are looked for
    desk.change(watched, when=SPIKE, cooldown="PT4H")
    assert desk.counted(watched) == 0
    desk.change(watched, when="instant")
    desk.report([3])
    desk.change(watched, when=SPIKE)
    assert desk.counted(watched) == 4


def test_hours_in_which_the_house_was_down_are_no_measure(one: Volumes) -> None:
    one.watch_volume()
    one.usual()
    one.clock.at += 3 * WEEK
    one.report(range(14))
    spike = one.alert().spike
    assert spike is not None
    assert (spike.periods, spike.usual) == (4, 2.0)


@pytest.mark.parametrize(
    ("title", "summary"),
    [
        pytest.param("Harbour bridge opens after a long delay", "", id="under one headline"),
        pytest.param("", "A bridge opens, Reuters reports.", id="by one agency"),
    ],
)
def test_reprints_count_once(one: Volumes, title: str, summary: str) -> None:
    one.watch_volume()
    one.usual()
    one.report(range(30), title, summary=summary)
    assert one.taken() == []
    reason = one.matches()[-1].reason
    assert reason is not None
    assert reason.startswith("counts towards a spike: 1 independent outlet in an hour")


def test_what_came_late_is_no_part_of_an_hour(one: Volumes) -> None:
    one.watch_volume()
    one.usual()
    one.report(range(30), published_at=one.clock.at - 5 * HOUR)
    assert one.taken() == []
    late = "does not count towards a spike in an hour: it came 5 hours after it was published"
    assert {each.reason for each in one.matches()[-30:]} == {late}
    assert {each.held for each in one.matches()} == {"counted"}


def test_in_a_day_it_is(one: Volumes) -> None:
    one.watch_volume(when={"spike": "day", "sensitivity": "high"})
    one.usual(6)
    one.report(range(30), published_at=one.clock.at - 5 * HOUR)
    spike = one.alert().spike
    assert spike is not None
    assert (spike.window, spike.sensitivity, spike.count, spike.periods) == ("day", "high", 30, 6)


def test_quiet_hours_hold_a_spike_and_tell_it_as_of_then(desk: Volumes) -> None:
    desk.watch_volume(quiet_hours={"from": "08:00", "to": "12:00"})
    desk.usual()
    desk.report(range(14))
    assert desk.taken() == []
    ends = desk.clock.at.replace(hour=12, minute=0)
    (raised,) = [each for each in desk.matches() if each.held is None]
    assert f"quiet hours until {ends:%a} {ends.day} {ends:%b %Y}, 12:00 UTC" in str(raised.reason)
    desk.report(range(14, 30))
    desk.at(ends)
    alert = desk.alert()
    assert (alert.update, alert.spike and alert.spike.count, alert.spike and alert.spike.told) == (None, 30, None)
    assert alert.spike is not None
    assert alert.spike.later == Later(0, ends)


def test_a_spike_that_waited_says_how_many_there_are_by_then(one: Volumes) -> None:
    one.watch_volume(group_wait="PT10M")
    one.usual()
    one.report(range(14))
    one.clock.at += timedelta(minutes=4)
    one.report(range(14, 20))
    one.at(one.clock.at + timedelta(minutes=5))
    spike = one.alert().spike
    assert spike is not None
    assert (spike.count, spike.later) == (14, Later(20, one.clock.at))


def test_several_spikes_of_a_night_are_one_message(one: Volumes) -> None:
    one.watch_volume(quiet_hours={"from": "08:00", "to": "16:00"})
    one.usual()
    one.report(range(14))
    one.clock.at += 3 * HOUR
    one.report(range(20))
    one.at(one.clock.at.replace(hour=16, minute=0))
    (delivery,) = one.taken()
    assert delivery.digest is not None
    assert (delivery.digest.kind, len(delivery.digest.alerts)) == (DigestKind.QUIET_HOURS, 2)
    assert {each.spike and each.spike.count for each in delivery.digest.alerts} == {14, 20}


def test_a_spike_under_a_mute_is_told_if_it_goes_on_after_it(one: Volumes) -> None:
    one.watch_volume(mute_until=(START + 5 * WEEK + timedelta(minutes=10)).isoformat())
    one.usual()
    one.report(range(14))
    assert one.taken() == []
    assert (one.matches()[-1].held, one.matches()[-1].reason) == (
        "muted", "a spike: 14 independent outlets in an hour, usually 2, not told: muted",
    )  # fmt: skip
    one.clock.at += timedelta(minutes=20)
    one.report([14])
    assert one.alert().spike


def test_a_cooldown_lies_between_spikes(one: Volumes) -> None:
    one.watch_volume(cooldown="PT4H")
    one.usual()
    one.report(range(14))
    assert one.alert()
    one.clock.at += 2 * HOUR
    one.report(range(14))
    assert one.taken() == []
    assert one.matches()[-1].held == "cooling_down"


def test_what_is_silenced_does_not_count(one: Volumes) -> None:
    watched = one.watch_volume()
    one.usual()
    until = one.clock.at + 9 * HOUR
    silence = Silence("sl_1", "ws_1", "strike week", (), (), (watched.id,), one.clock.at, until, one.clock.at, "key_1")
    one.edges.store.silences.add_silence(silence, caller=one.caller())
    one.report(range(14))
    assert one.taken() == []
    assert {(each.held, each.silence) for each in one.matches()[-14:]} == {("silenced", "sl_1")}
    one.clock.at = until
    one.report([0])
    assert str(one.matches()[-1].reason).startswith("counts towards a spike: 1 independent outlet")


def test_a_cap_collects_spikes_beyond_it(one: Volumes) -> None:
    one.watch_volume(cap={"day": 1})
    one.usual()
    one.report(range(14))
    assert one.alert()
    one.clock.at += 2 * HOUR
    one.report(range(14))
    assert one.taken() == []
    one.at(one.clock.at.replace(hour=0, minute=0) + timedelta(days=1))
    assert one.taken_digest()[0] is DigestKind.CAP


def test_who_is_slow_tells_nothing_a_second_time(desk: Volumes) -> None:
    watched = desk.watch_volume()
    desk.usual()
    desk.arrive(desk.feed, *(bridge(outlet, next(desk.numbers)) for outlet in range(14)))
    slow = desk.edges.store.articles.claim_articles(now=desk.edges.now(), token="slow", limit=50)
    desk.clock.at += timedelta(minutes=1)
    desk.match()
    assert desk.alert().spike
    found = [FoundMatch(watched, each.article, (), Scores(1.0, 1.0), watched.created_at, existing_wanted=False) for each in slow]
    assert raise_alerts(desk.edges, slow, found) == 0
    assert desk.taken() == []


def test_what_fails_before_the_end_leaves_no_trace_and_is_told_later(one: Volumes) -> None:
    one.watch_volume()
    one.usual()
    database = one.edges.store.database
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    with pytest.raises(IntegrityError, match="the disk is full"):
        one.report(range(14))
    assert len(one.matches()) == 16
    with database.write() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one() == 16
        connection.exec_driver_sql("DROP TRIGGER full")
    one.clock.at += timedelta(minutes=1)
    one.match()
    spike = one.alert().spike
    assert spike is not None
    assert spike.count == 14, "what failed is matched one by one"


def test_two_workers_that_count_at_once_tell_one_spike(open_house: Callable[..., Edges], postgres_url: str, clock: Clock) -> None:
    desk = Volumes(open_house(postgres_url), clock)
    desk.open()
    desk.watch_volume()
    desk.usual()
    desk.arrive(desk.feed, *(bridge(outlet, next(desk.numbers)) for outlet in range(200)))
    matchers = [Matcher(desk.edges) for _ in range(3)]
    with ThreadPoolExecutor(len(matchers)) as threads:
        assert sum(threads.map(lambda each: each.match_due(lambda: None), matchers)) == 200
    messages = [each.alert for each in desk.taken()]
    assert {each.id for each in messages if each} == {messages[0].id if messages[0] else ""}
    numbers = sorted(each.update.number if each.update else 0 for each in messages if each)
    assert numbers == [*range(len(numbers))]
    last = max((each.spike.count for each in messages if each and each.spike), default=0)
    assert 100 < last <= 200


def test_who_looks_at_a_volume_waits_for_nobody(desk: Volumes) -> None:
    watched = desk.watch_volume()
    desk.usual()
    desk.report(range(3))
    store, now = desk.edges.store, desk.edges.now()
    with store.database.write() as connection:
        assert lock_rules(connection, [watched.id])
        look = store.volumes.look(watched, now)
    assert look is not None
    assert (look.count, look.usual and look.usual.mean, look.least) == (3, 2.0, 14)


def test_what_no_window_reaches_is_forgotten(one: Volumes) -> None:
    one.watch_volume()
    one.usual(3)
    one.clock.at += 9 * WEEK
    FORGETTING["sightings"](one.edges)
    one.report(range(3))
    with one.edges.store.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sighting").scalar_one() == 3
