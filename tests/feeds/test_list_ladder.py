"""The short way through JSON Feeds and news sitemaps leads where the long one does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from tests.feeds.odd_lists import (
    JSON_ODDITIES,
    PAGE_ODDITIES,
    SITEMAP_HEADS,
    JsonVersion,
    Listed,
    ListVersion,
    SitemapVersion,
    list_histories,
)
from tests.feeds.test_ladder import assert_each_reads_as_whole, assert_same, read

PLAIN = tuple(Listed(number, f"Title {number}") for number in range(1, 10))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(list_histories())
def test_new_items_read_alone_are_what_they_are_in_the_whole(versions: list[ListVersion]) -> None:
    assert_each_reads_as_whole(version.written() for version in versions)


@pytest.mark.parametrize(
    "version",
    [
        *(pytest.param(JsonVersion((Listed(99, odd=odd), *PLAIN)), id=f"json {number}") for number, odd in enumerate(JSON_ODDITIES)),
        *(
            pytest.param(SitemapVersion((Listed(99, odd=odd), *PLAIN), head=head), id=f"sitemap {head} {number}")
            for head in SITEMAP_HEADS
            for number, odd in enumerate(PAGE_ODDITIES)
        ),
    ],
)
def test_one_oddity_at_a_time(version: ListVersion) -> None:
    before = read(type(version)(PLAIN).written())
    whole = read(version.written())
    assert_same(read(version.written(), before), whole)
    assert_same(read(version.written(), whole), whole)


@pytest.mark.parametrize("kind", [JsonVersion, SitemapVersion])
def test_known_items_are_left_out(kind: type[ListVersion]) -> None:
    before = read(kind(PLAIN).written())
    body = kind((Listed(10, "New"), *PLAIN[:-1])).written()
    assert assert_same(read(body, before), read(body)) == 8
    short = read(body, before)
    assert short is not None
    assert [entry.title for entry in short.entries] == ["New"]


@pytest.mark.parametrize("change", [{"author": "Desk"}, {"language": "de"}])
def test_what_items_inherit_has_changed_so_all_are_read_again(change: dict[str, str]) -> None:
    before = read(JsonVersion(PLAIN).written())
    after = read(JsonVersion(PLAIN, **change).written(), before)
    assert after is not None
    assert (after.left_out, len(after.entries)) == (0, 9)


@pytest.mark.parametrize(("head", "left_out"), [("with a comment of the day", 9), ("latin-1", 9), ("with entities of its own", 0)])
def test_what_stands_before_the_pages_of_a_sitemap(head: str, left_out: int) -> None:
    before = read(SitemapVersion(PLAIN, head=head).written())
    after = read(SitemapVersion(PLAIN, head=head, title="The Herald").written(), before)
    assert after is not None
    assert after.left_out == left_out


@pytest.mark.parametrize("cut", [20, 200, 400])
def test_a_sitemap_that_breaks_off_is_read_whole(cut: int) -> None:
    before = read(SitemapVersion(PLAIN).written())
    short = read(SitemapVersion(PLAIN).written()[:-cut], before)
    assert short is not None
    assert (short.left_out, short.complete, short.items) == (0, False, None)
