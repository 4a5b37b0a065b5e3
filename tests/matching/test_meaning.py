"""What is usual, kept as moments; and what of an article is embedded."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.meaning import NO_REFERENCES, NOTHING, WIDTH, Background, Vectors, article_text, load_background, load_references

SEEDS = st.integers(0, 1 << 32)


def vectors(seed: int, count: int) -> Vectors:
    """As a model's: of length 1 and all in about the same direction."""
    drawn = np.random.default_rng(seed).normal(size=(count, WIDTH)) + 2
    unit: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


def z_over_sample(queries: Vectors, articles: Vectors, sample: Vectors) -> Vectors:
    usual = (sample @ queries.T).astype(np.float64)
    scores: Vectors = ((articles @ queries.T - usual.mean(axis=0)) / usual.std(axis=0)).astype(np.float32)
    return scores


@settings(max_examples=20)
@given(SEEDS, st.integers(30, 200))
def test_z_by_moments_is_z_over_the_sample(seed: int, count: int) -> None:
    sample, queries, articles = vectors(seed, count), vectors(seed + 1, 3), vectors(seed + 2, 5)
    scores = NOTHING.with_articles(sample).z_scores(queries, articles)
    assert scores.shape == (5, 3)
    np.testing.assert_allclose(scores, z_over_sample(queries, articles, sample), atol=2e-3)


@settings(max_examples=20)
@given(SEEDS, st.lists(st.integers(0, 50), min_size=1, max_size=4))
def test_an_update_is_a_recomputation(seed: int, counts: list[int]) -> None:
    parts = [vectors(seed + number, count) for number, count in enumerate(counts)]
    updated = NOTHING
    for part in parts:
        updated = updated.with_articles(part)
    whole = NOTHING.with_articles(np.concatenate(parts))
    assert updated.count == pytest.approx(sum(counts))
    np.testing.assert_allclose(updated.mean, whole.mean, atol=1e-6)
    np.testing.assert_allclose(updated.covariance, whole.covariance, atol=1e-7)


def test_a_full_memory_forgets_the_older_articles() -> None:
    old, new = vectors(1, 100), -vectors(2, 100)
    background = NOTHING.with_articles(old, memory=100)
    means = [float(background.mean.sum())]
    for begin in range(0, 100, 20):
        background = background.with_articles(new[begin : begin + 20], memory=100)
        means.append(float(background.mean.sum()))
    assert background.count == 100
    assert means == sorted(means, reverse=True)
    assert means[0] > 0 > means[-1]


def test_of_more_than_fit_into_memory_the_newest_stay() -> None:
    many = vectors(3, 50)
    background = NOTHING.with_articles(vectors(4, 30)).with_articles(many, memory=20)
    np.testing.assert_allclose(background.mean, many[-20:].mean(axis=0), atol=1e-6)
    assert background.count == 20


def test_no_articles_change_nothing() -> None:
    background = NOTHING.with_articles(vectors(5, 10))
    assert background.with_articles(vectors(5, 0)) is background


def test_a_vector_that_stands_for_several_articles_counts_as_these() -> None:
    some = vectors(20, 50)
    repeated = NOTHING.with_articles(np.concatenate([some[:40], *[some[40:]] * 9]), memory=1000)
    weighed = NOTHING.with_articles(some, memory=1000, weights=np.array([1.0] * 40 + [9.0] * 10))
    assert np.allclose(weighed.mean, repeated.mean, atol=1e-6)
    assert np.allclose(weighed.covariance, repeated.covariance, atol=1e-6)
    assert weighed.count == pytest.approx(130**2 / (40 + 10 * 81)), "but as a sample they are worth less"


@pytest.mark.parametrize("background", [NOTHING, NOTHING.with_articles(vectors(6, 1))], ids=["of nothing", "of one article"])
def test_a_background_of_hardly_anything_divides_by_something(background: Background) -> None:
    assert np.isfinite(background.z_scores(vectors(7, 2), vectors(8, 3))).all()


def test_scores_survive_storage() -> None:
    sample, queries, articles = vectors(9, 500), vectors(10, 4), vectors(11, 50)
    background = NOTHING.with_articles(sample)
    stored = background.dump()
    assert len(stored) < 150_000
    loaded = Background.load(stored)
    assert loaded.count == background.count
    np.testing.assert_allclose(loaded.z_scores(queries, articles), background.z_scores(queries, articles), atol=0.05)
    assert Background.load(NOTHING.dump()).count == 0


STORED = NOTHING.with_articles(vectors(12, 40)).dump()


def changed(begin: int, new: bytes) -> bytes:
    """Other bytes at a place, under a checksum that fits them."""
    content = STORED[:begin] + new + STORED[begin + len(new) : -4]
    return content + crc32(content).to_bytes(4, "little")


BROKEN = [
    pytest.param(b"", id="nothing"),
    pytest.param(STORED[:-1], id="cut at the end"),
    pytest.param(STORED + b"\0", id="a byte too many"),
    pytest.param(changed(0, b"PNG\0"), id="another kind of file"),
    pytest.param(changed(4, b"\2"), id="a later version"),
    pytest.param(changed(6, b"\1"), id="vectors of another width"),
    pytest.param(changed(8, b"\xff" * 8), id="a count that is no number"),
    pytest.param(changed(200, b"\xff\x7f"), id="a mean that is no number"),
]


@pytest.mark.parametrize("data", BROKEN)
def test_broken_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="background"):
        Background.load(data)


@given(st.integers(0, len(STORED) - 1), st.integers(1, 255))
def test_a_changed_byte_is_noticed(at: int, change: int) -> None:
    with pytest.raises(ValueError, match="background"):
        Background.load(STORED[:at] + bytes([STORED[at] ^ change]) + STORED[at + 1 :])


def test_the_shipped_background() -> None:
    background = load_background("multilingual-e5-small-q4")
    assert background.count > 1000
    assert 0.7 < float(background.mean @ background.mean) < 0.95
    assert np.linalg.eigvalsh(background.covariance.astype(np.float64)).min() > -1e-6
    with pytest.raises(LookupError):
        load_background("another-model")


LONG = "word " * 200
TEXTS = [
    pytest.param(("Title", "A summary.", ""), "Title. A summary.", id="title and summary"),
    pytest.param(("Title", "Short.", "A longer body."), "Title. A longer body.", id="a body that says more than a short summary"),
    pytest.param(("Title", "summary " * 30, "b" * 900), "Title. " + "summary " * 29 + "summary", id="a summary that is long enough"),
    pytest.param(("Title", "", ""), "Title", id="a title alone"),
    pytest.param(("", "", " body\n\n text "), "body text", id="no title, and a body on several lines"),
    pytest.param(("", "", ""), "", id="nothing"),
    pytest.param(("T", "", LONG), "T. " + LONG[:350].rstrip(), id="a long body is cut"),
]


@pytest.mark.parametrize(("article", "text"), TEXTS)
def test_what_is_embedded_of_an_article(article: tuple[str, str, str], text: str) -> None:
    assert article_text(*article) == text


@given(st.text(), st.text(), st.text())
def test_what_is_embedded_is_never_long(title: str, summary: str, body: str) -> None:
    assert len(article_text(title * 9, summary * 9, body * 9)) <= 652


def test_references_are_shipped_for_the_model() -> None:
    references = load_references("multilingual-e5-small-q4")
    assert np.linalg.norm(references.typical) == pytest.approx(1, abs=1e-3)
    assert references.everyday is not None
    assert references.everyday.count > 400
    assert load_references("another-model") is NO_REFERENCES
