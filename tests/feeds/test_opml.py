"""Lists of feeds from other readers, well-meant and hostile, and ours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from service.feeds.opml import MAX_TAGS, ListedFeed, NotOpml, parse_opml, render_opml

DATA = Path(__file__).parents[1] / "data" / "opml"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def read(name: str) -> tuple[ListedFeed, ...]:
    return parse_opml((DATA / name).read_bytes())


def test_folders_and_categories_become_tags_and_an_address_comes_once() -> None:
    gazette, world = read("nested.opml")
    assert (gazette.url, gazette.title, gazette.site_url) == ("https://gazette.example/eu.xml", "Gazette & Co", "https://gazette.example/")
    assert gazette.tags == ("News", "Europe", "Politics", "Daily")
    assert (world.url, world.tags, world.title) == ("https://world.example/feed", ("News",), "World")


def test_mistakes_of_real_lists_are_forgiven() -> None:
    [feed] = read("bare-ampersand.opml")
    assert feed.url.startswith("https://gazette.example/feed?a=1")


@pytest.mark.parametrize("name", ["entity-bomb.opml", "words.txt", "../feeds/atom.xml", "../feeds/picture.png"])
def test_what_is_no_list_is_refused(name: str) -> None:
    with pytest.raises(NotOpml):
        read(name)


def test_entities_hidden_in_utf_16_are_refused_too() -> None:
    bomb = (DATA / "entity-bomb.opml").read_text().replace('<?xml version="1.0"?>', "")
    for encoding in ("utf-16", "utf-16-le"):
        with pytest.raises(NotOpml):
            parse_opml(bomb.encode(encoding))


def test_depth_costs_the_deep_part_only() -> None:
    deep = "<outline text='x'>" * 5000
    listed = parse_opml(
        f"<opml><body><outline xmlUrl='https://a.example/'/>{deep}<outline xmlUrl='https://b.example/'/></body></opml>".encode()
    )
    assert [each.url for each in listed] == ["https://a.example/"]
    assert all(len(each.tags) <= MAX_TAGS for each in listed)


def test_too_many_feeds_are_refused() -> None:
    many = "".join(f"<outline xmlUrl='https://a.example/{number}'/>" for number in range(20_001))
    with pytest.raises(NotOpml, match="split"):
        parse_opml(f"<opml><body>{many}</body></opml>".encode())


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp", "Cf")), min_size=1, max_size=20).filter(
    lambda text: not set(text) & set("<>&")
)
FEEDS = st.lists(
    st.builds(
        ListedFeed, st.integers(0, 999).map("https://gazette.example/{}".format), st.lists(LINE, max_size=3, unique=True).map(tuple), LINE
    ),
    unique_by=lambda feed: feed.url,
    max_size=8,
)


@given(FEEDS)
def test_what_we_write_we_read_again(feeds: list[ListedFeed]) -> None:
    document = render_opml(feeds, title="Mine", now=NOW)
    back = {each.url: each for each in parse_opml(document)}
    assert {url: (set(each.tags), each.title) for url, each in back.items()} == {each.url: (set(each.tags), each.title) for each in feeds}


def test_what_we_write_is_opml_2() -> None:
    root = etree.fromstring(render_opml([ListedFeed("https://a.example/", ("t",), "A\x00")], title="Mine", now=NOW))
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert [child.tag for child in root] == ["head", "body"]
    assert [(each.get("text"), each.get("type")) for each in root.iter("outline")] == [("t", None), ("A", "rss")]
