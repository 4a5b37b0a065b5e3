"""What is remembered of recent articles: that arrays say what sets of words would, and that it is little."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.likeness import load_usual
from service.matching.prints import Print, dump, load
from service.matching.remembered import Remembered
from service.matching.stories import StoryBook
from tests.make import NOON
from tests.matching.plain_likeness import plain_features
from tests.matching.test_story_vectors import a_vector

WINDOW = timedelta(days=3)
WORDS = ("russia", "russian", "flood", "12", "state", "харків", "沈没")
THINGS = ("state:UA", "state:PL", "state:RU", "person:one", "person:two", "org:nato", "concept:flood")
NUMBERS, COUNTERS = ("12", "448", "5500"), ("day 448", "day 449", "week 448")


def some(values: Sequence[str], most: int) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(values), max_size=most)


@st.composite
def prints(draw: st.DrawFn) -> Print:
    """A print; its article has no name yet."""
    title = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6))
    lede = [word for word in draw(st.lists(st.sampled_from(WORDS), max_size=4, unique=True)) if word not in title]
    title_things, title_numbers = draw(some(THINGS, 3)), draw(some(NUMBERS, 2))
    return Print(
        "",
        NOON + timedelta(hours=draw(st.integers(0, 30))),
        draw(st.sampled_from(("Gazette", "Herald"))),
        draw(st.sampled_from(("", "en", "pl"))),
        tuple(title),
        tuple(lede),
        title_things,
        title_things | draw(some(THINGS, 3)),
        title_numbers,
        title_numbers | draw(some(NUMBERS, 2)),
        frozenset(),
        draw(st.frozensets(st.sampled_from(title), max_size=3)),
        draw(some(COUNTERS, 2)),
        series=draw(st.booleans()),
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(prints(), min_size=4, max_size=6), prints(), st.lists(st.none() | st.floats(-1, 1), min_size=6, max_size=6))
def test_arrays_say_what_sets_of_words_say(known: list[Print], coming: Print, cosines: list[float | None]) -> None:
    remembered, usual = Remembered(WINDOW, 100), load_usual()
    numbers = [remembered.take_in(remembered.begin(each), b"") for each in known]
    features = remembered.features(remembered.begin(coming), numbers, cosines[: len(known)])

    def square(term: str) -> float:
        count = sum(term in each.terms for each in known) + usual.counts.get(term, 0)
        return min(8.5, log((len(known) + usual.articles + 2) / (count + 1))) ** 2

    for place, each in enumerate(known):
        plain = plain_features(coming, each, square, cosines[place])
        assert {name: values[place] for name, values in features.items()} == pytest.approx(plain)


@settings(max_examples=25, deadline=None)
@given(st.lists(prints(), min_size=2, max_size=12), prints())
def test_what_was_forgotten_weighs_nothing(known: list[Print], coming: Print) -> None:
    whole, last = Remembered(WINDOW, 2), Remembered(WINDOW, 2)
    for place, each in enumerate(known):
        for remembered in (whole, last) if place >= len(known) - 2 else (whole,):
            named = replace(each, article=str(place), at=NOON)
            list(remembered.forget(named))
            remembered.take_in(remembered.begin(named), b"")
    features = [
        remembered.features(remembered.begin(coming), [remembered.number(str(len(known) - 1)) or 0], [None]) for remembered in (whole, last)
    ]
    assert {name: values.tolist() for name, values in features[0].items()} == {
        name: values.tolist() for name, values in features[1].items()
    }


def made_up(many: int, *, meaning: bool) -> list[bytes]:
    """Articles of 25 words, five of them never seen before, as they are stored."""
    chance, vector = np.random.default_rng(1), a_vector(1) if meaning else b""
    made = []
    for number in range(many):
        text = [
            *(f"common{each}" for each in set(chance.integers(2000, size=20).tolist())),
            *(f"fresh{number}x{each}" for each in range(5)),
        ]
        things = frozenset(chance.choice(THINGS, 4).tolist())
        sets = things, things, frozenset[str](), frozenset((str(number),)), frozenset[str](), frozenset(text[:2]), frozenset[str]()
        names = f"ar_{number:026}", NOON + timedelta(seconds=number), f"Outlet {number % 300}", "en"
        made.append(dump(Print(*names, tuple(text[:10]), tuple(text[10:]), *sets, vector=vector)))
    return made


@pytest.mark.parametrize(("meaning", "most"), [pytest.param(False, 3000, id="by words"), pytest.param(True, 4000, id="with meaning")])
def test_an_article_is_remembered_in_little_room(meaning: bool, most: int) -> None:
    stored = made_up(2000, meaning=meaning)
    book = StoryBook(WINDOW)
    tracemalloc.start()
    try:
        for each in stored:
            known = load(each)
            book.remember(known, f"st_{known.article[3:]}")
        assert tracemalloc.get_traced_memory()[0] / len(stored) < most
    finally:
        tracemalloc.stop()


def test_what_is_forgotten_leaves_no_room_taken() -> None:
    book, sizes = StoryBook(WINDOW, most=200), list[int]()
    tracemalloc.start()
    try:
        for place, each in enumerate(made_up(2000, meaning=True)):
            known = load(each)
            book.remember(known, f"st_{known.article[3:]}")
            if place % 500 == 499:
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] < 1.1 * sizes[0]
