"""WebSub against a real small hub: verified, renewed, signed, read like a poll, with the slow poll beside it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode
from urllib.request import Request, urlopen

import pytest
from werkzeug.serving import make_server

from service.api.app import create_app
from service.domain.websub import RENEW_AT, after_refusal, find_topic, granted, header_links, is_signed
from service.edges import Edges
from service.pipeline.websub import subscribe_due
from service.storage.audit import Caller
from tests.conftest import Clock
from tests.make import NOON
from tests.newsroom import Newsroom, Story
from tests.parsers import poll

LEASE = 5 * 24 * 3600


class Hub:
    """Takes subscriptions, verifies them at once at their callback, and publishes. `asked` is every request, as a form."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, str]] = []
        self.refuses = False
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                hub.asked.append({name: values[0] for name, values in form.items()})
                if not hub.refuses:
                    hub.verify()
                self.send_response(500 if hub.refuses else 202)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"

    def __enter__(self) -> Hub:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def verify(self, **changes: str) -> int:
        """Ask the callback of the last request whether it is meant; the status, 200 only with the challenge."""
        form = self.asked[-1]
        question = {
            "hub.mode": "subscribe",
            "hub.topic": form["hub.topic"],
            "hub.challenge": "a challenge",
            "hub.lease_seconds": str(LEASE),
            **changes,
        }
        status, text = send(f"{form['hub.callback']}?{urlencode(question)}")
        assert status != 200 or text == "a challenge"
        return status

    def publish(self, body: bytes, *, method: str = "sha256", secret: str | None = None) -> int:
        """Send a document to the callback."""
        form = self.asked[-1]
        digest = hmac.new((secret or form["hub.secret"]).encode(), body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={digest}", "Content-Type": "application/rss+xml"}
        return send(form["hub.callback"], body, headers)[0]


def send(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    from urllib.error import HTTPError

    try:
        with urlopen(Request(url, body, headers or {}), timeout=20) as answer:  # noqa: S310  # loopback
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Desk:
    """A workspace that follows a feed with a hub; the API really listens."""

    def __init__(self, edges: Edges, newsroom: Newsroom, hub: Hub, clock: Clock) -> None:
        self.edges, self.newsroom, self.hub, self.clock = edges, newsroom, hub, clock
        edges.store.workspaces.get_or_add_workspace("Press office", new_id="ws_1", now=edges.now())
        self.publish("Old news")
        edges.store.feeds.follow(newsroom.url + "/feed", new_id="fd_1", tags=[], alert_existing=False, caller=self.caller())

    def caller(self) -> Caller:
        return Caller("ws_1", "test", self.edges.now(), self.edges.new_id("au"))

    def publish(self, *titles: str) -> bytes:
        """The feed lists these from now on; returns it."""
        self.newsroom.publish("/feed", [Story(title) for title in titles])
        answer = self.newsroom.answers["/feed"]
        links = f'<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="{self.hub.url}"/>'
        answer.body = answer.body.replace(b"<channel>", b"<channel>" + links.encode())
        return answer.body

    def poll(self) -> int:
        return poll(self.edges)

    def subscribe(self) -> int:
        return asyncio.run(subscribe_due(self.edges))

    def titles(self) -> set[str]:
        return {each.article.title for each in self.edges.store.articles.list_articles("ws_1").items}


@pytest.fixture
def desk(open_house: Callable[..., Edges], clock: Clock) -> Iterator[Desk]:
    server = make_server("127.0.0.1", 0, lambda *call: app(*call), threaded=True)
    edges = open_house(public_url=f"http://127.0.0.1:{server.server_port}")
    app = create_app(edges)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    with Newsroom() as newsroom, Hub() as hub:
        yield Desk(edges, newsroom, hub, clock)
    server.shutdown()
    server.server_close()


def pushed_at(desk: Desk) -> datetime | None:
    """What the feed's followers see of its hub."""
    [shown] = desk.edges.store.feeds.list_feeds("ws_1").items
    return shown.pushed_at


def test_what_a_hub_sends_becomes_an_article_without_a_request_to_the_feed(desk: Desk, clock: Clock) -> None:
    desk.poll()
    assert desk.subscribe() == 1
    asked = len(desk.newsroom.asked)
    assert pushed_at(desk) is None
    assert desk.hub.publish(desk.publish("Old news", "Bridge opens")) == 202
    assert pushed_at(desk) == clock.at
    assert desk.poll() == 1
    assert desk.titles() == {"Old news", "Bridge opens"}
    assert len(desk.newsroom.asked) == asked
    clock.advance(hours=2)
    desk.poll()
    assert len(desk.newsroom.asked) == asked + 1, "the slow poll is the safety net"
    assert desk.titles() == {"Old news", "Bridge opens"}


def test_a_feed_whose_hub_tells_of_news_is_polled_seldom(desk: Desk, clock: Clock) -> None:
    desk.poll()
    desk.subscribe()
    clock.advance(minutes=6)
    desk.poll()
    feed = desk.edges.store.feeds.find_feed("ws_1", "fd_1")
    assert feed is not None
    assert feed.next_at == clock.at + timedelta(hours=1)


def test_a_wrong_signature_is_ignored_and_told_nothing(desk: Desk) -> None:
    desk.poll()
    desk.subscribe()
    forged = desk.publish("Forged")
    desk.publish("Old news")
    assert desk.hub.publish(forged, secret="guessed") == 202
    assert desk.poll() == 0
    assert desk.titles() == {"Old news"}


def test_only_what_we_asked_for_is_confirmed(desk: Desk) -> None:
    desk.poll()
    desk.subscribe()
    assert desk.hub.verify() == 200
    assert desk.hub.verify(**{"hub.topic": "http://other.example/"}) == 404
    assert desk.hub.verify(**{"hub.mode": "unsubscribe"}) == 404
    callback = desk.hub.asked[-1]["hub.callback"]
    assert send(callback[:-1] + "x?hub.mode=subscribe&hub.challenge=x")[0] == 404
    assert send(callback[:-1] + "x", b"body")[0] == 410


def test_a_lease_is_renewed_before_it_ends(desk: Desk, clock: Clock) -> None:
    desk.poll()
    desk.subscribe()
    assert desk.subscribe() == 0
    clock.advance(seconds=LEASE * RENEW_AT + 1)
    assert desk.subscribe() == 1
    assert len(desk.hub.asked) == 2


def test_a_hub_that_fails_is_asked_again_later_and_the_feed_polled_as_ever(desk: Desk, clock: Clock) -> None:
    desk.hub.refuses = True
    desk.poll()
    desk.subscribe()
    assert desk.subscribe() == 0
    clock.advance(minutes=16)
    assert desk.subscribe() == 1
    assert desk.poll() == 1


def test_a_push_that_is_no_feed_costs_a_normal_poll(desk: Desk) -> None:
    desk.poll()
    desk.subscribe()
    desk.publish("Old news", "Bridge opens")
    desk.hub.publish(b"no feed")
    assert desk.poll() == 1
    assert desk.titles() == {"Old news", "Bridge opens"}


def test_several_pushes_are_all_read(desk: Desk) -> None:
    desk.poll()
    desk.subscribe()
    for title in ("One", "Two", "Three"):
        desk.hub.publish(desk.publish(title))
    desk.poll()
    assert desk.titles() == {"Old news", "One", "Two", "Three"}


def test_nobody_is_asked_for_a_feed_that_nobody_follows(desk: Desk) -> None:
    desk.poll()
    desk.subscribe()
    callback = desk.hub.asked[-1]["hub.callback"]
    desk.edges.store.feeds.unfollow("fd_1", caller=desk.caller())
    assert send(callback, b"body")[0] == 410
    desk.subscribe()
    assert desk.edges.store.websub.find_by_feed("fd_1") is None


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures_of_all_methods_count(method: str) -> None:
    digest = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert is_signed(b"body", f"{method}={digest}", "secret")
    assert not is_signed(b"bodY", f"{method}={digest}", "secret")


@pytest.mark.parametrize("signature", ["", "sha256", "sha256=", "md5=5e", "sha256=\u00e9", "=x"])
def test_what_is_no_signature_does_not_count(signature: str) -> None:
    assert not is_signed(b"body", signature, "secret")


def test_where_a_hub_is_found() -> None:
    links = header_links('<https://hub.example/>; rel="hub", </feed>; rel=self, <javascript:x>; rel=other')
    found = find_topic(links, "https://news.example/x")
    assert found is not None
    assert (found.hub, found.topic) == ("https://hub.example/", "https://news.example/feed")
    assert find_topic({"hub": "http://hub.example/"}, "https://news.example/x") is None
    assert find_topic({"hub": "javascript:alert(1)"}, "https://news.example/x") is None
    assert find_topic({"self": "/feed"}, "https://news.example/x") is None


def test_leases_are_believed_within_reason() -> None:
    assert [granted(text) for text in (None, "x", "1", "99999999999999", "864000")] == [
        timedelta(days=10),
        timedelta(days=10),
        timedelta(minutes=10),
        timedelta(days=30),
        timedelta(days=10),
    ]
    assert [after_refusal(tries, NOON) - NOON for tries in (1, 2, 99)] == [timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)]


def test_an_address_that_no_text_can_be_is_none_of_ours(edges_on_both: Edges) -> None:
    client = create_app(edges_on_both).test_client()
    assert (client.get("/websub/%00").status_code, client.post("/websub/%00").status_code) == (404, 410)
