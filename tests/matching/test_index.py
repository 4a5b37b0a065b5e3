"""The index finds what looking at every rule would find, whatever came, changed and went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.rule_sets import make_rules, make_texts, make_world
from service.domain.evidence import Evidence, Scores
from service.domain.rules import Rule, RuleSpec
from service.matching.actors import group_of_actor
from service.matching.beginnings import phrase_of_form
from service.matching.calibration import Nearness
from service.matching.groups import Group, Known
from service.matching.index import RuleIndex
from service.matching.reading import Reading
from service.matching.text import phrase_of
from service.matching.topics import groups_of_topic
from service.matching.verdict import NEAR_ENOUGH, compile_rule, judge, weigh
from tests.make import NOON, a_rule
from tests.matching.written import NAMES, TOPICS, WORDS, names_as_written, topics_as_written

DAY = NOON.date()
texts = st.lists(st.one_of(st.sampled_from(WORDS), names_as_written, topics_as_written, topics_as_written), max_size=12).map(" ".join)
terms = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
several = st.lists(terms, max_size=2).map(tuple)
names = st.one_of(terms, st.sampled_from(NAMES))
actors = st.lists(st.one_of(names, st.fixed_dictionaries({"name": names, "aliases": several, "strikes": several})), max_size=2)
queries = st.sampled_from(
    ["peace NEAR/2 deal", "=US", "ukrain*", 'actor:"Mark Rutte" NOT peace', 'topic:"grain deal"', "title:deal OR ATLEAST/2 peace"]
)
modes = st.sampled_from(["any", "all"])
specs = (
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["rule", "Russia and Georgia"]),
            "actors": actors,
            "topics": st.lists(st.one_of(terms, st.sampled_from(TOPICS)), max_size=2),
            "exclude": st.one_of(st.just(()), st.just(()), several),
            "query": st.one_of(st.none(), st.none(), st.none(), queries),
            "match": st.fixed_dictionaries({"actors": modes, "topics": modes}),
            "precision": st.sampled_from(["strict", "balanced", "broad"]),
            "enabled": st.sampled_from([True, True, True, False]),
        }
    )
    .filter(lambda spec: bool(spec["actors"] or spec["topics"] or spec["query"]))
    .map(RuleSpec.model_validate)
)
changes = st.lists(st.tuples(st.sampled_from("abcdef"), st.one_of(specs, st.none())), max_size=6)
articles = st.fixed_dictionaries({"title": texts, "body": texts})
of_a_language = st.fixed_dictionaries({"title": texts, "body": texts, "lang": st.sampled_from(["", "de"])})


def found_alone(rules: Iterable[Rule], fields: Mapping[str, str]) -> dict[str, tuple[Scores, tuple[Evidence, ...]]]:
    """The rules that hold, each by itself: nothing filed, nothing shared."""
    verdicts = {rule.id: judge(compile_rule(rule.spec), Reading(fields), DAY, Known(), None) for rule in rules}
    return {id_: (verdict.scores, verdict.evidence) for id_, verdict in verdicts.items() if verdict}


def found_by(index: RuleIndex, fields: Mapping[str, str]) -> dict[str, tuple[Scores, tuple[Evidence, ...]]]:
    return {found.rule.id: (found.scores, found.evidence) for found in index.match(fields, lambda _rule: True, DAY)}


def matched(index: RuleIndex, **fields: str) -> set[str]:
    ids = [found.rule.id for found in index.match(fields, lambda _rule: True, DAY)]
    assert len(ids) == len(set(ids)), "a rule is found once"
    return set(ids)


@given(st.lists(changes, max_size=4), st.lists(of_a_language, max_size=4))
def test_the_index_agrees_with_every_rule_on_its_own(batches: list[list[tuple[str, RuleSpec | None]]], texts: list[dict[str, str]]) -> None:
    index, rules = RuleIndex(), dict[str, Rule]()
    for revision, batch in enumerate(batches, start=1):
        changed = {id_: _rule(id_, spec, revision) for id_, spec in batch}
        rules.update(changed)
        index.apply(changed.values(), revision)
    live = [rule for rule in rules.values() if rule.live]
    assert len(index) == len(live)
    for fields in texts:
        assert matched(index, **fields) == found_alone(live, fields).keys()
        assert found_by(index, fields) == found_alone(live, fields)


@pytest.mark.parametrize("popular", [False, True])
def test_the_index_agrees_with_every_rule_of_a_big_set(popular: bool) -> None:
    world = make_world(20260101)
    rules, texts = make_rules(world, 200, popular=popular), [*make_texts(world, 8, 200), *make_texts(world, 2, 2300)]
    index, plain = RuleIndex(), [rule.spec for rule in rules[:10]]
    index.apply(rules, len(rules))
    index.apply([replace(rule, deleted_at=NOON) for rule in rules[::7]], len(rules) + 1)
    live = [rule for number, rule in enumerate(rules) if number % 7]
    titles = [f"{spec.watched[-1].name}, {' and '.join(spec.topics)} {' '.join(spec.watched[0].aliases)}" for spec in plain]
    for fields in [*texts, *({"title": title, "lede": "", "body": text["body"]} for title, text in zip(titles, texts, strict=False))]:
        assert found_by(index, fields) == found_alone(live, fields)


@given(specs, articles)
def test_weighing_a_rule_says_what_the_index_says(spec: RuleSpec, fields: dict[str, str]) -> None:
    index = RuleIndex()
    index.apply([_rule("a", spec, 1)], 1)
    verdict = weigh(compile_rule(spec), Reading(fields), DAY, Known(), None)
    for found in index.weigh(fields, lambda _rule: True, DAY):
        assert (found.scores, found.evidence) == (verdict.scores, verdict.evidence)
    assert bool(found_by(index, fields)) == (spec.enabled and verdict.matches)


@given(specs, articles)
def test_evidence_stands_where_it_says(spec: RuleSpec, fields: dict[str, str]) -> None:
    index = RuleIndex()
    index.apply([_rule("a", spec, 1)], 1)
    for found in index.match(fields, lambda _rule: True, DAY):
        for each in found.evidence:
            assert fields[each.field][each.start : each.end] == each.text
            if each.part != "/query":
                assert any(_is_of(group, each.text) for group in _groups(spec, each.part, each.term))


def _groups(spec: RuleSpec, part: str, term: str) -> list[Group]:
    _, side, number = part.split("/")
    if side == "actors":
        return [group_of_actor(actor) for actor in [spec.watched[int(number)]] if actor.name == term]
    return [part.group for part in groups_of_topic(spec.topics[int(number)]) if part.written == term]


def _is_of(group: Group, text: str) -> bool:
    """Whether `text` is one of its forms, from the first word to the last."""
    forms = group.expand()
    reading, last = Reading({"title": text}), len(phrase_of(text)) - 1
    own = any(
        (place.first, place.last) == (0, last)
        for form in (*forms.sure, *forms.needs_context)
        for place in reading.places(phrase_of_form(form))
    )
    return own or any(_is_of(each, text) for each in group.together)


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
    one, other = ({"name": "Berilu", "aliases": aliases}, "Lee"), ({"name": "Berilu", "aliases": aliases},)
    index = RuleIndex()
    index.apply([a_rule(id="ru_1", actors=one, topics=["peace"]), a_rule(id="ru_2", actors=other, topics=[])], 1)
    assert matched(index, title="Alias7 at last") == {"ru_2"}
    assert matched(index, title="Lee on peace") == {"ru_1"}
    assert matched(index, title="Peace, alias7 and alias12") == {"ru_1", "ru_2"}
    (found,) = (found for found in index.match({"title": "Alias7, alias12"}, lambda _rule: True))
    assert [(each.part, each.term, each.text) for each in found.evidence] == [
        ("/actors/0", "Berilu", "Alias7"),
        ("/actors/0", "Berilu", "alias12"),
    ]
    index.apply([replace(a_rule(id="ru_2"), deleted_at=NOON)], 2)
    assert matched(index, title="Peace, alias7") == {"ru_1"}
    index.apply([replace(a_rule(id="ru_1"), deleted_at=NOON)], 3)
    assert (matched(index, title="Peace, alias7"), index.memory) == (set(), 0)


@pytest.mark.parametrize(
    ("spec", "title"),
    [
        pytest.param({"topics": ["grain deal"]}, "A deal on wheat", id="what says the same together"),
        pytest.param({"topics": ["Black Sea grain deal"]}, "The grain deal holds", id="without what may be missing"),
        pytest.param({"actors": ["Tanaka Berilu"], "topics": ["grain"]}, "T. Berilu on grain", id="initials"),
        pytest.param({"actors": ["Тарас Гончаренко"], "topics": ["grain"]}, "Taras Honcharenko on grain", id="another script"),
        pytest.param({"actors": ["이서준"], "topics": []}, "이서준은 말했다", id="a Korean particle"),
        pytest.param({"actors": ["Georgia"], "topics": []}, "Georgia and Tbilisi", id="beside its context"),
        pytest.param({"topics": [], "query": 'actor:"Mark Rutte" NEAR/2 topic:"grain deal"'}, "Ruttego: a grain deal", id="in a query"),
    ],
)
def test_rules_are_found_by_whatever_their_parts_go_by(spec: dict[str, Any], title: str) -> None:
    index = RuleIndex()
    index.apply([a_rule(**spec), a_rule(id="ru_2", topics=["rain"])], 1)
    assert matched(index, title=title) == {"ru_1"}


@dataclass(frozen=True)
class Nearby:
    """An article that is so near to these rules."""

    rules: Mapping[str, float]

    def near(self, rule_id: str) -> Nearness | None:
        return Nearness(self.rules[rule_id], self.rules[rule_id]) if rule_id in self.rules else None

    def nearest(self, least: float) -> Iterable[str]:
        return (rule_id for rule_id, near in self.rules.items() if near >= least)


def test_what_is_near_in_meaning_is_looked_at_without_a_word_of_it() -> None:
    index = RuleIndex()
    index.apply([a_rule(id="ru_1", topics=["truce"]), a_rule(id="ru_2", topics=["harbour"]), a_rule(id="ru_3", topics=["grain"])], 1)
    meaning = Nearby({"ru_1": 12.0, "ru_2": 12.0, "ru_3": NEAR_ENOUGH - 4, "ru_gone": 12.0})
    found = index.match({"title": "Harbour quiet at last"}, lambda _rule: True, DAY, meaning)
    assert sorted(each.rule.id for each in found) == ["ru_1", "ru_2"]
    assert {each.rule.id: (bool(each.evidence), each.scores.nearness) for each in found} == {"ru_1": (False, 12.0), "ru_2": (True, 12.0)}


def test_what_is_near_in_meaning_must_be_what_the_query_asks_for() -> None:
    index = RuleIndex()
    index.apply([a_rule(id="ru_1", topics=["truce"], exclude=["football"]), a_rule(id="ru_2", topics=["truce"], query="NATO")], 1)
    assert not index.match({"title": "Football quiet at last"}, lambda _rule: True, DAY, Nearby({"ru_1": 12.0, "ru_2": 12.0}))
