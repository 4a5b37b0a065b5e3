"""Is this entry an article we know? Told as what a feed lists, poll after poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.feeds import Entry
from service.domain.identity import (
    Known,
    KnownArticle,
    New,
    Recognised,
    article_id,
    content_hash,
    credible_date,
    dedup_key,
    keys_of,
    list_lookups,
    recognise,
)

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
BRIDGE = Entry("g1", "https://n.example/bridge", "Bridge opens", "A ribbon was cut.", published_at=DAY)
STRIKE = Entry("g2", "https://n.example/strike", "Dockers strike", "No ship leaves.", published_at=DAY)


@dataclass
class Store:
    """What the database remembers of one feed."""

    seen: dict[str, str] = field(default_factory=dict)
    articles: dict[str, KnownArticle] = field(default_factory=dict)

    def poll(self, entries: Sequence[Entry]) -> list[Recognised]:
        """Recognise a document and remember it, as the storage does."""
        known = {key: self.articles[self.seen[key]] for key in list_lookups(keys_of(entries)) if key in self.seen}
        found = recognise(entries, keys_of(entries), known)
        for each in found:
            new_id = each.article_id if isinstance(each, Known) else article_id("fd_1", each.first_key)
            if isinstance(each, New):
                assert new_id not in self.articles
            if isinstance(each, New) or each.edited:
                self.articles[new_id] = KnownArticle(new_id, each.keys.link_key, each.keys.title_key, content_hash(each.entry))
            for key in each.new_keys:
                assert key not in self.seen
                self.seen[key] = new_id
        return found


def polls(*documents: Sequence[Entry]) -> list[str]:
    """What each entry of the last document is, after the documents before it."""
    store = Store()
    for document in documents[:-1]:
        store.poll(document)
    return ["new" if isinstance(each, New) else "edited" if each.edited else "known" for each in store.poll(documents[-1])]


MOVED = replace(BRIDGE, link="https://www.n.example/bridge/?utm_source=rss")
ELSEWHERE = replace(BRIDGE, link="https://n.example/b2", summary="Two ribbons.", published_at=DAY + timedelta(days=2))
TITLES = ("One", "Two", "Three")
SAME_IDS = [Entry("same", "https://n.example/all", title, published_at=DAY) for title in TITLES]
SAME_LINK = [Entry(f"g{title}", "https://n.example/status", "Incident", title, published_at=DAY) for title in TITLES]
SAME_TITLE = [Entry(f"g{title}", f"https://n.example/{title}", "Live updates", title, published_at=DAY) for title in TITLES]
ONLY_TITLES = [Entry(None, None, "Live updates", title, published_at=DAY) for title in TITLES]


@pytest.mark.parametrize(
    ("documents", "last"),
    [
        pytest.param([[BRIDGE, STRIKE]], ["new", "new"], id="a first document"),
        pytest.param([[BRIDGE], [STRIKE, BRIDGE]], ["new", "known"], id="one more entry"),
        pytest.param([[BRIDGE], [], [BRIDGE]], ["known"], id="left the document and came back"),
        pytest.param([[BRIDGE], [replace(BRIDGE, title="Bridge opens late")]], ["edited"], id="an edited headline"),
        pytest.param([[BRIDGE], [replace(BRIDGE, summary="Two ribbons.")]], ["edited"], id="an edited text"),
        pytest.param([[BRIDGE], [replace(BRIDGE, published_at=DAY + timedelta(days=3))]], ["known"], id="a new date is not an edit"),
        pytest.param([[BRIDGE], [replace(BRIDGE, guid="other")]], ["known"], id="another guid"),
        pytest.param([[BRIDGE], [replace(BRIDGE, guid=None)]], ["known"], id="the guid disappears"),
        pytest.param([[replace(BRIDGE, guid=None)], [BRIDGE], [ELSEWHERE]], ["edited"], id="a guid that appeared later"),
        pytest.param([[BRIDGE], [MOVED]], ["known"], id="the link in other clothes"),
        pytest.param([[BRIDGE], [replace(MOVED, guid="x")]], ["known"], id="the link in other clothes, another guid"),
        pytest.param([[BRIDGE], [replace(BRIDGE, link="https://n.example/b2")]], ["known"], id="another link"),
        pytest.param([[BRIDGE], [replace(BRIDGE, guid="x", link="https://n.example/b2")]], ["known"], id="another guid and link"),
        pytest.param([[BRIDGE], [replace(STRIKE, guid="g1")]], ["new"], id="a guid used again for another article"),
        pytest.param([[BRIDGE], [replace(STRIKE, guid="g1")], [replace(STRIKE, guid="g1")]], ["known"], id="and seen once more"),
        pytest.param([SAME_IDS], ["new"] * 3, id="one guid and link for all"),
        pytest.param([SAME_IDS, SAME_IDS[1:]], ["known"] * 2, id="one guid and link for all, again"),
        pytest.param([SAME_LINK, SAME_LINK], ["known"] * 3, id="one link for all"),
        pytest.param([SAME_TITLE, SAME_TITLE[:1]], ["known"], id="one title for all"),
        pytest.param([SAME_TITLE[:1], SAME_TITLE[1:2]], ["new"], id="the same title later that day, with ids and a text of its own"),
        pytest.param([SAME_TITLE[:1], SAME_TITLE], ["known", "new", "new"], id="the same title beside the first one"),
        pytest.param([ONLY_TITLES, ONLY_TITLES[2:]], ["known"], id="nothing but titles, all equal"),
        pytest.param(
            [[BRIDGE], [ELSEWHERE, replace(STRIKE, link=BRIDGE.link)]], ["edited", "new"], id="a moved article's old link used again"
        ),
        pytest.param(
            [[BRIDGE], [Entry(None, None, BRIDGE.title, published_at=DAY), replace(BRIDGE, title="Bridge opens late")]],
            ["new", "edited"],
            id="a bare title beside the article whose title it was",
        ),
        pytest.param([[BRIDGE, BRIDGE]], ["new"], id="listed twice"),
        pytest.param([[BRIDGE, MOVED]], ["new"], id="listed twice with a decorated link"),
        pytest.param([[Entry("null", None, "A"), Entry(" ", None, "B")], [Entry("null", None, "C")]], ["new"], id="guids that are none"),
        pytest.param(
            [[Entry("a", "https://n.example/", "A")], [Entry("b", "https://n.example/", "B")]], ["new"], id="the front page as link"
        ),
    ],
)
def test_what_an_entry_is(documents: list[list[Entry]], last: list[str]) -> None:
    assert polls(*documents) == last


TEXT = st.sampled_from(["", "A", "B", "a", "null"])
ENTRIES = st.builds(
    Entry,
    guid=st.none() | TEXT,
    link=st.none()
    | st.sampled_from(["https://n.example/1", "http://www.n.example/1/?utm_x=1", "https://n.example/2", "https://n.example/", "x:"]),
    title=TEXT,
    summary=TEXT,
    published_at=st.none() | st.sampled_from([DAY, DAY + timedelta(days=1)]),
)


@given(st.data(), st.lists(ENTRIES, max_size=8))
def test_no_polling_again_in_any_order_or_part_makes_a_second_article(data: st.DataObject, document: list[Entry]) -> None:
    store = Store()
    store.poll(document)
    for _ in range(3):
        again = data.draw(st.permutations(document))
        part = again[: data.draw(st.integers(0, len(again)))]
        assert not [each for each in store.poll(part) if isinstance(each, New)]


@given(st.lists(st.lists(ENTRIES, max_size=6), max_size=5))
def test_every_entry_of_any_history_is_answered_and_no_key_leads_to_two_articles(history: list[list[Entry]]) -> None:
    store = Store()
    for document in history:
        found = store.poll(document)  # the store asserts that keys and ids are never taken twice
        assert len(found) <= len(document)
        assert bool(found) == bool(document)


def test_ids_are_stable_and_differ_by_feed() -> None:
    assert article_id("fd_1", "k") == article_id("fd_1", "k") != article_id("fd_2", "k")
    assert article_id("fd_1", "k").startswith("ar_")
    assert len(article_id("fd_1", "k")) == 29


def test_the_same_page_in_two_feeds_has_one_dedup_key() -> None:
    (ours,), (theirs,) = keys_of([BRIDGE]), keys_of([replace(MOVED, guid="theirs")])
    assert dedup_key(ours, "ar_1") == dedup_key(theirs, "ar_2") == "n.example/bridge"


def test_a_link_that_does_not_tell_articles_apart_is_no_dedup_key() -> None:
    assert {dedup_key(keys, f"ar_{n}") for n, keys in enumerate(keys_of(SAME_LINK))} == {"ar_0", "ar_1", "ar_2"}


@pytest.mark.parametrize(
    ("date", "credible"),
    [
        pytest.param(DAY, True, id="now"),
        pytest.param(DAY + timedelta(minutes=59), True, id="a clock that is fast"),
        pytest.param(DAY + timedelta(minutes=61), False, id="the future"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), False, id="the epoch"),
        pytest.param(datetime(1990, 1, 1, tzinfo=UTC), True, id="long ago"),
        pytest.param(None, False, id="no date"),
    ],
)
def test_dates_that_nobody_can_have_meant(date: datetime | None, credible: bool) -> None:
    assert credible_date(date, DAY) == (date if credible else None)
