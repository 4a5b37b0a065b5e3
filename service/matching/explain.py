"""Why a rule matched an article, or did not: what is there of each part, what is missing, and what decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from service.domain.rules import NONE_SAVED, RuleSpec, Saved
from service.matching.calibration import Nearness
from service.matching.condition import (
    AllOf,
    AnyOf,
    AtLeast,
    Condition,
    Near,
    NoneOf,
    OneOf,
    Term,
    Within,
    conditions_in,
    leaves_of,
)
from service.matching.evaluation import Evaluation
from service.matching.groups import Known, see
from service.matching.reading import Reading
from service.matching.rules import saved_in
from service.matching.verdict import CompiledRule, Verdict, compile_rule, weigh

_BRANCHES = 5  # of a group that are named


@dataclass(frozen=True, slots=True)
class PartFinding:
    """One part of a rule ("/actors/0", "/exclude/1", "/query") and which of its terms, as written, the article has and lacks.

    A found term of an exclusion is why a rule did not match. Where all terms are there and a query still asks for more (near,
    at least so often, in one field), what it asks for is missing: "peace NEAR/5 deal".
    """

    part: str
    found: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict on one rule and one article, a sentence on what decided it, and the parts in the rule's order."""

    verdict: Verdict
    reason: str
    parts: tuple[PartFinding, ...]


def explain(
    spec: RuleSpec,
    fields: Mapping[str, str],
    day: date | None = None,
    nearness: Nearness | None = None,
    compiled: CompiledRule | None = None,
    *,
    saved: Saved = NONE_SAVED,
) -> Explanation:
    """Hold the rule against an article of this day; `compiled` is what `compile_rule(spec, saved)` gives, for those who have it."""
    rule, reading, known = compiled or compile_rule(spec, saved), Reading(fields), Known()
    verdict = weigh(rule, reading, day, known, nearness)
    article = _Article(reading, day, known, Evaluation(reading, day, known))
    held = {written: article.holds(whole) for written, whole in saved_in(spec, saved)}
    parts = tuple(_findings([*rule.watch.leaves], rule.demands, held, article))
    return Explanation(verdict, _reason(spec, verdict, parts, nearness), parts)


class _Article(NamedTuple):
    reading: Reading
    day: date | None
    known: Known
    evaluation: Evaluation

    def holds(self, condition: Condition) -> bool:
        return self.evaluation.evidence(condition) is not None

    def has(self, leaf: Term | OneOf) -> bool:
        if isinstance(leaf, Term):
            return bool(self.reading.places(leaf.phrase))
        return see(leaf.group, self.reading, self.day, self.known) is not None


def _findings(leaves: Sequence[OneOf], demands: Condition, held: Mapping[str, bool], article: _Article) -> Iterator[PartFinding]:
    """A finding for each part; a saved rule, told in `held`, is there as a whole or not at all."""
    looked_for: list[Term | OneOf] = [*leaves, *leaves_of(demands)]
    lacking = list(_lacking(demands, held, article))
    there = {each.written for each in looked_for if held.get(each.written, article.has(each))}
    for part in dict.fromkeys(each.part for each in looked_for):
        written = dict.fromkeys(each.written for each in looked_for if each.part == part)
        missing = [each for each in written if each not in there] + [asked for of, asked in lacking if of == part]
        yield PartFinding(part, tuple(each for each in written if each in there), tuple(dict.fromkeys(missing)))


def _lacking(demands: Condition, held: Mapping[str, bool], article: _Article) -> Iterator[tuple[str, str]]:
    """What fails although its terms are there, each with its part."""
    for each in conditions_in(demands):
        if isinstance(each, Near | AtLeast | Within) and not article.holds(each):
            leaves = [leaf for leaf in leaves_of(each) if leaf.written not in held]  # saved rules are told as a whole
            if any(map(article.has, leaves)):
                yield leaves[0].part, _written(each)


def _reason(spec: RuleSpec, verdict: Verdict, parts: Sequence[PartFinding], nearness: Nearness | None) -> str:
    """What decided, the strongest reason first."""
    if verdict.matches and not (spec.actors or spec.topics):
        return "it matches: the query holds"
    if not verdict.demands_met:
        excluded = [term for part in parts if part.part.startswith("/exclude") for term in part.found]
        return f"{_quoted(excluded)} is excluded and stands in it" if excluded else "the query does not hold"
    known_by = _known_by(nearness)
    sure = verdict.scores.is_about if spec.precision == "strict" else verdict.scores.comes_up
    asked = f"{known_by} give {sure:.2f}, and {spec.precision} asks for {verdict.least:.2f}"
    if verdict.matches:
        return f"it matches: {asked}"
    missing = _missing_side(spec, verdict, parts)
    return f"{missing}; {asked}" if missing else f"all its parts are there, but apart, deep in the text or not in its sense; {asked}"


def _known_by(nearness: Nearness | None) -> str:
    if nearness is None:
        return "words alone"
    return "words, meaning and what the articles nearest to it matched" if nearness.company else "words and meaning"


def _missing_side(spec: RuleSpec, verdict: Verdict, parts: Sequence[PartFinding]) -> str | None:
    sides = []
    if spec.actors and not verdict.findings.actor:
        names = [term for part in parts if part.part.startswith("/actors") for term in part.missing]
        sides.append(f"{_quoted(names)} {'is' if len(names) == 1 else 'are'} not in it")
    if spec.topics and not verdict.findings.topic:
        sides += [_missing_topic(spec, part) for part in parts if part.part.startswith("/topics") and part.missing]
    return " and ".join(sides) or None


def _missing_topic(spec: RuleSpec, part: PartFinding) -> str:
    topic = _quoted([spec.topics[int(part.part.removeprefix("/topics/"))]])
    return f"the topic {topic} lacks {_quoted(part.missing)}" if part.found else f"the topic {topic} is not in it"


def _quoted(terms: Sequence[str]) -> str:
    shown = ", ".join(f'"{term}"' for term in terms[:_BRANCHES])
    return f"{shown} and {len(terms) - _BRANCHES} more" if len(terms) > _BRANCHES else shown


def _written(condition: Condition) -> str:
    match condition:
        case Term(_, written) | OneOf(_, written):
            return written
        case AllOf(conditions):
            return f"({' AND '.join(map(_written, conditions))})"
        case AnyOf(conditions):
            shown = dict.fromkeys(map(_written, conditions[:_BRANCHES]))
            return f"({' OR '.join(shown)}{' OR ...' if len(conditions) > _BRANCHES else ''})"
        case NoneOf(conditions):
            return f"NOT {' NOT '.join(map(_written, conditions))}"
        case Near(left, right, words, ordered):
            return f"{_written(left)} {'O' * ordered}NEAR/{words} {_written(right)}"
        case AtLeast(count, inner):
            return f"ATLEAST/{count} {_written(inner)}"
        case Within(field, inner):
            return f"{field}:{_written(inner)}"
