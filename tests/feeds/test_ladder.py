"""The short way through a document leads where the long one does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from service.domain.feeds import ParsedFeed
from service.domain.schedule import Schedule
from service.feeds.errors import NotAFeed
from service.feeds.known import KnownItems
from service.feeds.parse import parse_document
from tests.feeds.odd_feeds import HEADS, PARTS, URL, Item, Version, histories

DATA = Path(__file__).parent.parent / "data" / "feeds"


def read(body: bytes, known: ParsedFeed | None = None) -> ParsedFeed | None:
    items = known.items if known else None
    try:
        return parse_document(body, {}, URL, KnownItems(items.context, frozenset(items.hashes)) if items else None)
    except NotAFeed:
        return None


def assert_same(short: ParsedFeed | None, whole: ParsedFeed | None) -> int:
    """The entries that were read are those of the whole document, and the rest was known; returns how many were left out."""
    if short is None or whole is None or not short.left_out:
        assert short == whole
        return 0
    assert short.items is not None
    assert whole.items is not None, "the whole document is clear, too"
    assert (short.items.hashes, short.items.context) == (whole.items.hashes, whole.items.context)
    pairs = list(zip(short.items.places, whole.items.places, strict=True))
    assert all(long is not None for brief, long in pairs if brief is not None)
    assert [short.entries[brief] for brief, _ in pairs if brief is not None] == [
        whole.entries[long] for brief, long in pairs if brief is not None and long is not None
    ]
    assert (short.title, short.site_url, short.language, short.complete) == (whole.title, whole.site_url, whole.language, whole.complete)
    assert short.schedule == whole.schedule
    return short.left_out


def assert_each_reads_as_whole(bodies: Iterable[bytes]) -> None:
    """From each version of a feed to the next."""
    before: ParsedFeed | None = None
    for body in bodies:
        whole = read(body)
        assert_same(read(body, before), whole)
        before = whole


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_new_items_read_alone_are_what_they_are_in_the_whole(versions: list[Version]) -> None:
    assert_each_reads_as_whole(version.written() for version in versions)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("dialect", sorted(HEADS))
def test_one_oddity_at_a_time(dialect: str, part: str) -> None:
    plain = tuple(Item(number, f"Title {number}", (f"<link>https://news.example/{number}</link>",)) for number in range(9))
    odd = Item(99, "Odd", (part,))
    before = read(Version(dialect, plain).written())
    for listed in ((odd, *plain), (odd, odd, *plain), (plain[0], Item(100, "New"), odd, *plain[1:])):
        body = Version(dialect, listed).written()
        whole = read(body)
        assert_same(read(body, before), whole)
        later = Version(dialect, (Item(101, "Later"), *listed)).written()
        assert_same(read(later, whole), read(later))


@pytest.mark.parametrize("dialect", sorted(set(HEADS) - {"rss with entities of its own"}))
def test_known_items_are_left_out(dialect: str) -> None:
    plain = tuple(Item(number, f"Title {number}") for number in range(9))
    before = read(Version(dialect, plain).written())
    body = Version(dialect, (Item(10, "New"), *plain[:-1]), title="Renamed").written()
    assert assert_same(read(body, before), read(body)) == 8
    short = read(body, before)
    assert short is not None
    assert [entry.title for entry in short.entries] == ["New"]
    assert short.title == "Renamed"


@pytest.mark.parametrize("change", [{"root": ' xml:base="https://other.example/"'}, {"parent": ' xml:lang="de"'}])
def test_what_items_inherit_has_changed_so_all_are_read_again(change: dict[str, str]) -> None:
    plain = tuple(Item(number, f"Title {number}") for number in range(9))
    before = read(Version("rss", plain).written())
    after = read(Version("rss", plain, **change).written(), before)
    assert after is not None
    assert (after.left_out, len(after.entries)) == (0, 9)


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.iterdir() if path.suffix == ".xml"))
def test_documents_from_files(name: str) -> None:
    """Each beside itself, without its first items, and with them back on top."""
    body = (DATA / name).read_bytes()
    whole = read(body)
    assert_same(read(body, whole), whole)
    for mark in (b"<item", b"<entry"):
        end = body.find(mark.replace(b"<", b"</"))
        if end > 0:
            start, stop = body.find(mark), body.find(b">", end) + 1
            assert_same(read(body, read(body[:start] + body[stop:])), whole)


def test_the_schedule_is_that_of_the_whole_documents_head() -> None:
    def listing(numbers: range) -> bytes:
        items = "".join(f"<item><guid>{number}</guid><title>Title {number}</title></item>" for number in numbers)
        rest = "<skipDays><day>Sunday</day></skipDays></channel></rss>"
        return f'<rss version="2.0"><channel><title>T</title><ttl>60</ttl>{items}{rest}'.encode()

    before = read(listing(range(9)))
    for numbers, left_out in ((range(1, 10), 8), (range(9), 9)):
        again = read(listing(numbers), before)
        assert again is not None
        assert (again.left_out, again.schedule) == (left_out, Schedule(ttl_minutes=60))
