"""The index finds what looking at every rule would find, whatever came, changed and went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.rules import Rule, RuleSpec
from service.matching.index import RuleIndex
from service.matching.text import Phrase, phrase_of
from tests.make import NOON, a_rule

WORDS = ["peace", "deal", "Ukraine", "Öl", "和", "平", "x", "…"]
texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
terms = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
several = st.lists(terms, max_size=3).map(tuple)
actors = st.lists(st.one_of(terms, st.fixed_dictionaries({"name": terms, "aliases": several})), max_size=3)
modes = st.sampled_from(["any", "all"])
specs = (
    st.fixed_dictionaries(
        {
            "name": st.just("rule"),
            "actors": actors,
            "topics": several,
            "exclude": several,
            "match": st.fixed_dictionaries({"actors": modes, "topics": modes}),
            "enabled": st.sampled_from([True, True, True, False]),
        }
    )
    .filter(lambda spec: bool(spec["actors"] or spec["topics"]))
    .map(RuleSpec.model_validate)
)
changes = st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(specs, st.none())), max_size=6)
articles = st.fixed_dictionaries({"title": texts, "body": texts})


def holds(spec: RuleSpec, fields: Mapping[str, str]) -> bool:
    """What a rule promises, said as plainly as can be."""

    def found(term: str) -> bool:
        return any(phrase_of(term) in set(_stretches(phrase_of(text))) for text in fields.values())

    def wanted(mode: str, findings: Sequence[bool]) -> bool:
        return not findings or (any(findings) if mode == "any" else all(findings))

    named = [any(map(found, (actor.name, *actor.aliases))) for actor in spec.watched]
    topics = [found(topic) for topic in spec.topics]
    return wanted(spec.match.actors, named) and wanted(spec.match.topics, topics) and not any(map(found, spec.exclude))


def _stretches(forms: Phrase) -> Iterator[Phrase]:
    return (forms[start:end] for start in range(len(forms)) for end in range(start + 1, len(forms) + 1))


def matched(index: RuleIndex, **fields: str) -> set[str]:
    ids = [found.rule.id for found in index.match(fields, lambda _rule: True)]
    assert len(ids) == len(set(ids)), "a rule is found once"
    return set(ids)


@given(st.lists(changes, max_size=4), st.lists(articles, max_size=4))
@settings(deadline=None)
def test_the_index_agrees_with_every_rule_on_its_own(batches: list[list[tuple[str, RuleSpec | None]]], texts: list[dict[str, str]]) -> None:
    index, rules = RuleIndex(), dict[str, Rule]()
    for revision, batch in enumerate(batches, start=1):
        changed = {id_: _rule(id_, spec, revision) for id_, spec in batch}
        rules.update(changed)
        index.apply(changed.values(), revision)
    live = [rule for rule in rules.values() if rule.live]
    assert len(index) == len(live)
    for fields in texts:
        assert matched(index, **fields) == {rule.id for rule in live if holds(rule.spec, fields)}


@given(specs, articles)
@settings(deadline=None)
def test_evidence_stands_where_it_says(spec: RuleSpec, fields: dict[str, str]) -> None:
    index = RuleIndex()
    index.apply([_rule("a", spec, 1)], 1)
    for found in index.match(fields, lambda _rule: True):
        for each in found.evidence:
            assert fields[each.field][each.start : each.end] == each.text
            assert phrase_of(each.text) == phrase_of(each.term)
            assert each.part.startswith(("/actors/", "/topics/"))


def _rule(id_: str, spec: RuleSpec | None, revision: int) -> Rule:
    """A rule; a deleted one where there is no spec."""
    if spec is None:
        return replace(a_rule(id=id_, revision=revision), deleted_at=NOON)
    return replace(a_rule(id=id_, revision=revision), spec=spec)


def test_a_rules_life() -> None:
    index = RuleIndex()
    index.apply([a_rule(topics=["peace"])], 1)
    assert matched(index, title="Peace!") == {"ru_1"}
    index.apply([a_rule(topics=["war"])], 2)
    assert matched(index, title="Peace!") == set()
    assert matched(index, title="War!") == {"ru_1"}
    index.apply([a_rule(topics=["war"], enabled=False)], 3)
    assert matched(index, title="War!") == set()
    index.apply([a_rule(topics=["war"])], 4)
    index.apply([replace(a_rule(topics=["war"]), deleted_at=NOON)], 5)
    assert matched(index, title="War!") == set()
    assert (len(index), index.memory, index.revision) == (0, 0, 5)


def test_changes_that_come_too_late_change_nothing() -> None:
    index = RuleIndex()
    index.apply([replace(a_rule(), deleted_at=NOON)], 7)
    index.apply([a_rule(topics=["peace"])], 6)
    assert (matched(index, title="peace"), index.revision) == (set(), 7)


def test_the_same_changes_twice_are_taken_in_once() -> None:
    index = RuleIndex()
    for _ in range(2):
        index.apply([a_rule(topics=["peace"])], 1)
    assert len(index) == 1
    assert len(index.match({"title": "peace"}, lambda _rule: True)) == 1


def test_only_eligible_rules_are_found() -> None:
    index = RuleIndex()
    index.apply([a_rule(id="ru_1", workspace="ws_1"), a_rule(id="ru_2", workspace="ws_2")], 1)
    assert [found.rule.id for found in index.match({"title": "bridge"}, lambda rule: rule.workspace == "ws_2")] == ["ru_2"]


@pytest.mark.parametrize("spec", [{"topics": ["*"]}, {"actors": ["…"], "topics": ["peace"]}, {"topics": ["*"], "exclude": ["*"]}])
def test_a_rule_that_can_never_hold_does_no_harm(spec: dict[str, Any]) -> None:
    index = RuleIndex()
    index.apply([a_rule(**spec), a_rule(id="ru_2", topics=["peace"])], 1)
    assert matched(index, title="peace * …") == {"ru_2"}


def test_rules_share_the_many_names_of_an_actor() -> None:
    aliases = [f"alias{number}" for number in range(30)]
    one, other = ({"name": "Kim", "aliases": aliases}, "Lee"), ({"name": "Kim", "aliases": aliases},)
    index = RuleIndex()
    index.apply([a_rule(id="ru_1", actors=one, topics=["peace"]), a_rule(id="ru_2", actors=other, topics=[])], 1)
    assert matched(index, title="Alias7 at last") == {"ru_2"}
    assert matched(index, title="Lee on peace") == {"ru_1"}
    assert matched(index, title="Peace, alias7 and alias12") == {"ru_1", "ru_2"}
    (found,) = (found for found in index.match({"title": "Alias7, alias12"}, lambda _rule: True))
    assert [(each.part, each.term) for each in found.evidence] == [("/actors/0", "alias7"), ("/actors/0", "alias12")]
    index.apply([replace(a_rule(id="ru_2"), deleted_at=NOON)], 2)
    assert matched(index, title="Peace, alias7") == {"ru_1"}
    index.apply([replace(a_rule(id="ru_1"), deleted_at=NOON)], 3)
    assert (matched(index, title="Peace, alias7"), index.memory) == (set(), 0)
