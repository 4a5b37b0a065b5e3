"""Full texts with everything real: pages over HTTP, the child that reads them, both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service.domain.access import FeedAccess, access_of
from service.domain.pages import MAX_DELAY, SPACING, WAITS, PageFailed, below_headline, host_free_at, next_try
from service.domain.rules import Rule
from service.edges import Edges
from service.feeds.page_child import extract_text
from service.pipeline.match import Matcher
from service.storage.audit import Caller
from service.storage.tables import page
from tests.conftest import Clock
from tests.make import NOON, a_spec
from tests.newsroom import Answer, Newsroom, Story
from tests.parsers import poll, read

FILLER = "".join(
    f"<p>In part {number} of the day the mayor thanked all {number * 7} guests who had come, in spite of the rain.</p>"
    for number in range(1, 9)
)
BRIDGE = "<html><head><title>T</title></head><body><nav>Home</nav><article>"
BRIDGE += f"<h1>Opening</h1>{FILLER}<p>A harbour bridge.</p></article></body></html>"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


class Desk:
    """A workspace that watches for bridges; it follows what it is told to."""

    def __init__(self, edges: Edges, newsroom: Newsroom, clock: Clock) -> None:
        self.edges, self.newsroom, self.clock = edges, newsroom, clock
        edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges.now())
        self.matcher = Matcher(edges)

    def caller(self) -> Caller:
        return Caller("ws_1", "test", self.edges.now(), self.edges.new_id("au"))

    def follow(self, *, full_text: bool = True, access: str | None = None) -> None:
        self.publish([])
        url = self.newsroom.url + "/feed"
        self.edges.store.feeds.follow(
            url, new_id="fd_1", tags=["town"], alert_existing=False, full_text=full_text, access=access, caller=self.caller()
        )
        self.poll()

    def watch(self, **spec: object) -> Rule:
        return self.edges.store.rules.add_rule(a_spec(**spec), new_id=self.edges.new_id("ru"), caller=self.caller())

    def publish(self, stories: list[Story], **pages: str) -> None:
        self.newsroom.publish("/feed", stories)
        for path, html in pages.items():
            self.newsroom.answers[f"/a/{path}"] = Answer(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})

    def poll(self) -> None:
        self.clock.advance(minutes=6)
        poll(self.edges)
        self.matcher.match_due(lambda: None)

    def read(self) -> int:
        done = read(self.edges)
        self.matcher.match_due(lambda: None)
        return done

    def told(self) -> list[str]:
        return [each.articles[0].title for each in self.edges.store.alerts.list_alerts("ws_1").items]

    def pages_asked(self) -> list[str]:
        return [path for path, _ in self.newsroom.asked if path.startswith("/a/")]

    def robots_asked(self) -> int:
        return sum(path == "/robots.txt" for path, _ in self.newsroom.asked)

    def outcomes(self) -> list[str | None]:
        with self.edges.store.database.read() as connection:
            return list(connection.execute(select(page.c.outcome).order_by(page.c.id)).scalars())


@pytest.fixture
def desk(edges: Edges, newsroom: Newsroom, clock: Clock) -> Desk:
    return Desk(edges, newsroom, clock)


def test_what_only_the_page_says_is_matched_once_it_is_read_and_alerts_once(edges_on_both: Edges, newsroom: Newsroom, clock: Clock) -> None:
    desk = Desk(edges_on_both, newsroom, clock)
    desk.watch()
    desk.follow()
    desk.publish([Story("Opening today", path="1")], **{"1": BRIDGE})
    desk.poll()
    assert desk.told() == []
    assert desk.read() == 1
    assert desk.told() == ["Opening today"]
    desk.poll()
    assert (desk.read(), desk.told(), len(desk.pages_asked())) == (0, ["Opening today"], 1)


@pytest.mark.parametrize(
    ("first", "title", "stays"),
    [
        pytest.param("Harbour bridge opens", "Harbour bridge opens", False, id="the headline"),
        pytest.param("HARBOUR BRIDGE  OPENS!", "Harbour bridge opens", False, id="written otherwise"),
        pytest.param("Harbour bridge opens", "Harbour bridge opens - The Gazette", False, id="to which the feed added its name"),
        pytest.param("Harbour bridge opens", "Harbour bridge closes", True, id="another"),
        pytest.param("Harbour bridge opens today", "Harbour bridge opens", True, id="a sentence that begins so"),
        pytest.param("Talks", "Talks in Oslo fail", True, id="a short word that may be a label"),
        pytest.param("* * *", "", True, id="nothing but marks, under no headline"),
    ],
)
def test_a_text_does_not_begin_with_its_headline(first: str, title: str, stays: bool) -> None:
    text = f"{first}\nThe mayor came."
    assert below_headline(text, title) == (text if stays else "The mayor came.")


def test_a_text_that_is_its_headline_stays() -> None:
    assert below_headline("Harbour bridge opens", "Harbour bridge opens") == "Harbour bridge opens"


def test_what_is_stored_of_a_page_begins_below_its_headline(desk: Desk) -> None:
    desk.watch()
    desk.follow()
    page_of_it = BRIDGE.replace("<h1>Opening</h1>", "<h1>Opening today of what was long built</h1>")
    desk.publish([Story("Opening today of what was long built", path="1")], **{"1": page_of_it})
    desk.poll()
    assert desk.read() == 1
    [stored] = desk.edges.store.articles.list_articles("ws_1").items
    assert stored.article.body.startswith("In part 1 of the day")


def test_what_has_alerted_by_its_headline_does_not_alert_again_by_its_page(desk: Desk) -> None:
    desk.watch()
    desk.follow()
    desk.publish([Story("Harbour bridge opens", path="1")], **{"1": BRIDGE})
    desk.poll()
    assert len(desk.told()) == 1
    assert desk.read() == 1
    assert len(desk.told()) == 1
    [stored] = desk.edges.store.articles.list_articles("ws_1").items
    assert "A harbour bridge." in stored.article.body


def test_nobody_asks_for_pages_that_nobody_wants(desk: Desk) -> None:
    desk.watch()
    desk.follow(full_text=False)
    desk.publish([Story("Opening today", path="1")], **{"1": BRIDGE})
    desk.poll()
    assert (desk.read(), desk.pages_asked()) == (0, [])


def test_a_rule_may_ask_for_the_pages_of_the_feeds_it_sees(desk: Desk) -> None:
    desk.watch(full_text=True, feeds=["tag:other"])
    desk.follow(full_text=False)
    desk.publish([Story("Opening today", path="1")], **{"1": BRIDGE})
    desk.poll()
    assert desk.read() == 0
    desk.watch(full_text=True, feeds=["tag:town"])
    desk.publish([Story("Opening tomorrow", path="2")], **{"2": BRIDGE})
    desk.poll()
    assert (desk.read(), desk.told()) == (1, ["Opening tomorrow"])


def test_a_host_is_asked_for_one_page_at_a_time(desk: Desk) -> None:
    desk.follow()
    desk.publish([Story(f"Story {number}", path=str(number)) for number in range(3)], **{str(number): BRIDGE for number in range(3)})
    desk.poll()
    assert desk.read() == 1
    assert desk.read() == 0
    desk.clock.advance(seconds=SPACING.total_seconds())
    assert desk.read() == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(Answer(b"", 404), "HTTP 404", id="gone"),
        pytest.param(Answer(b"%PDF", headers={"Content-Type": "application/pdf"}), "no web page", id="another kind"),
        pytest.param(Answer(b"<html><body>Accept all cookies"), "no article", id="a notice"),
        pytest.param(Answer(b"<b>" * 1_000_000), "", id="a page that breaks parsers"),
        pytest.param(Answer(b"", 302, {"Location": "http://10.0.0.1/"}), "may not go", id="to where we may not go"),
    ],
)
def test_a_page_that_fails_costs_only_itself(desk: Desk, answer: Answer, reason: str) -> None:
    desk.watch()
    desk.follow()
    desk.publish([Story("Bad", path="1")])
    desk.newsroom.answers["/a/1"] = answer
    desk.poll()
    assert desk.read() == 1
    [outcome] = desk.outcomes()
    assert reason in (outcome or "")
    desk.publish([Story("Bad", path="1"), Story("Good", path="2")], **{"2": BRIDGE})
    desk.poll()
    desk.clock.advance(hours=2)
    desk.read()
    assert desk.told() == ["Good"]


def test_an_edited_article_is_read_again(desk: Desk) -> None:
    desk.follow()
    desk.publish([Story("Opening today", guid="g", path="1")], **{"1": BRIDGE})
    desk.poll()
    desk.read()
    desk.publish([Story("Opening put off", guid="g", path="1")])
    desk.poll()
    assert desk.read() == 1


def test_the_access_of_a_feed_opens_the_pages_of_its_host(desk: Desk) -> None:
    sealed = desk.edges.sealer.seal(FeedAccess(headers={"X-Key": "k"}).model_dump_json(), about=access_of("ws_1"))
    desk.follow(access=sealed)
    desk.publish([Story("Opening today", path="1")], **{"1": BRIDGE})
    desk.poll()
    desk.read()
    assert [headers.get("x-key") for path, headers in desk.newsroom.asked if path == "/a/1"] == ["k"]


@pytest.mark.parametrize(
    ("failure", "tries", "again"),
    [
        pytest.param(PageFailed("x"), 1, None, id="what will not change is not tried again"),
        pytest.param(PageFailed("x", passing=True), 1, WAITS[0], id="a passing failure is tried again"),
        pytest.param(PageFailed("x", passing=True), 2, WAITS[1], id="later and later"),
        pytest.param(PageFailed("x", passing=True), 3, None, id="and then never"),
        pytest.param(PageFailed("x", passing=True, respite=timedelta(hours=3)), 1, timedelta(hours=3), id="not before the server wishes"),
        pytest.param(PageFailed("x", passing=True, respite=timedelta(days=99)), 1, timedelta(days=1), id="within reason"),
    ],
)
def test_when_a_page_is_tried_again(failure: PageFailed, tries: int, again: timedelta | None) -> None:
    assert next_try(failure, tries, NOON) == (None if again is None else NOON + again)


def test_a_host_that_asks_for_a_respite_gets_it() -> None:
    busy = PageFailed("x", passing=True, respite=timedelta(minutes=9))
    free: list[datetime] = [host_free_at(NOON, None, None), host_free_at(NOON, busy.respite, timedelta(seconds=30))]
    assert free == [NOON + SPACING, NOON + timedelta(minutes=9)]


def test_a_crawl_delay_is_kept_within_reason() -> None:
    free = [host_free_at(NOON, None, timedelta(seconds=wished)) for wished in (0.5, 20, 86_400)]
    assert free == [NOON + SPACING, NOON + timedelta(seconds=20), NOON + MAX_DELAY]


def test_navigation_is_no_text() -> None:
    text = extract_text(BRIDGE.encode())
    assert text.endswith("A harbour bridge.")
    assert "Home" not in text


def test_no_code_but_the_child_finds_texts() -> None:
    importers = [path.name for path in Path("service").rglob("*.py") if "from trafilatura" in path.read_text()]
    assert importers == ["page_child.py"]
