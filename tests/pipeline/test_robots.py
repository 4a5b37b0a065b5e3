"""robots.txt (RFC 9309) before pages: served over HTTP, read in the child, kept in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from service.domain.pages import WAITS
from service.domain.robots import FORBIDDEN, FRESH_FOR, KEPT_FOR, UNREACHED
from service.edges import Edges
from service.feeds.robots import MAX_BYTES
from service.pipeline.sweep import FORGETTING
from tests.conftest import Clock
from tests.newsroom import Answer, Newsroom, Story
from tests.pipeline.test_pages import BRIDGE, Desk

NOT_US = b"User-agent: *\nDisallow: /a/\n"
BUSY = Answer(b"", 503)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


@pytest.fixture
def desk(edges_on_both: Edges, newsroom: Newsroom, clock: Clock) -> Desk:
    desk = Desk(edges_on_both, newsroom, clock)
    desk.watch()
    desk.follow()
    return desk


def publish(desk: Desk, *numbers: int) -> None:
    desk.publish([Story(f"Opening {number}", path=str(number)) for number in numbers], **{str(number): BRIDGE for number in numbers})
    desk.poll()


@pytest.mark.parametrize(
    ("robots", "outcome"),
    [
        pytest.param(Answer(NOT_US), FORBIDDEN, id="all are kept out"),
        pytest.param(Answer(b"User-agent: wirewatch\nDisallow: /\n\nUser-agent: *\nAllow: /\n"), FORBIDDEN, id="we are"),
        pytest.param(Answer(b"User-agent: *\nDisallow: /\n\nUser-agent: Wirewatch\nAllow: /a/\n"), "read", id="all are but us"),
        pytest.param(Answer(b"User-agent: *\nDisallow: /a\nAllow: /a/1$\n"), "read", id="the longest rule counts"),
        pytest.param(Answer(b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /a/*\r\n"), FORBIDDEN, id="with a byte order mark"),
        pytest.param(Answer(b"<html>Not found</html>"), "read", id="a page in its place"),
        pytest.param(Answer(b"\0\xff" * 50_000), "read", id="rubbish"),
        pytest.param(Answer(b"", 403), "read", id="4xx: there is none"),
        pytest.param(Answer(b"", 429), UNREACHED, id="but not when we ask too often"),
        pytest.param(BUSY, UNREACHED, id="5xx: not now"),
        pytest.param(Answer(NOT_US, headers={"Content-Length": "999", "Connection": "close"}), UNREACHED, id="one that breaks off"),
        pytest.param(Answer(b"", 301, {"Location": "/elsewhere"}), FORBIDDEN, id="one that has moved"),
        pytest.param(Answer(b"", 302, {"Location": "/robots.txt"}), "read", id="more redirects than five: there is none"),
        pytest.param(Answer(b"#" * (MAX_BYTES - 10) + b"\n" + NOT_US), "read", id="what comes after 500 KiB is left unread"),
        pytest.param(Answer(NOT_US + b"#" * 2 * MAX_BYTES), FORBIDDEN, id="and what comes before is read"),
    ],
)
def test_a_page_is_read_where_its_robots_txt_lets_us(desk: Desk, robots: Answer, outcome: str) -> None:
    desk.newsroom.answers["/robots.txt"] = robots
    desk.newsroom.answers["/elsewhere"] = Answer(NOT_US)
    publish(desk, 1)
    assert desk.read() == 1
    assert desk.outcomes() == [outcome]
    assert desk.pages_asked() == (["/a/1"] if outcome == "read" else [])


def test_where_a_redirect_leads_has_its_say_too(desk: Desk) -> None:
    with Newsroom() as other:
        other.answers["/robots.txt"] = Answer(NOT_US)
        other.answers["/a/1"] = Answer(BRIDGE.encode(), headers={"Content-Type": "text/html"})
        publish(desk, 1)
        desk.newsroom.answers["/a/1"] = Answer(b"", 302, {"Location": f"{other.url}/a/1"})
        desk.read()
        assert desk.outcomes() == [FORBIDDEN]
        assert [path for path, _ in other.asked] == ["/robots.txt"]


def test_robots_txt_is_asked_for_once_a_day(desk: Desk) -> None:
    publish(desk, 1, 2)
    desk.read()
    desk.clock.advance(minutes=1)
    desk.read()
    assert (desk.outcomes(), desk.robots_asked()) == (["read", "read"], 1)
    desk.clock.advance(seconds=FRESH_FOR.total_seconds())
    publish(desk, 3)
    desk.read()
    assert desk.robots_asked() == 2


def test_a_page_waits_for_a_robots_txt_that_cannot_be_reached(desk: Desk) -> None:
    desk.newsroom.answers["/robots.txt"] = BUSY
    publish(desk, 1)
    desk.read()
    assert desk.pages_asked() == []
    del desk.newsroom.answers["/robots.txt"]
    desk.clock.advance(seconds=WAITS[0].total_seconds())
    assert (desk.read(), desk.outcomes()) == (1, ["read"])


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        pytest.param(FRESH_FOR, "read", id="an old copy holds while the site does not answer"),
        pytest.param(KEPT_FOR, UNREACHED, id="for a month"),
    ],
)
def test_old_copies(desk: Desk, later: timedelta, outcome: str) -> None:
    publish(desk, 1)
    desk.read()
    desk.newsroom.answers["/robots.txt"] = BUSY
    desk.clock.advance(seconds=later.total_seconds())
    publish(desk, 2)
    desk.read()
    assert outcome in desk.outcomes()
    assert ("/a/2" in desk.pages_asked()) is (outcome == "read")


def test_a_crawl_delay_puts_the_hosts_other_pages_off(desk: Desk) -> None:
    desk.newsroom.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 20\n")
    publish(desk, 1, 2)
    desk.read()
    desk.clock.advance(seconds=19)
    assert desk.read() == 0
    desk.clock.advance(seconds=1)
    assert desk.read() == 1


def test_robots_txt_that_nobody_asks_for_any_more_is_forgotten(desk: Desk) -> None:
    publish(desk, 1)
    desk.read()
    assert desk.edges.store.robots.find_robots(desk.newsroom.url) is not None
    desk.clock.advance(seconds=(FRESH_FOR + KEPT_FOR).total_seconds() + 1)
    FORGETTING["robots"](desk.edges)
    assert desk.edges.store.robots.find_robots(desk.newsroom.url) is None
