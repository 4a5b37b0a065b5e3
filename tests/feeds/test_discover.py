"""From an address of a site to its feed, over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from ipaddress import ip_network

import pytest

from service.feeds.discover import MAX_CHECKED, Discovery, Found, NoFeed, Several, discover, with_scheme
from service.feeds.page_links import Candidate, declared_feeds, guessed_feeds
from service.feeds.sniff import find_feed_title
from service.outbound import Outbound
from tests.newsroom import Answer, Newsroom, Story

RSS = "application/rss+xml"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


def look(url: str, access: Mapping[str, str] | None = None) -> Discovery:
    async def run() -> Discovery:
        async with Outbound((ip_network("127.0.0.0/8"),), "test").session() as session:
            return await discover(session, url, max_bytes=1_000_000, access=access)

    return asyncio.run(run())


def page(newsroom: Newsroom, html: str, path: str = "/", **headers: str) -> str:
    newsroom.answers[path] = Answer(f"<!doctype html><html>{html}</html>".encode(), headers={"Content-Type": "text/html", **headers})
    return newsroom.url + path


def link(target: str, title: str = "", kind: str = RSS) -> str:
    return f'<link rel="alternate" type="{kind}" title="{title}" href="{target}">'


def test_a_feed_stays_as_it_is(newsroom: Newsroom) -> None:
    url = newsroom.publish("/odd-place", [Story("Bridge opens")])
    assert look(url) == Found(url)
    assert len(newsroom.asked) == 1


def test_a_page_names_its_feed(newsroom: Newsroom) -> None:
    url = newsroom.publish("/news/all.xml", [])
    assert look(page(newsroom, "<head>" + link("news/all.xml"))) == Found(url)


def test_comments_are_not_meant_and_one_feed_in_two_formats_is_one(newsroom: Newsroom) -> None:
    rss = newsroom.publish("/rss", [], title="Gazette")
    newsroom.publish("/atom", [Story("x")], title="Gazette")
    newsroom.publish("/comments/feed", [], title="Comments on Gazette")
    head = link("/rss", "Gazette RSS") + link("/atom", "Gazette » Atom") + link("/comments/feed", "Comments")
    assert look(page(newsroom, head)) == Found(rss)


def test_several_feeds_are_listed_with_their_titles(newsroom: Newsroom) -> None:
    world, sport = newsroom.publish("/w", [], title="World"), newsroom.publish("/s", [], title="Sport")
    newsroom.answers["/dead"] = Answer(b"no", 404)
    found = look(page(newsroom, link("/w") + link("/s", "All the sport") + link("/dead", "Old")))
    assert found == Several((Candidate(world, "World"), Candidate(sport, "All the sport")))


def test_a_link_header_names_a_feed(newsroom: Newsroom) -> None:
    url = newsroom.publish("/x", [])
    assert look(page(newsroom, "", Link='</style.css>; rel=preload, </x>; rel="alternate"; type="application/rss+xml"')) == Found(url)


def test_well_known_places_are_tried_last(newsroom: Newsroom) -> None:
    url = newsroom.publish("/feed.xml", [])
    assert look(page(newsroom, "<p>hello", path="/about/us")) == Found(url)


def test_a_json_feed_is_a_feed(newsroom: Newsroom) -> None:
    newsroom.answers["/j"] = Answer(b'{"version": "https:\\/\\/jsonfeed.org/version/1.1", "title": "Gaz\\u00e9tte", "items": []}')
    assert look(page(newsroom, link("/j", kind="application/feed+json"))) == Found(newsroom.url + "/j")
    assert find_feed_title(newsroom.answers["/j"].body) == "Gazétte"


def test_what_cannot_be_reached_is_taken_as_it_stands(newsroom: Newsroom) -> None:
    found = look("http://127.0.0.1:1/feed")
    assert isinstance(found, Found)
    assert found.unreachable is not None
    newsroom.answers["/down"] = Answer(b"", 503)
    assert look(newsroom.url + "/down") == Found(newsroom.url + "/down", "the server answers HTTP 503")


def test_a_page_without_a_feed_says_what_it_is(newsroom: Newsroom) -> None:
    found = look(page(newsroom, "<title>Log in</title>"))
    assert isinstance(found, NoFeed)
    assert "Log in" in found.reason


def test_a_page_that_names_a_thousand_feeds_costs_a_few_requests(newsroom: Newsroom) -> None:
    look(page(newsroom, "".join(link(f"/{number}") for number in range(1000))))
    assert len(newsroom.asked) <= 1 + 2 * MAX_CHECKED


def test_addresses_that_are_not_public_are_not_called(newsroom: Newsroom) -> None:
    found = look(page(newsroom, link("http://10.0.0.1/feed") + link("file:///etc/passwd") + link("javascript:alert(1)")))
    assert isinstance(found, NoFeed)


def test_access_goes_to_no_other_host(newsroom: Newsroom) -> None:
    with Newsroom() as other:
        other.publish("/feed", [], title="Other")
        newsroom.publish("/own", [], title="Own")
        start = page(newsroom, link(other.url + "/feed") + link("/own"))
        look(start, {"Authorization": "Basic c2VjcmV0"})
        assert {"authorization" in headers for _, headers in newsroom.asked} == {True}
        assert [headers.get("authorization") for _, headers in other.asked] == [None]


def test_a_feed_on_another_host_gets_no_access_without_being_chosen(newsroom: Newsroom) -> None:
    with Newsroom() as other:
        url = other.publish("/feed", [], title="Other")
        start = page(newsroom, link(url))
        assert look(start, {"Authorization": "Basic c2VjcmV0"}) == Several((Candidate(url, "Other"),))
        assert look(start) == Found(url)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        pytest.param(b"<?xml version='1.0'?><!-- <html> --><rss><channel><title><![CDATA[A & B]]></title>", "A & B", id="rss"),
        pytest.param(b"\xef\xbb\xbf<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>", "T", id="atom with a byte order mark"),
        pytest.param(b"<rdf:RDF xmlns:rdf='x'><channel><item><title>No</title>", "", id="the title of an entry is not the feed's"),
        pytest.param("<?xml version='1.0' encoding='utf-16'?><rss><title>Ü</title>".encode("utf-16"), "Ü", id="utf-16"),
        pytest.param(b"<html><body>&lt;rss&gt; <rss>", None, id="a page that speaks of feeds"),
        pytest.param(b'{"title": "not a feed"}', None, id="other json"),
        pytest.param(b"<opml/>", None, id="opml"),
        pytest.param(b"", None, id="nothing"),
    ],
)
def test_feeds_are_told_by_how_they_begin(body: bytes, title: str | None) -> None:
    assert find_feed_title(body) == title


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("news.example/world", "https://news.example/world"),
        (" https://news.example ", "https://news.example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("localhost", "localhost"),
    ],
)
def test_a_scheme_may_be_left_out(written: str, url: str) -> None:
    assert with_scheme(written) == url


@pytest.mark.parametrize(
    "noise",
    [
        '<link "',
        "<link '",
        "<link a=",
        "<!--",
        "<a href=",
        "<link " + "a='" * 20,
        '<base href="[">',
        '<link rel=alternate type=text/xml href="http://[">',
    ],
)
def test_hostile_pages_cost_little(noise: str) -> None:
    text = (noise * (500_000 // len(noise))).encode()
    started = time.process_time()
    declared_feeds(text, {"Link": noise * 1000}, "https://a.example/")
    guessed_feeds(text, "https://a.example/")
    assert time.process_time() - started < 5
