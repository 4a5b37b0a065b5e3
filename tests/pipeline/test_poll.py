"""Polling with everything real: a newsroom over HTTP, the parser's child, and both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from service.domain.access import FeedAccess, access_of
from service.domain.polling import MOVED_POLLS, after_failure
from service.edges import Edges
from service.feeds.sandbox import Sandbox
from service.pipeline.poll import poll_due
from service.storage.audit import Caller
from service.storage.claims import LeaseLost
from service.storage.followed_feeds import FollowedFeed
from service.storage.polls import PollToSave, save_polls
from service.storage.sealing import Sealer
from tests.conftest import Clock
from tests.newsroom import Answer, Newsroom, Story
from tests.parsers import poll

BRIDGE = Story("Harbour bridge opens", "A ribbon was cut.")
STRIKE = Story("Dockers strike", "No ship leaves.")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


@pytest.fixture
def house(edges_on_both: Edges) -> Edges:
    edges_on_both.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges_on_both.now())
    return edges_on_both


def caller(edges: Edges) -> Caller:
    return Caller("ws_1", "test", edges.now(), edges.new_id("au"))


def follow(edges: Edges, url: str, *, alert_existing: bool = False, access: str | None = None) -> FollowedFeed:
    feed, _ = edges.store.feeds.follow(
        url, new_id=edges.new_id("fd"), tags=[], alert_existing=alert_existing, caller=caller(edges), access=access
    )
    return feed


def titles(edges: Edges) -> list[str]:
    return sorted(stored.article.title for stored in edges.store.articles.list_articles("ws_1").items)


def health(edges: Edges, feed: FollowedFeed) -> FollowedFeed:
    found = edges.store.feeds.find_feed("ws_1", feed.id)
    assert found is not None
    return found


def test_each_article_is_stored_once_however_often_it_is_polled(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    url = newsroom.publish("/feed", [BRIDGE])
    feed = follow(house, url)
    assert poll(house) == 1
    clock.advance(minutes=6)
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    assert poll(house) == 1
    clock.advance(minutes=6)
    poll(house)
    assert titles(house) == ["Dockers strike", "Harbour bridge opens"]
    assert (health(house, feed).state, health(house, feed).title) == ("ok", "The Gazette")


def test_only_what_the_first_poll_found_is_baseline(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    follow(house, newsroom.publish("/feed", [BRIDGE]))
    poll(house)
    clock.advance(minutes=6)
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    poll(house)
    baseline = {stored.article.title: stored.article.baseline for stored in house.store.articles.list_articles("ws_1").items}
    assert baseline == {"Harbour bridge opens": True, "Dockers strike": False}


def test_an_unchanged_feed_is_asked_with_its_validators(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    follow(house, newsroom.publish("/feed", [BRIDGE]))
    poll(house)
    clock.advance(minutes=6)
    poll(house)
    conditions = [headers.get("if-none-match") for _, headers in newsroom.asked]
    assert conditions[0] is None
    assert conditions[1] is not None


def test_an_edited_headline_is_the_same_article_and_waits_to_be_matched_again(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    follow(house, newsroom.publish("/feed", [Story("Bridge opens", guid="g1", path="1")]))
    poll(house)
    clock.advance(minutes=6)
    newsroom.publish("/feed", [Story("Bridge opens late", guid="g1", path="1")])
    poll(house)
    (stored,) = house.store.articles.list_articles("ws_1").items
    assert stored.article.title == "Bridge opens late"
    assert stored.article.changed_at == clock.at
    assert len(house.store.articles.claim_articles(now=clock.at, token="t", limit=9)) == 1


def test_lost_validators_make_no_second_article(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    url = newsroom.publish("/feed", [BRIDGE, STRIKE])
    feed = follow(house, url)
    poll(house)
    clock.advance(minutes=6)
    newsroom.answers["/feed"] = Answer(b"gone fishing", 500)
    poll(house)
    assert health(house, feed).state == "failing"
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    clock.advance(hours=1)
    poll(house)
    assert len(titles(house)) == 2
    assert health(house, feed).state == "ok"


HTML = b"<!doctype html><html><head><title>Just a moment</title></head><body>Checking your browser</body></html>"


@pytest.mark.parametrize(
    ("answer", "state", "word"),
    [
        pytest.param(Answer(HTML), "not_a_feed", "HTML", id="a challenge page"),
        pytest.param(Answer(b""), "not_a_feed", "empty", id="an empty body"),
        pytest.param(Answer(b"\x89PNG\r\n\x1a\n" + bytes(500)), "not_a_feed", "image", id="a picture"),
        pytest.param(Answer(b"{}"), "not_a_feed", "JSON", id="JSON"),
        pytest.param(Answer(b"no", 500), "failing", "500", id="a server error"),
        pytest.param(Answer(b"no", 404), "failing", "404", id="nothing there"),
        pytest.param(Answer(b"no", 410), "failing", "410", id="gone"),
        pytest.param(
            Answer(b"", 302, {"Location": "http://10.0.0.1/feed"}), "refused", "not public", id="a redirect into a private network"
        ),
        pytest.param(Answer(b"", 302, {"Location": "file:///etc/passwd"}), "refused", "http", id="a redirect to a file"),
        pytest.param(Answer(b"", 302, {"Location": "/feed"}), "failing", "redirect", id="a redirect to itself"),
        pytest.param(Answer(b"x" * 20_000_000), "failing", "large", id="an oversized body"),
    ],
)
def test_what_is_no_feed_is_recorded_for_its_owner_and_delays_nobody(
    house: Edges, newsroom: Newsroom, answer: Answer, state: str, word: str
) -> None:
    newsroom.answers["/feed"] = answer
    good = follow(house, newsroom.publish("/good", [BRIDGE]))
    bad = follow(house, newsroom.url + "/feed")
    assert poll(house) == 2
    found = health(house, bad)
    assert found.state == state
    assert word.lower() in (found.reason or "").lower()
    assert found.next_at is not None
    assert health(house, good).state == "ok"
    assert titles(house) == ["Harbour bridge opens"]


def test_an_address_that_is_not_public_is_refused_and_never_called(open_house: Any, newsroom: Newsroom) -> None:
    edges: Edges = open_house(allowed_networks=())
    edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges.now())
    feed = follow(edges, newsroom.publish("/feed", [BRIDGE]))
    poll(edges)
    assert health(edges, feed).state == "refused"
    assert newsroom.asked == []


def test_a_document_that_breaks_off_keeps_its_whole_entries_and_is_asked_for_again(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    follow(house, newsroom.publish("/feed", [STRIKE, BRIDGE]))
    whole = newsroom.answers["/feed"]
    newsroom.answers["/feed"] = Answer(whole.body[: whole.body.rindex(b"<item>") + 20], headers=whole.headers)
    poll(house)
    assert titles(house) == ["Harbour bridge opens"]
    newsroom.answers["/feed"] = whole
    clock.advance(hours=1)
    poll(house)
    assert titles(house) == ["Dockers strike", "Harbour bridge opens"]
    assert newsroom.asked[-1][1].get("if-none-match") is None


def test_a_poll_that_lost_its_lease_stores_nothing(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    follow(house, newsroom.publish("/feed", [BRIDGE]))
    (stolen,) = house.store.feeds.claim_feeds(now=clock.at, token="slow", limit=1)
    clock.advance(minutes=1)
    assert poll(house) == 1
    assert len(titles(house)) == 1
    newsroom.publish("/feed", [BRIDGE, STRIKE])
    update = after_failure(stolen, "late", stolen.state, now=clock.at, interval=clock.at - clock.at, jitter=0)
    (saved,) = save_polls(house.store.database, [PollToSave(stolen, update, [], "late", clock.at)])
    assert isinstance(saved, LeaseLost)


def test_poll_now_during_a_poll_is_not_forgotten(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    newsroom.hold()
    polling = threading.Thread(target=poll, args=(house,))
    polling.start()
    assert newsroom.waiting.acquire(timeout=60)
    clock.advance(seconds=1)
    house.store.feeds.poll_now(feed.id, caller=caller(house))
    newsroom.release()
    polling.join()
    assert health(house, feed).state == "ok"
    assert len(newsroom.asked) == 2


def test_a_feed_that_is_unfollowed_during_a_poll_rests(house: Edges, newsroom: Newsroom) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]))
    newsroom.hold()
    polling = threading.Thread(target=poll, args=(house,))
    polling.start()
    assert newsroom.waiting.acquire(timeout=60)
    house.store.feeds.change_subscription(feed.id, paused=True, tags=None, caller=caller(house))
    newsroom.release()
    polling.join()
    assert health(house, feed).next_at is None


def test_a_feed_that_moved_to_the_address_of_another_stays_where_it_is_and_says_so(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    there = follow(house, newsroom.publish("/new", [BRIDGE]))
    newsroom.answers["/old"] = Answer(b"", 301, {"Location": newsroom.url + "/new"})
    here = follow(house, newsroom.url + "/old")
    for _ in range(12):
        poll(house)
        clock.advance(hours=12)
    moved = health(house, here)
    assert (moved.url, moved.state) == (newsroom.url + "/old", "ok")
    assert there.url in (moved.reason or "")


def test_a_bell_that_hangs_delays_no_other_feed(house: Edges, newsroom: Newsroom) -> None:
    for number in range(3):
        follow(house, newsroom.publish(f"/{number}", [Story(f"Bridge {number}")]))
    polled = threading.Event()

    def ring() -> None:
        assert polled.wait(30), "the other feeds wait for the bell"

    async def run() -> None:
        async with Sandbox() as sandbox:
            polling = asyncio.create_task(poll_due(house, sandbox, ring))
            while len(await asyncio.to_thread(titles, house)) < 3:  # noqa: ASYNC110  # the database tells, no event does
                await asyncio.sleep(0)
            polled.set()
            await polling

    asyncio.run(run())


def test_an_article_is_in_the_language_that_its_text_shows(house: Edges, newsroom: Newsroom) -> None:
    follow(
        house, newsroom.publish("/feed", [Story("Minister podał się do dymisji po strajku w porcie"), Story("Міністр подав у відставку")])
    )
    poll(house)
    assert sorted(stored.article.language or "" for stored in house.store.articles.list_articles("ws_1").items) == ["pl", "uk"]


def test_the_language_of_the_feed_is_only_a_hint(house: Edges, newsroom: Newsroom) -> None:
    stories = [Story("Minister podał się do dymisji po strajku w porcie"), Story("1-0"), Story("Мир")]
    follow(house, newsroom.publish("/feed", stories, language="en"))
    poll(house)
    found = {stored.article.title: stored.article.language for stored in house.store.articles.list_articles("ws_1").items}
    assert found == {stories[0].title: "pl", "1-0": "en", "Мир": None}, "Cyrillic is not English, whatever else it may be"


def sealed_access(edges: Edges) -> str:
    access = FeedAccess(headers={"X-Key": "canary-7f3a"}, username="desk", password="hush")
    return edges.sealer.seal(access.model_dump_json(), about=access_of("ws_1"))


def test_a_feed_is_asked_with_the_access_of_its_owner(house: Edges, newsroom: Newsroom) -> None:
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]), access=sealed_access(house))
    poll(house)
    [(_, headers)] = newsroom.asked
    assert (headers["x-key"], headers["authorization"]) == ("canary-7f3a", "Basic ZGVzazpodXNo")
    assert health(house, feed).state == "ok"


def test_access_goes_to_no_other_host_and_does_not_move_there(house: Edges, newsroom: Newsroom, clock: Clock) -> None:
    with Newsroom() as other:
        url = other.publish("/feed", [BRIDGE])
        newsroom.answers["/feed"] = Answer(b"", 301, {"Location": url})
        feed = follow(house, newsroom.url + "/feed", access=sealed_access(house))
        for _ in range(MOVED_POLLS + 2):
            poll(house)
            clock.advance(hours=12)
        assert len(other.asked) == MOVED_POLLS + 2
        assert not any({"x-key", "authorization"} & headers.keys() for _, headers in other.asked)
        assert health(house, feed).url == newsroom.url + "/feed"


def test_access_that_cannot_be_opened_is_said_without_being_told(house: Edges, newsroom: Newsroom) -> None:
    other = Sealer((b"x" * 32,), house.random_bytes)
    feed = follow(house, newsroom.publish("/feed", [BRIDGE]), access=other.seal("canary-7f3a", about=access_of("ws_1")))
    poll(house)
    assert health(house, feed).state == "failing"
    assert "Give them anew" in (health(house, feed).reason or "")
    assert newsroom.asked == []
