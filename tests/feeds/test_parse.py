"""Reading feed documents in every disorder we know; the documents lie in tests/data/feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.feeds import ParsedFeed
from service.feeds.entry import MAX_AUTHOR, MAX_BODY, MAX_GUID, MAX_SUMMARY, MAX_TITLE
from service.feeds.errors import NotAFeed
from service.feeds.parse import parse_document
from service.feeds.scrub import MAX_ENTRIES

DATA = Path(__file__).parent.parent / "data" / "feeds"
URL = "https://news.example/feeds/all.xml"


def parse_file(name: str, **headers: str) -> ParsedFeed:
    return parse_document((DATA / name).read_bytes(), headers, URL)


def rss(items: str, head: str = "") -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'.encode()


def test_odd_entries_become_plain_values() -> None:
    feed = parse_file("odd-entries.xml")
    assert (feed.title, feed.site_url, feed.language, feed.complete) == ("Odd & ends", "https://news.example/", "en", True)
    relative, escaped, untitled, spaced = feed.entries
    assert (relative.guid, relative.link) == ("g-1", "https://news.example/a/1?x=1&y=2")
    assert relative.published_at == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert (escaped.title, escaped.link, escaped.published_at) == ("Twice escaped ’", None, None)
    assert untitled.title == untitled.summary == "No title, two lines one two"
    assert (spaced.title, spaced.author, spaced.summary) == ("Much white space", "Ann Example", "First.")
    assert spaced.body == "First.\nSecond bold."
    assert feed.notes == ("1 entries had neither title, link nor text, or could not be read",)


def test_atom_with_a_base_and_markup() -> None:
    feed = parse_file("atom.xml")
    first, second = feed.entries
    assert (feed.title, feed.site_url, feed.language) == ("Hafen", "https://news.example/x/", "de")
    assert (first.title, first.guid, first.link, first.language) == ("Kran & Kai", "urn:1", "https://news.example/x/kran", "de")
    assert first.published_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert "Eins." in first.summary + first.body
    assert (second.title, second.guid, second.published_at) == ("5 < 6", "relative-id", None)


def test_character_references_outside_xml_cost_themselves_only() -> None:
    first, second = parse_file("surrogate-references.xml").entries
    assert first.title == "Gulls 😀 and 😀 but � alone � � �"
    assert first.link == "https://news.example/gulls"
    assert second.summary == "One & two"


@pytest.mark.parametrize(
    ("name", "title"),
    [
        pytest.param("gml-unknown-system.xml", "Crane moved", id="a coordinate system that the parser raises on"),
        pytest.param("entity-bomb.xml", "After the bomb", id="an entity bomb and an external entity"),
    ],
)
def test_hostile_parts_do_not_cost_the_entries(name: str, title: str) -> None:
    (entry,) = parse_file(name).entries
    assert entry.title == title
    assert "root:" not in entry.summary


@pytest.mark.parametrize(
    ("name", "word"),
    [
        pytest.param("challenge.html", "Just a moment", id="a challenge page"),
        pytest.param("picture.png", "PNG", id="a picture"),
        pytest.param("other.json", "no JSON Feed", id="JSON"),
        pytest.param("broken-feed.json", "breaks off", id="a JSON Feed that breaks off"),
        pytest.param("deep.json", "nests too deeply", id="JSON that nests too deeply"),
        pytest.param("sitemap-index.xml", "sitemap index", id="a list of sitemaps"),
        pytest.param("sitemap-pages.xml", "without news", id="a sitemap of pages"),
        pytest.param("list.opml", "OPML", id="a list of feeds"),
        pytest.param("blank.txt", "empty", id="an empty body"),
        pytest.param("garbage.bin", "neither RSS, Atom, RDF nor JSON", id="garbage"),
        pytest.param("other.xml", "XML", id="other XML"),
    ],
)
def test_what_is_no_feed_is_named(name: str, word: str) -> None:
    with pytest.raises(NotAFeed) as refused:
        parse_file(name, **{"content-type": "text/html"})
    assert word in refused.value.reason


def test_no_bytes_at_all_are_no_feed() -> None:
    with pytest.raises(NotAFeed, match="empty"):
        parse_document(b"", {}, URL)


def test_an_empty_feed_is_a_feed() -> None:
    feed = parse_document(rss(""), {"content-type": "text/html; charset=utf-8"}, URL)
    assert (feed.entries, feed.complete) == ((), True)


@pytest.mark.parametrize(
    ("encoding", "declared", "header"),
    [
        pytest.param("utf-8", "utf-8", "", id="UTF-8"),
        pytest.param("utf-16", "utf-16", "", id="UTF-16"),
        pytest.param("utf-16", "utf-8", "", id="UTF-16 that declares UTF-8"),
        pytest.param("windows-1251", "windows-1251", "", id="Windows-1251"),
        pytest.param("koi8-r", "utf-8", "text/xml; charset=koi8-r", id="the header overrules the declaration"),
    ],
)
def test_charsets(encoding: str, declared: str, header: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><rss version="2.0"><channel><item><title>Мост открыт</title></item></channel></rss>'
    (entry,) = parse_document(text.encode(encoding), {"Content-Type": header}, URL).entries
    assert entry.title == "Мост открыт"


@pytest.mark.parametrize("opening", ["<author>", "<author><![CDATA[", '<dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">'])
def test_an_endless_author_is_cut_before_it_costs_time(opening: str) -> None:
    closing = ("]]>" if "CDATA" in opening else "") + "</" + opening[1:].split(">")[0].split()[0] + ">"
    body = rss(f"<item><title>x</title>{opening}a@{'a.' * 100_000}!{closing}</item><item><title>y</title></item>")
    feed = parse_document(body, {}, URL)
    assert [entry.title for entry in feed.entries] == ["x", "y"]
    assert len(feed.entries[0].author) <= MAX_AUTHOR


def test_texts_are_capped() -> None:
    long = "word " * 20_000
    ids = f"<guid>{'g' * 9000}</guid><link>https://n.example/{'l' * 9000}</link>"
    body = rss(f"<item><title>{long}</title>{ids}<description>{long}</description></item>")
    (entry,) = parse_document(body, {}, URL).entries
    assert (len(entry.title), len(entry.guid or "")) == (MAX_TITLE, MAX_GUID)
    assert entry.link is None
    assert len(entry.summary) <= MAX_SUMMARY
    assert len(entry.body) <= MAX_BODY


def test_the_first_entries_are_kept_and_the_rest_is_counted() -> None:
    feed = parse_document(rss("".join(f"<item><title>{n}</title></item>" for n in range(MAX_ENTRIES + 5))), {}, URL)
    assert [feed.entries[0].title, feed.entries[-1].title] == ["0", str(MAX_ENTRIES - 1)]
    assert len(feed.entries) == MAX_ENTRIES
    assert "5 were left out" in feed.notes[0]
    assert feed.complete


ITEMS = "".join(
    f"<item><title>Title {n}</title><link>https://n.example/{n}</link><description>Text {n}</description></item>" for n in range(20)
)
ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>' + ITEMS.replace("item>", "entry>") + "</feed>"


@pytest.mark.parametrize("whole", [pytest.param(rss(ITEMS), id="RSS"), pytest.param(ATOM.encode(), id="Atom")])
def test_a_document_cut_anywhere_keeps_its_whole_entries_and_says_so(whole: bytes) -> None:
    everything = parse_document(whole, {}, URL).entries
    assert len(everything) == 20
    for length in range(len(whole) - 20, 100, -37):
        feed = parse_document(whole[:length], {}, URL)
        ends = whole[:length].count(b"</item>") + whole[:length].count(b"</entry>")
        assert feed.entries == everything[:ends]
        assert not feed.complete


def test_a_tag_soup_is_read_all_the_same() -> None:
    feed = parse_document(rss("<item><title>A & B <br> C</title><link>https://n.example/1?a=1&b=2</link></item><x>"), {}, URL)
    assert feed.entries[0].title.startswith("A & B")
    assert feed.complete


FATAL = (
    pytest.param("<width a='1'><content src='x' type='a'>x</content></width>", id="a width that is none"),
    pytest.param('<gml:posList xmlns:gml="http://www.opengis.net/gml">1 2</gml:posList>', id="a place without where"),
    pytest.param(
        '<c:license xmlns:c="http://backend.userland.com/creativeCommonsRssModule" start="x"><content type="xhtml">y</content></c:license>',
        id="a license that is none",
    ),
)


@pytest.mark.parametrize("fatal", FATAL)
def test_an_entry_on_which_the_parser_fails_costs_itself_only(fatal: str) -> None:
    bad = f"<item><title>bad</title>{fatal}</item>"
    good = [f"<item><title>Title {number}</title></item>" for number in range(11)]
    feed = parse_document(rss("".join((bad, *good[:7], bad, bad, *good[7:]))), {}, URL)
    assert [entry.title for entry in feed.entries if entry.title != "bad"] == [f"Title {number}" for number in range(11)]
    assert (feed.title, feed.complete, feed.items) == ("T", True, None)


@settings(max_examples=60)
@given(st.text(max_size=200), st.sampled_from(["title", "link", "guid", "description", "pubDate", "author", "x:y"]))
def test_whatever_stands_in_an_element_never_costs_the_neighbours(text: str, element: str) -> None:
    inner = text.replace("<", "&lt;").replace("]]>", "").encode("utf-8", "surrogatepass")
    tag = element.encode()
    hostile = b"<item><title>a</title><" + tag + b">" + inner + b"</" + tag + b"></item><item><title>neighbour</title></item></channel>"
    feed = parse_document(rss("").replace(b"</channel>", hostile), {}, URL)
    assert feed.entries[-1].title == "neighbour"
    for entry in feed.entries:
        (entry.title + entry.summary + (entry.guid or "")).encode()
        assert "\x00" not in entry.title + entry.summary + (entry.guid or "") + (entry.link or "")
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
