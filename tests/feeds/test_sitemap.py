"""News sitemaps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from service.feeds.parse import parse_document

BODY = (Path(__file__).parent.parent / "data" / "feeds" / "sitemap-news.xml").read_bytes()
URL = "https://news.example/sitemap-news.xml"


def test_articles_become_plain_entries() -> None:
    feed = parse_document(BODY, {"content-type": "application/xml"}, URL)
    assert (feed.title, feed.language, feed.complete) == ("The Gazette & Herald", "en", True)
    first, unsafe, relative = feed.entries
    assert (first.title, first.link, first.language) == ("Bridge & tunnel open", "https://news.example/a/1?x=1&y=2", "en")
    assert first.published_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (unsafe.title, unsafe.link, unsafe.published_at) == ("Link that may not be clicked", None, None)
    assert (relative.title, relative.link, relative.language) == ("港口 <大桥>", "https://news.example/a/2", "zh")
    assert relative.published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert feed.notes == ("1 entries had neither title, link nor text, or could not be read",)


def test_one_cut_anywhere_keeps_its_whole_articles_and_says_so() -> None:
    whole = parse_document(BODY, {}, URL).entries
    for length in range(BODY.index(b"</news:news>") + 20, len(BODY) - 12, 11):
        feed = parse_document(BODY[:length], {}, URL)
        assert not feed.complete
        assert feed.entries == whole[: len(feed.entries)]


def test_an_empty_one_is_a_feed() -> None:
    feed = parse_document(b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', {}, URL)
    assert (feed.entries, feed.complete) == ((), True)


def test_entities_are_not_followed() -> None:
    bomb = b'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + BODY.partition(b"?>")[2].replace(b"Bridge", b"&x;Bridge")
    assert b"root:" not in repr(parse_document(bomb, {}, URL)).encode()
