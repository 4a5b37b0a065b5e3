"""JSON Feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.feeds import ParsedFeed
from service.feeds.errors import NotAFeed
from service.feeds.parse import parse_document
from service.feeds.scrub import MAX_ENTRIES

DATA = Path(__file__).parent.parent / "data" / "feeds"
URL = "https://news.example/feeds/all.json"
VERSION = "https://jsonfeed.org/version/1.1"


def parse(document: object, **headers: str) -> ParsedFeed:
    return parse_document(json.dumps(document).encode(), headers, URL)


def test_items_become_plain_entries() -> None:
    feed = parse_document((DATA / "json-feed.json").read_bytes(), {"content-type": "application/feed+json"}, URL)
    assert (feed.title, feed.site_url, feed.language, feed.complete) == ("The Gazette & Herald", "https://news.example/", "en", True)
    first, untitled, elsewhere, surrogate = feed.entries
    assert (first.guid, first.link, first.title) == ("1", "https://news.example/a/1", "Bridge & tunnel <open>")
    assert (first.summary, first.body, first.author, first.language) == ("One < two", "One\nTwo & three", "Ann Example", "de")
    assert first.published_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (untitled.guid, untitled.link) == ("2", "https://news.example/feeds/relative/2")
    assert untitled.title == "No title but 5 < 6"
    assert untitled.published_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert (elsewhere.guid, elsewhere.link, elsewhere.author) == ("3.5", "https://other.example/", "Bob")
    assert (surrogate.title, surrogate.link) == ("Surrogate 😀 end", None)
    assert feed.notes == ("4 entries had neither title, link nor text, or could not be read",)


@pytest.mark.parametrize(
    "version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1", "http://jsonfeed.org/version/1.1/"]
)
def test_every_version_is_read(version: str) -> None:
    assert parse({"version": version, "items": []}).entries == ()


def test_a_byte_order_mark_and_another_charset_are_no_hindrance() -> None:
    text = json.dumps({"version": VERSION, "items": [{"id": "1", "title": "Мост"}]}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "utf-8"):
        assert parse_document(text.encode(encoding), {"content-type": "text/html; charset=iso-8859-1"}, URL).entries[0].title == "Мост"


def test_the_first_items_are_kept_and_the_rest_is_counted() -> None:
    feed = parse({"version": VERSION, "items": [{"id": str(number), "title": "x"} for number in range(MAX_ENTRIES + 2)]})
    assert len(feed.entries) == MAX_ENTRIES
    assert "2 were left out" in feed.notes[0]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["id", "url", "title", "summary", "content_html", "content_text", "date_published", "authors", "author", "language"]
)


@given(st.dictionaries(NAMES, JSON), st.dictionaries(st.sampled_from(["title", "language", "authors", "home_page_url"]), JSON))
def test_whatever_an_item_holds_never_costs_its_neighbour(item: dict[str, Any], head: dict[str, Any]) -> None:
    feed = parse({**head, "version": VERSION, "items": [item, {"id": "n", "title": "neighbour"}]})
    assert feed.entries[-1].title == "neighbour"
    for entry in feed.entries:
        (entry.title + entry.summary + entry.body + entry.author + (entry.guid or "")).encode()
        assert entry.link is None or entry.link.startswith(("http://", "https://"))


@given(JSON)
def test_other_json_is_refused_with_a_sentence(document: object) -> None:
    with pytest.raises(NotAFeed, match=r"JSON|neither"):
        parse_document(json.dumps(document).encode(), {}, URL)
