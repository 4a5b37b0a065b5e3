"""Vectors and backgrounds, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.storage.pruning import forget_articles
from service.storage.store import Store
from service.storage.tables import article, feed
from service.storage.vectors import StoredVectors
from tests.make import NOON

DAY = timedelta(days=1)
ONE, TWO = b"\x00\x01" * 384, b"\x02\x03" * 384


@pytest.fixture
def stored(store: Store) -> StoredVectors:
    """Vectors beside the articles "ar_1" and "ar_2", of which the second is old."""
    texts = dict.fromkeys(("dedup_key", "content_hash", "title", "summary", "body", "author", "source"), "")
    same = {**texts, "feed": "fd_1", "baseline": False, "changed_at": NOON}
    with store.database.write() as connection:
        connection.execute(feed.insert().values(id="fd_1", url="https://gazette.example/feed", state="ok", created_at=NOON))
        connection.execute(article.insert().values(id="ar_1", first_seen_at=NOON, **same))
        connection.execute(article.insert().values(id="ar_2", first_seen_at=NOON - 100 * DAY, **same))
    return store.vectors


def test_the_vectors_of_texts_stay(stored: StoredVectors) -> None:
    stored.save_queries("m", {"peace": ONE, "мир": TWO})
    stored.save_queries("m", {"peace": TWO, "war": TWO})
    assert stored.of_queries("m", {"peace", "мир", "war", "unknown"}) == {"peace": ONE, "мир": TWO, "war": TWO}


def test_any_number_of_texts_is_found(stored: StoredVectors) -> None:
    many = {f"text {number}": ONE for number in range(1201)}
    stored.save_queries("m", many)
    assert stored.of_queries("m", many) == many
    stored.save_queries("m", {})
    assert stored.of_queries("m", ()) == {}


def test_an_article_has_the_vector_of_what_it_says_now(stored: StoredVectors) -> None:
    stored.save_articles("m", {"ar_1": ONE, "ar_2": ONE})
    stored.save_articles("m", {"ar_1": TWO})
    assert stored.of_articles("m", ["ar_1", "ar_2", "ar_3"]) == {"ar_1": TWO, "ar_2": ONE}


def test_articles_that_are_gone_have_no_vectors_and_cost_the_others_nothing(stored: StoredVectors) -> None:
    stored.save_articles("m", {"ar_1": ONE, "ar_gone": ONE})
    stored.save_articles("m", {"ar_gone": ONE})
    stored.save_articles("m", {})
    assert stored.of_articles("m", ["ar_1", "ar_gone"]) == {"ar_1": ONE}


def test_the_vector_goes_with_its_article(stored: StoredVectors) -> None:
    stored.save_articles("m", {"ar_1": ONE, "ar_2": ONE})
    assert forget_articles(stored.database, older_than=NOON - 90 * DAY) == 1
    assert stored.of_articles("m", ["ar_1", "ar_2"]) == {"ar_1": ONE}


def test_models_never_meet(stored: StoredVectors) -> None:
    stored.save_queries("m", {"peace": ONE})
    stored.save_queries("n", {"peace": TWO})
    stored.save_articles("m", {"ar_1": ONE})
    stored.save_background("m", b"background", NOON)
    assert (stored.of_queries("m", ["peace"]), stored.of_queries("n", ["peace"])) == ({"peace": ONE}, {"peace": TWO})
    assert stored.of_articles("n", ["ar_1"]) == {}
    assert stored.find_background("n") is None
    stored.save_articles("n", {"ar_1": TWO})
    assert (stored.of_articles("m", ["ar_1"]), stored.of_articles("n", ["ar_1"])) == ({}, {"ar_1": TWO}), "the model now in use"


def test_a_background_takes_the_place_of_the_one_before(stored: StoredVectors) -> None:
    assert stored.find_background("m") is None
    stored.save_background("m", b"first", NOON)
    stored.save_background("m", b"second", NOON + DAY)
    assert stored.find_background("m") == b"second"
