"""Stories by what articles mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from service.matching.meaning import WIDTH, Vectors, load_background, pack, unpack
from service.matching.stories import StoryBook
from service.matching.story_vectors import VectorShelf
from tests.matching.test_stories import WINDOW, a_print

MODEL = "multilingual-e5-small-q4"


def a_vector(seed: int, event: int | None = None, share: float = 0.9) -> bytes:
    """A vector as news have them; those of one `event` lie near each other."""
    meant = _drawn(seed)
    if event is not None:
        meant = share * _drawn(10_000 + event) + (1 - share**2) ** 0.5 * meant
    vector = _mean() + meant
    return pack((vector / np.linalg.norm(vector)).astype(np.float32))


def _drawn(seed: int) -> NDArray[np.float64]:
    drawn: NDArray[np.float64] = _spread() @ np.random.default_rng(seed).normal(0, 1, WIDTH)
    return drawn


@lru_cache(maxsize=1)
def _mean() -> Vectors:
    return load_background(MODEL).mean


@lru_cache(maxsize=1)
def _spread() -> NDArray[np.float64]:
    spread, directions = np.linalg.eigh(load_background(MODEL).covariance.astype(np.float64))
    drawn: NDArray[np.float64] = directions * np.sqrt(np.maximum(spread, 0))
    return drawn


ENGLISH = a_print("1", "Ferry Aurora sinks off Poland, 12 missing", language="en")
JAPANESE = a_print("2", "ポーランド沖でフェリー「オーロラ」沈没、12人行方不明", hours=1, language="ja")


def test_another_language_joins_by_meaning() -> None:
    book = StoryBook(WINDOW)
    first = book.place(replace(ENGLISH, vector=a_vector(1, event=1)))
    assert book.place(replace(JAPANESE, vector=a_vector(2, event=1))).story == first.story


def test_another_meaning_keeps_the_same_words_of_two_languages_apart() -> None:
    book = StoryBook(WINDOW)
    first = book.place(replace(ENGLISH, vector=a_vector(1, event=1)))
    assert book.place(replace(JAPANESE, vector=a_vector(2, event=2))).story != first.story


def test_an_article_without_a_vector_meets_one_that_has_one() -> None:
    book = StoryBook(WINDOW)
    first = book.place(replace(ENGLISH, vector=a_vector(1)))
    again = replace(ENGLISH, article="3", source="Outlet 3", at=ENGLISH.at + timedelta(hours=1))
    assert book.place(again).story == first.story


@pytest.fixture(scope="module")
def shelf() -> VectorShelf:
    shelf = VectorShelf()
    for number in range(1500):  # more than it begins with room for
        shelf.add(number, a_vector(number, event=number % 50))
    return shelf


def test_the_nearest_are_those_of_its_event(shelf: VectorShelf) -> None:
    assert {number % 50 for number in shelf.nearest(a_vector(9999, event=7), 10)} == {7}


def test_a_cosine_is_told_of_those_that_are_there(shelf: VectorShelf) -> None:
    cosines = shelf.cosines(a_vector(9999, event=7), [7, 8, 100_000])
    assert cosines.keys() == {7, 8}
    assert cosines[7] > 0.6 > cosines[8]


def test_cosines_are_right_to_five_digits(shelf: VectorShelf) -> None:
    centred = [unpack(a_vector(number, event=number % 50)).astype(np.float64) - _mean() for number in range(60)]
    plain = [float(each @ centred[0] / np.linalg.norm(each) / np.linalg.norm(centred[0])) for each in centred]
    for cosines in (shelf.cosines(a_vector(0, event=0), list(range(60))), shelf.cosines_of(0, list(range(60)))):
        assert list(cosines.values()) == pytest.approx(plain, abs=1e-5)
    assert shelf.cosines_of(100_000, [1]) == {}


def test_what_is_forgotten_is_found_no_more_and_its_room_is_used_again() -> None:
    shelf, vector = VectorShelf(), a_vector(1)
    shelf.add(1, vector)
    shelf.discard(1)
    shelf.discard(1)
    assert shelf.nearest(vector, 5) == {}
    shelf.add(2, vector)
    assert list(shelf.nearest(vector, 5)) == [2]
