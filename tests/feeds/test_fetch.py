"""The HTTP part of a poll."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from service.domain.feeds import FeedToPoll, Validators
from service.domain.polling import Fetched
from service.feeds.fetch import fetch_feed
from service.outbound import Outbound
from tests.outbound.peer import Peer, redirect, reply, serve

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HELD = Validators('"1"', "Mon, 02 Mar 2026 08:00:00 GMT")


def fetch(answer: bytes, *, conditional: bool = True, validators: Validators = HELD) -> tuple[Fetched, Peer]:
    async def run() -> tuple[Fetched, Peer]:
        routes = {"/feed": answer, "/moved": redirect("/feed", "301 Moved")}
        async with serve(routes) as peer, Outbound((ip_network("127.0.0.1/32"),), "test").session() as session:
            feed = FeedToPoll("fd_1", peer.url + "/moved", "lease", validators=validators)
            return await fetch_feed(session, feed, conditional=conditional, now=NOW, deadline=10, max_bytes=10_000), peer

    return asyncio.run(run())


def test_a_document_comes_with_all_that_the_poll_needs() -> None:
    fetched, peer = fetch(reply(b"<rss/>", ETag='"2"', Last_Modified="Mon", Content_Type="text/xml; charset=x", X_Other="no"))
    assert (fetched.status, fetched.ok, fetched.body, fetched.complete) == (200, True, b"<rss/>", True)
    assert fetched.validators == Validators('"2"', "Mon")
    assert fetched.body_hash == hashlib.sha256(b"<rss/>").hexdigest()
    assert fetched.headers == {"content-type": "text/xml; charset=x"}
    assert fetched.url == fetched.permanent_url == peer.url + "/feed"


def test_a_conditional_get_carries_the_validators_and_304_has_no_body() -> None:
    fetched, peer = fetch(b"HTTP/1.1 304 Not Modified\r\n\r\n")
    assert (fetched.status, fetched.ok, fetched.body, fetched.body_hash, fetched.conditional) == (304, True, None, None, True)
    assert peer.asked[-1][1]["if-none-match"] == '"1"'
    assert peer.asked[-1][1]["if-modified-since"] == HELD.last_modified


def test_an_unconditional_get_carries_none_and_a_304_to_it_is_no_answer() -> None:
    fetched, peer = fetch(b"HTTP/1.1 304 Not Modified\r\n\r\n", conditional=False)
    assert not fetched.ok
    assert not {"if-none-match", "if-modified-since"} & peer.asked[-1][1].keys()


def test_an_error_status_is_a_value() -> None:
    fetched, _ = fetch(reply(b"busy", status="503 Busy", Retry_After="120"))
    assert (fetched.status, fetched.ok, fetched.retry_after) == (503, False, timedelta(seconds=120))


@pytest.mark.parametrize("etag", ["x" * 2000, "caf\u00e9"])
def test_a_validator_that_cannot_be_sent_back_is_dropped(etag: str) -> None:
    fetched, _ = fetch(reply(b"<rss/>", ETag=etag))
    assert fetched.validators.etag is None
