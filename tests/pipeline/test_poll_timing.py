"""When feeds are polled again, with real servers that fail, lie, move and ask for patience."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.utils import format_datetime

import pytest

from service.edges import Edges
from service.storage.followed_feeds import FollowedFeed
from tests.conftest import Clock
from tests.newsroom import Answer, Newsroom, Story
from tests.parsers import poll
from tests.pipeline.test_poll import BRIDGE, HTML, STRIKE, caller, follow, health, titles

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOME = [Story(f"Story {number}") for number in range(6)]
OTHERS = [Story(f"Later story {number}") for number in range(6)]


class Liar(Newsroom):
    """It answers 304 to whatever is asked with a condition."""

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        if "if-none-match" in headers and path in self.answers:
            self.asked.append((path, headers))
            return Answer(b"", 304)
        return super().answer(path, headers)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


@pytest.fixture
def house(edges: Edges) -> Edges:
    edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges.now())
    return edges


def wait(house: Edges, feed: FollowedFeed) -> timedelta:
    """How long the feed is left alone from now."""
    found = health(house, feed)
    assert found.next_at is not None
    return found.next_at - house.now()


def poll_when_due(house: Edges, clock: Clock, feed: FollowedFeed) -> FollowedFeed:
    """Wait until it is due, and poll it."""
    clock.at = max(clock.at, health(house, feed).next_at or clock.at)
    assert poll(house) == 1
    return health(house, feed)


def test_a_server_that_fails_is_asked_ever_less_often_and_nothing_is_missed(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    poll(house)
    waits = []
    for status in (500, 502, 503, 404):
        newsroom.answers["/feed"] = Answer(b"no", status)
        assert str(status) in (poll_when_due(house, clock, feed).reason or "")
        waits.append(wait(house, feed))
    newsroom.answers["/feed"] = Answer(HTML)
    assert poll_when_due(house, clock, feed).state == "not_a_feed"
    assert waits == [each * 0.95 * 5 * MINUTE for each in (1, 2, 3, 4)]
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    recovered = poll_when_due(house, clock, feed)
    assert (recovered.state, recovered.failures, recovered.reason) == ("ok", 0, None)
    assert titles(house) == ["Dockers strike", "Harbour bridge opens"]


def test_a_304_that_lies_hides_an_article_for_six_hours_at_most_and_is_believed_no_more(house: Edges, clock: Clock) -> None:
    with Liar() as newsroom:
        feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
        poll(house)
        newsroom.publish("/feed", [BRIDGE, STRIKE])
        began, polls = clock.at, 0
        while len(titles(house)) == 1:
            poll_when_due(house, clock, feed)
            polls += 1
        assert clock.at - began <= 6 * HOUR
        assert polls <= 12
        assert health(house, feed).trusts_304, "it may have come just now"
        poll_when_due(house, clock, feed)
        assert not health(house, feed).trusts_304
        newsroom.publish("/feed", [BRIDGE, STRIKE, *SOME])
        poll_when_due(house, clock, feed)
        assert len(titles(house)) == 8
        assert "if-none-match" not in newsroom.asked[-1][1]


def test_a_validator_that_changes_at_each_fetch_costs_nothing_but_the_fetch(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    whole = newsroom.answers["/feed"]
    for number in range(3):
        newsroom.answers["/feed"] = Answer(whole.body, headers={**whole.headers, "ETag": f'"{number}"'}, validates=False)
        assert poll_when_due(house, clock, feed).state == "ok"
    assert titles(house) == ["Harbour bridge opens"]
    assert health(house, feed).trusts_304


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [
        pytest.param("1", 4.7 * MINUTE, 6 * MINUTE, id="a second: an interval all the same"),
        pytest.param("7200", 2 * HOUR, 2.4 * HOUR, id="two hours"),
        pytest.param(str(88 * 3600), DAY, 1.2 * DAY, id="88 hours: a day"),
        pytest.param("in a while", 4.7 * MINUTE, 5.3 * MINUTE, id="garbage"),
        pytest.param("-5", 4.7 * MINUTE, 5.3 * MINUTE, id="a negative time"),
        pytest.param("date", 3 * HOUR, 3.6 * HOUR, id="a date three hours from now"),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(
    house: Edges, newsroom: Newsroom, clock: Clock, status: int, retry_after: str, least: timedelta, most: timedelta
) -> None:
    value = format_datetime(clock.at + 3 * HOUR, usegmt=True) if retry_after == "date" else retry_after
    newsroom.answers["/feed"] = Answer(b"slow down", status, {"Retry-After": value})
    feed = follow(house, newsroom.url + "/feed")
    poll(house)
    assert least <= wait(house, feed) <= most


def test_a_host_that_is_asked_too_often_gets_a_rest_from_all_its_feeds(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    newsroom.answers["/busy"] = Answer(b"slow down", 429, {"Retry-After": "1200"})
    follow(house, newsroom.url + "/busy")
    poll(house)
    other = follow(house, newsroom.publish("/other", [BRIDGE]))
    assert poll(house) == 0
    clock.advance(minutes=21)
    assert poll(house) >= 1
    assert health(house, other).state == "ok"


def test_gone_is_asked_daily_for_a_week_and_again_when_somebody_resumes_it(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    newsroom.answers["/feed"] = Answer(b"gone", 410)
    feed = follow(house, newsroom.url + "/feed")
    polls = 0
    while health(house, feed).next_at is not None:
        poll_when_due(house, clock, feed)
        polls += 1
    assert polls in (7, 8)
    gone = health(house, feed)
    assert (gone.state, gone.next_at) == ("gone", None)
    house.store.feeds.poll_now(feed.id, caller=caller(house))
    still = poll_when_due(house, clock, feed)
    assert (still.state, still.next_at is None) == ("failing", False), "it has another week"
    newsroom.publish("/feed", [BRIDGE])
    assert poll_when_due(house, clock, feed).state == "ok"


def test_a_permanent_redirect_is_taken_over_after_three_days(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    with Newsroom() as elsewhere:
        there = elsewhere.publish("/new", [BRIDGE])
        newsroom.answers["/old"] = Answer(b"", 301, {"Location": there})
        here = follow(house, newsroom.url + "/old")
        began, polls = clock.at, 0
        while health(house, here).url != there:
            clock.advance(hours=7)
            polls += poll(house)
        assert clock.at - began >= 3 * DAY
        assert polls >= 10
        moved = health(house, here)
        assert (moved.state, moved.moved_to) == ("moved", None)
        newsroom.answers["/old"] = Answer(b"no", 500)
        clock.advance(hours=25)
        poll(house)
        assert health(house, here).state == "ok"


def test_a_redirect_that_comes_and_goes_is_followed_and_never_taken_over(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    newsroom.publish("/new", [BRIDGE])
    newsroom.publish("/old", [BRIDGE])
    here, direct = follow(house, newsroom.url + "/old"), newsroom.answers["/old"]
    for number in range(16):
        newsroom.answers["/old"] = Answer(b"", 301, {"Location": newsroom.url + "/new"}) if number % 4 else direct
        poll(house)
        clock.advance(hours=7)
    assert (health(house, here).url, health(house, here).state) == (newsroom.url + "/old", "ok")


@pytest.mark.parametrize(
    ("headers", "head", "least", "most"),
    [
        pytest.param({}, "", 4.75 * MINUTE, 5.25 * MINUTE, id="nothing is asked"),
        pytest.param({"Cache-Control": "public, max-age=1800"}, "", 30 * MINUTE, 33 * MINUTE, id="max-age"),
        pytest.param({"Cache-Control": "no-cache, max-age=1800"}, "", 4.75 * MINUTE, 5.25 * MINUTE, id="no-cache"),
        pytest.param({"Expires": "0"}, "", 4.75 * MINUTE, 5.25 * MINUTE, id="Expires 0"),
        pytest.param({}, "<ttl>45</ttl>", 45 * MINUTE, 50 * MINUTE, id="ttl"),
        pytest.param({}, "<skipHours><hour>9</hour></skipHours>", HOUR, HOUR, id="this hour is skipped"),
        pytest.param({}, "<skipDays><day>Monday</day></skipDays>", 15 * HOUR, 15 * HOUR, id="this Monday is skipped"),
        pytest.param({"Cache-Control": "max-age=31536000"}, "<ttl>99999999</ttl>", HOUR, 1.1 * HOUR, id="no more than the settings grant"),
    ],
)
def test_what_server_and_document_ask(
    house: Edges, newsroom: Newsroom, headers: dict[str, str], head: str, least: timedelta, most: timedelta
) -> None:
    url = newsroom.publish("/feed", [BRIDGE])
    whole = newsroom.answers["/feed"]
    body = whole.body.replace(b"<channel>", b"<channel>" + head.encode())
    newsroom.answers["/feed"] = Answer(body, headers={**whole.headers, **headers})
    feed = follow(house, url)
    poll(house)
    assert least <= wait(house, feed) <= most


def test_a_window_that_rolled_over_is_shown_and_polled_more_often(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    feed = follow(house, newsroom.publish("/feed", SOME))
    poll(house)
    newsroom.publish("/feed", OTHERS)
    rolled = poll_when_due(house, clock, feed)
    assert rolled.state == "rolled_over"
    assert "may have been missed" in (rolled.reason or "")
    assert wait(house, feed) < 2 * MINUTE
    clock.advance(hours=25)
    assert poll_when_due(house, clock, feed).state == "ok"


def test_when_most_hosts_fail_at_once_it_is_not_held_against_them(house: Edges, clock: Clock) -> None:
    with ExitStack() as open_now:
        rooms = [open_now.enter_context(Newsroom()) for _ in range(5)]
        feeds = [follow(house, room.publish("/feed", [BRIDGE])) for room in rooms]
        assert poll(house) == 5
        for room in rooms:
            room.answers["/feed"] = Answer(b"your network is down", 502)
        for _ in range(8):
            clock.advance(minutes=6)
            assert poll(house) == 5
        failures = [health(house, feed).failures for feed in feeds]
        assert max(failures) <= 1
        assert sum(1 for feed in feeds if health(house, feed).state == "ok") >= 2
        assert any("our side" in (health(house, feed).reason or "") for feed in feeds)
        for room in rooms:
            room.publish("/feed", [BRIDGE, STRIKE])
        clock.advance(minutes=6)
        assert poll(house) == 5, "nobody was put off"
        assert [health(house, feed).state for feed in feeds] == ["ok"] * 5


def test_one_host_that_fails_among_others_is_its_own_fault(house: Edges, clock: Clock) -> None:
    with ExitStack() as open_now:
        rooms = [open_now.enter_context(Newsroom()) for _ in range(4)]
        feeds = [follow(house, room.publish("/feed", [BRIDGE])) for room in rooms]
        rooms[0].answers["/feed"] = Answer(b"no", 500)
        poll(house)
        assert [health(house, feed).state for feed in feeds] == ["failing", "ok", "ok", "ok"]


def test_two_workers_never_ask_one_host_at_the_same_time(house: Edges, newsroom: Newsroom) -> None:
    for number in range(3):
        follow(house, newsroom.publish(f"/{number}", [Story(f"Bridge {number}")]))
    newsroom.hold()
    polling = threading.Thread(target=poll, args=(house,))
    polling.start()
    assert newsroom.waiting.acquire(timeout=60)
    assert poll(house) == 0, "another worker finds the host busy"
    newsroom.release()
    polling.join()
    assert len(titles(house)) == 3


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY], ids=["an hour on", "an hour back", "a day on"])
def test_a_clock_that_jumps_makes_no_burst_and_stops_nothing(house: Edges, newsroom: Newsroom, clock: Clock, jump: timedelta) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    poll(house)
    clock.at += jump
    assert poll(house) == (1 if jump > timedelta(0) else 0)
    assert poll(house) == 0
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    poll_when_due(house, clock, feed)
    assert len(titles(house)) == 2
    assert timedelta(0) < wait(house, feed) <= HOUR


def test_the_settings_bound_the_interval(open_house: Callable[..., Edges], newsroom: Newsroom, clock: Clock) -> None:
    house = open_house(poll_interval=600, poll_interval_max=900)
    house.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=house.now())
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    poll(house)
    assert wait(house, feed) == 0.95 * 10 * MINUTE
    for _ in range(12):
        clock.advance(hours=6)
        poll(house)
    assert wait(house, feed) == 0.95 * 15 * MINUTE
