"""The rules' vectors in one table, through all changes of rules, against the plain computation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.calibration import Nearness
from service.matching.meaning import NO_QUERY, NO_REFERENCES, NOTHING, WIDTH, Background, References, Scores, Vectors
from service.matching.nearness import EVERYDAY_LESS, MOST, MOST_QUERIES, OF_ANY, Queries, RuleVectors, queries_of
from tests.make import a_spec

CHANCE = np.random.default_rng(7)


def vectors(count: int) -> Vectors:
    """As a model's: of length 1 and all in about the same direction."""
    drawn = CHANCE.normal(size=(count, WIDTH)) + 2
    unit: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return unit


TEXTS = [f"text {number}" for number in range(12)]
VECTORS: Mapping[str, Vectors] = dict(zip(TEXTS, vectors(len(TEXTS)), strict=True))
BACKGROUND, OTHER = NOTHING.with_articles(vectors(100)), NOTHING.with_articles(vectors(100))
ARTICLES, TYPICAL = vectors(3), vectors(1)
REFERENCES = References(TYPICAL[0], NOTHING.with_articles(vectors(60)))


def plainly(queries: Queries, background: Background) -> list[Nearness]:
    """One text at a time."""

    def by(usual: Background, text: str) -> Scores:
        above: Scores = usual.z_scores(VECTORS[text][np.newaxis], ARTICLES)[:, 0] - OF_ANY * usual.z_scores(TYPICAL, ARTICLES)[:, 0]
        return above

    assert REFERENCES.everyday is not None
    scores = {text: np.minimum(by(background, text), by(REFERENCES.everyday, text) + EVERYDAY_LESS) for text in queries.texts}
    return [Nearness(float(max(scores[text][at] for text in queries.both)), float(scores[queries.name][at])) for at in range(len(ARTICLES))]


def check(rules: RuleVectors, expected: Mapping[str, Queries], background: Background) -> None:
    for at, meaning in enumerate(rules.of_articles(ARTICLES)):
        near = {rule: plainly(queries, background)[at] for rule, queries in expected.items()}
        for rule, wanted in near.items():
            assert meaning.near(rule) == pytest.approx(wanted, abs=1e-2)
        for least in (-0.5, 0.5, 1.5):
            nearest = list(meaning.nearest(least))
            assert len(nearest) == len(set(nearest))
            assert {rule for rule, each in near.items() if max(each.both, each.name) >= least + 0.02} <= set(nearest)
            assert set(nearest) <= {rule for rule, each in near.items() if max(each.both, each.name) >= least - 0.02}


some_queries = st.builds(Queries, st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4, unique=True).map(tuple), st.sampled_from(TEXTS))
steps = st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), some_queries | st.none() | st.just("measure")), max_size=25)


@settings(max_examples=60)
@given(steps)
def test_through_all_changes_it_is_the_plain_computation(changes: list[tuple[str, Queries | str | None]]) -> None:
    rules, expected, background = RuleVectors(BACKGROUND, REFERENCES), dict[str, Queries](), BACKGROUND
    for rule, change in changes:
        if isinstance(change, Queries):
            rules.put(rule, change, {text: VECTORS[text] for text in rules.missing(change)})
            expected[rule] = change
        elif change is None:
            rules.drop(rule)
            expected.pop(rule, None)
        else:
            background = OTHER if background is BACKGROUND else BACKGROUND
            rules.measure_against(background)
    assert len(rules) == len({text for queries in expected.values() for text in queries.texts}), "each text once, and none without use"
    check(rules, expected, background)


def test_it_grows_and_uses_again_what_is_free() -> None:
    rules, many = RuleVectors(BACKGROUND, NO_REFERENCES), vectors(300)
    for number, vector in enumerate(many):
        rules.put(f"ru_{number}", Queries((f"t{number}",), f"t{number}"), {f"t{number}": vector})
    for number in range(0, 300, 2):
        rules.drop(f"ru_{number}")
    new = vectors(150)
    for number, vector in enumerate(new):
        rules.put(f"new_{number}", Queries((f"n{number}",), f"n{number}"), {f"n{number}": vector})
    assert len(rules) == 300
    (meaning,) = rules.of_articles(ARTICLES[:1])
    for name, vector in {"ru_1": many[1], "ru_299": many[299], "new_0": new[0], "new_149": new[149]}.items():
        assert meaning.near(name) == pytest.approx([BACKGROUND.z_scores(vector[np.newaxis], ARTICLES[:1])[0, 0]] * 2 + [0], abs=1e-2)


def test_what_was_given_out_stays_as_it_was() -> None:
    rules, expected = RuleVectors(BACKGROUND, REFERENCES), Queries(("text 0",), "text 1")
    rules.put("a", expected, VECTORS)
    (meaning, *_) = rules.of_articles(ARTICLES)
    near, nearest = meaning.near("a"), list(meaning.nearest(-9))
    rules.drop("a")
    for number, text in enumerate(TEXTS * 10):
        rules.put(f"b{number}", Queries((text, f"{text} {number}"), text), {**VECTORS, f"{text} {number}": VECTORS[text]})
    assert (meaning.near("a"), list(meaning.nearest(-9))) == (near, nearest)
    assert meaning.near("b0") is None, "it came later"


def test_meaning_alone_says_no_more_than_so_much() -> None:
    rules = RuleVectors(BACKGROUND, NO_REFERENCES)
    rules.put("a", Queries(("text 0",), "text 1"), VECTORS)
    (meaning,) = rules.of_articles(VECTORS["text 0"][np.newaxis])
    assert BACKGROUND.z_scores(*[VECTORS["text 0"][np.newaxis]] * 2)[0, 0] > MOST
    assert meaning.near("a") == pytest.approx([MOST, meaning.near("a").name, 0])  # type: ignore[union-attr]


def test_what_everyday_life_is_full_of_is_not_near() -> None:
    about, wanted = vectors(2)
    rules = RuleVectors(BACKGROUND, References(NO_QUERY, NOTHING.with_articles(np.tile(about, (50, 1)))))
    rules.put("a", Queries(("shop closed",), "bridge closed"), {"shop closed": about, "bridge closed": wanted})
    (meaning,) = rules.of_articles(about[np.newaxis])
    near = meaning.near("a")
    assert near is not None
    assert BACKGROUND.z_scores(about[np.newaxis], about[np.newaxis])[0, 0] > MOST, "which nothing in the news of the world is like"
    assert near.both == pytest.approx(EVERYDAY_LESS, abs=0.05)


def test_a_rule_that_is_not_there_has_no_nearness() -> None:
    rules = RuleVectors(BACKGROUND, NO_REFERENCES)
    rules.drop("nobody")
    (meaning, *_) = rules.of_articles(ARTICLES)
    assert meaning.near("nobody") is None
    assert list(meaning.nearest(-9)) == []


MANY = [f"topic {number}" for number in range(7)]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"topics": ["peace"]}, ("peace",), id="a topic"),
        pytest.param({"topics": [], "actors": ["NATO"]}, ("NATO",), id="an actor"),
        pytest.param(
            {"topics": ["peace", "war"], "actors": ["NATO", "EU"]},
            ("NATO peace", "NATO war", "EU peace", "EU war"),
            id="each actor with each topic",
        ),
        pytest.param({"topics": MANY, "actors": ["NATO", "EU"]}, tuple(MANY), id="of too many, its topics"),
        pytest.param(
            {"topics": [f"topic {number}" for number in range(30)]},
            tuple(f"topic {number}" for number in range(MOST_QUERIES)),
            id="of too many topics, the first",
        ),
    ],
)
def test_what_is_asked_for_a_rule(spec: dict[str, object], expected: tuple[str, ...]) -> None:
    queries = queries_of(a_spec(name="Its name", **spec))
    assert queries == Queries(expected, "Its name")
    assert len(queries.both) <= MOST_QUERIES


def test_nothing_is_asked_for_a_query_alone() -> None:
    assert queries_of(a_spec(topics=[], query="peace AND deal")) is None


def test_a_text_that_a_rule_has_twice_is_one() -> None:
    assert list(Queries(("peace", "war"), "peace").texts) == ["peace", "war"]
