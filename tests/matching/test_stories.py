"""Which articles are one story, and that the answer stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.stories import Placement
from service.matching.prints import Print, print_of
from service.matching.stories import StoryBook
from tests.make import NOON, an_article

WINDOW = timedelta(days=3)


def a_print(id: str, title: str, summary: str = "", hours: float = 0, **changes: Any) -> Print:  # noqa: A002
    """A print by words alone; every article is of an outlet of its own."""
    values = {"source": f"Outlet {id}", **changes}
    return print_of(an_article(id=id, title=title, summary=summary, first_seen_at=NOON + timedelta(hours=hours), **values))


def placed(*prints: Print, book: StoryBook | None = None) -> list[str]:
    """The story of each, after all merges."""
    book = book or StoryBook(WINDOW)
    for each in prints:
        book.place(each)
    return [book.find(each.article) or "forgotten" for each in prints]


ONE_EVENT = [
    pytest.param(
        ("Ferry Aurora sinks off Marlow harbour, 12 missing", "Twelve people are missing after the ferry Aurora sank off Marlow."),
        ("Ferry Aurora sinks off Marlow harbour, 12 missing - Outlet 2", ""),
        id="a reprint with the outlet's name behind it",
    ),
    pytest.param(
        ("Ferry Aurora sinks off Marlow harbour, 12 missing", "Twelve people are missing after the ferry Aurora sank off Marlow."),
        ("Twelve missing as the Aurora ferry sinks near Marlow", "Rescuers are searching the waters off Marlow for twelve passengers."),
        id="a rewrite",
    ),
    pytest.param(
        ("Marlow elects Ingrid Tallow as its first woman mayor", "Ingrid Tallow won the mayoral election in Marlow."),
        ("Ingrid Tallow wins Marlow mayoral election", "Marlow has its first woman mayor."),
        id="who wins and who is elected",
    ),
    pytest.param(
        ("Prom Aurora zatonął koło Marlow, 12 zaginionych", "Dwanaście osób zaginęło po zatonięciu promu Aurora."),
        (
            "Zatonął prom Aurora. Dwunastu pasażerów zaginionych koło Marlow",
            "Prom Aurora zatonął w nocy, dwanaście osób uznano za zaginione.",
        ),
        id="in Polish, with its endings",
    ),
    pytest.param(
        ("フェリー「オーロラ」沈没、12人行方不明", "港の沖でフェリー「オーロラ」が沈没し、12人が行方不明となっている。"),
        ("フェリー「オーロラ」が沈没 12人が行方不明に", ""),
        id="in Japanese, which has no spaces",
    ),
]
TWO_EVENTS = [
    pytest.param(
        ("Banker Odo Quill charged with fraud", "Prosecutors charged the banker Odo Quill with fraud on Monday."),
        ("Odo Quill pleads not guilty", "The banker Odo Quill entered his plea before a judge."),
        30,
        id="charged, and next day not guilty",
    ),
    pytest.param(
        ("Russia-Ukraine war: what we know on day 448", "A summary of the main events."),
        ("Russia-Ukraine war: what we know on day 449", "A summary of the main events."),
        24,
        id="two days of a war log",
    ),
    pytest.param(
        ("Floods hit Poland, hundreds leave their homes", "Rivers burst their banks in southern Poland after days of rain."),
        ("Floods hit Brazil, thousands leave their homes", "Rivers burst their banks in southern Brazil after heavy storms."),
        1,
        id="floods of two countries",
    ),
    pytest.param(
        ("Marlow council live: budget debate", "Follow the debate in Marlow as it happens."),
        ("Marlow council live: school vote", "Follow the vote in Marlow as it happens."),
        24,
        id="live blogs of two days",
    ),
    pytest.param(
        ("The week in gardening: roses", "Our columnist on roses."),
        ("The week in gardening: tulips", "Our columnist on tulips."),
        72,
        id="a column of two weeks",
    ),
]


@pytest.mark.parametrize(("one", "other"), ONE_EVENT)
def test_articles_of_one_event_are_one_story(one: tuple[str, str], other: tuple[str, str]) -> None:
    first, second = placed(a_print("1", *one), a_print("2", *other, 1))
    assert first == second


@pytest.mark.parametrize(("one", "other", "hours"), TWO_EVENTS)
def test_other_events_of_the_same_topic_stay_apart(one: tuple[str, str], other: tuple[str, str], hours: float) -> None:
    first, second = placed(a_print("1", *one), a_print("2", *other, hours))
    assert first != second


FIRST = a_print(
    "1", "Ferry Aurora sinks off Marlow harbour, 12 missing", "Twelve people are missing after the ferry Aurora sank off Marlow."
)
AGAIN = a_print("2", "Ferry Aurora sinks near Marlow harbour: 12 missing", "Twelve people are missing after the ferry Aurora sank.", 1)
THIRD = a_print(
    "3", "12 missing as ferry Aurora sinks off Marlow harbour", "Twelve people are missing after the ferry Aurora sank off Marlow.", 2
)
OTHER = a_print("4", "Parliament passes budget after long night", "Lawmakers approved the budget.", 1)


def test_an_article_that_is_there_stays_where_it_is() -> None:
    book = StoryBook(WINDOW)
    story = book.place(FIRST).story
    assert book.place(FIRST) == Placement(story)
    assert len(book) == 1


def test_what_was_placed_before_is_remembered() -> None:
    book = StoryBook(WINDOW)
    book.remember(FIRST, "st_known")
    assert book.place(AGAIN).story == "st_known"


def test_an_article_in_the_middle_merges_two_stories_into_the_older_one() -> None:
    book = StoryBook(WINDOW)
    book.remember(FIRST, "st_old")
    book.remember(AGAIN, "st_new")
    assert book.place(THIRD) == Placement("st_old", ("st_new",))
    assert [book.find(each) for each in "123"] == ["st_old"] * 3


def test_what_a_user_split_is_not_put_together_again() -> None:
    book = StoryBook(WINDOW)
    story = book.place(FIRST).story
    book.place(AGAIN)
    new = book.split(story, ["2"])
    assert (book.find("1"), book.find("2")) == (story, new)
    assert book.place(THIRD).merged == ()
    assert book.find("1") != book.find("2")


def test_what_a_user_keeps_apart_stays_so_after_a_start() -> None:
    book = StoryBook(WINDOW)
    book.remember(FIRST, "st_old")
    book.remember(AGAIN, "st_new")
    book.keep_apart("st_new", "st_old")
    assert book.place(THIRD).merged == ()


def test_stories_kept_apart_stay_apart_through_a_merge_with_a_third() -> None:
    book = StoryBook(WINDOW)
    for each, story in ((FIRST, "st_1"), (AGAIN, "st_2"), (OTHER, "st_3")):
        book.remember(each, story)
    book.keep_apart("st_1", "st_2")
    book.join("st_3", "st_2")
    assert book.place(THIRD).merged == ()
    assert book.find("1") != book.find("2") == book.find("4")


def test_a_user_joins_what_is_not_alike() -> None:
    book = StoryBook(WINDOW)
    story, other = book.place(FIRST).story, book.place(OTHER).story
    book.join(story, other)
    assert book.find("4") == story


def test_a_user_may_join_what_was_kept_apart() -> None:
    book = StoryBook(WINDOW)
    story = book.place(FIRST).story
    book.place(AGAIN)
    book.join(story, book.split(story, ["2"]))
    assert book.find("2") == story


def test_articles_of_no_such_story_are_not_split_off() -> None:
    book = StoryBook(WINDOW)
    story = book.place(FIRST).story
    assert book.split(story, ["nobody"]) == story == book.find("1")


def test_what_is_older_than_the_window_is_forgotten() -> None:
    book = StoryBook(WINDOW)
    book.place(FIRST)
    late = replace(THIRD, at=FIRST.at + WINDOW + timedelta(hours=1))
    assert book.place(late).story != book.find("1")
    assert len(book) == 1


def test_an_article_that_comes_late_does_not_turn_back_the_clock() -> None:
    book = StoryBook(WINDOW)
    book.place(FIRST)
    book.place(replace(OTHER, at=FIRST.at - timedelta(days=30)))
    book.place(THIRD)
    assert len(book) == 3


@pytest.mark.parametrize("most", [1, 5])
def test_no_more_are_remembered_than_may_be(most: int) -> None:
    book = StoryBook(WINDOW, most=most)
    for number in range(10):
        book.place(replace(FIRST, article=str(number)))
    assert len(book) == most


SUBJECTS = ("Ferry Aurora sinks off Marlow", "Marlow council passes budget", "Quill charged with fraud", "Storm hits Dunmere coast")
TAILS = ("12 missing", "rescuers search", "mayor speaks", "night of work", "new figures", "")
STREAMS = st.lists(st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(TAILS), st.floats(0, 20)), max_size=14)


def stream_of(drawn: Sequence[tuple[str, str, float]]) -> list[Print]:
    hours, prints = 0.0, []
    for number, (subject, tail, gap) in enumerate(drawn):
        hours += gap
        prints.append(a_print(str(number), f"{subject}, {tail}", hours=hours))
    return prints


@settings(max_examples=60, deadline=None)
@given(STREAMS, st.integers(0, 14))
def test_a_start_in_between_changes_nothing(drawn: Sequence[tuple[str, str, float]], started: int) -> None:
    """What was placed is remembered in its order with the story it is in now: each later article goes where it would have gone."""
    prints = stream_of(drawn)
    whole, before = StoryBook(WINDOW), StoryBook(WINDOW)
    for each in prints[:started]:
        whole.place(each)
        before.place(each)
    again = StoryBook(WINDOW)
    for each in prints[:started]:
        story = before.find(each.article)
        if story is not None:
            again.remember(each, story)
    assert [again.place(each) for each in prints[started:]] == [whole.place(each) for each in prints[started:]]


@settings(max_examples=60, deadline=None)
@given(STREAMS)
def test_a_merge_takes_every_article_along(drawn: Sequence[tuple[str, str, float]]) -> None:
    """Following what became part of what, from where each article was put, leads to where the book has it."""
    book, put, became = StoryBook(timedelta(days=100)), dict[str, str](), dict[str, str]()
    for each in stream_of(drawn):
        placement = book.place(each)
        assert placement.story not in placement.merged
        put[each.article] = placement.story
        became.update(dict.fromkeys(placement.merged, placement.story))
    for article, story in put.items():
        while story in became:
            story = became[story]
        assert book.find(article) == story
