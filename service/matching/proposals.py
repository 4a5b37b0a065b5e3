"""What would have prevented a rule's false alarms, and what it would have cost: changes of the rule, tried on judged alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import floor
from typing import Any, get_args

from pydantic import ValidationError

from service.domain.evidence import Scores
from service.domain.feedback import JudgedAlert, wilson
from service.domain.routes import Only, Route
from service.domain.rules import NONE_SAVED, Precision, RuleSpec, Saved
from service.matching.calibration import load_calibrations
from service.matching.chance import LEVEL, chance
from service.matching.condition import Condition
from service.matching.evaluation import evaluate
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.rules import check_terms, demands_of
from service.matching.suspects import Suspect, SuspectKind, suspects_of
from service.matching.text import phrase_of

LEAST_STORIES = 2  # what only one story has says nothing of the next
LEAST_GOOD = 0.75  # of what it would have prevented, with 95 % confidence, where it costs right alerts at all
MAX_PROPOSALS = 10
MAX_ALTERNATIVES = 5

Patch = Mapping[str, Any]
_STRICTER = get_args(Precision)  # the strictest first


class ProposalKind(StrEnum):
    """What would be changed."""

    TERM = "term"
    ACTOR = "actor"
    SOURCE = "source"
    PRECISION = "precision"
    LEAST_SCORE = "least_score"


@dataclass(frozen=True, slots=True)
class Effect:
    """The judged alerts that would not have been raised: false alarms `prevented`, and right ones `lost`, by their ids."""

    prevented: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of a rule, as a JSON Merge Patch, with its effect. `alternatives` of a term have the very same effect."""

    kind: ProposalKind
    what: str
    effect: Effect
    patch: Patch
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could be changed, the most effective first, and the terms `together` that cost nothing.

    `false_alarms` and `right` are how many alerts that the rule as it is now would still raise were compared, `outdated` how many false
    alarms it would not raise any more.
    """

    false_alarms: int
    right: int
    outdated: int
    each: tuple[Proposal, ...]
    together: Proposal | None


@dataclass(frozen=True, slots=True)
class _Text:
    reading: Reading
    day: date
    known: Known
    scores: Scores | None

    def passes(self, demands: Condition) -> bool:
        return evaluate(demands, self.reading, self.day, self.known) is not None


@dataclass(frozen=True, slots=True)
class _Case:
    """A judged alert with its articles read, the one that raised it first."""

    alert: JudgedAlert
    texts: tuple[_Text, ...]


@dataclass(frozen=True, slots=True)
class _Court:
    """The cases of false alarms and of right alerts, by which a change is judged."""

    false: tuple[_Case, ...]
    right: tuple[_Case, ...]

    def effect(self, still_there: Callable[[_Text], bool]) -> Effect:
        """What does not reach anybody if only those of the articles still match.

        A false alarm is prevented if none of its articles does; a right alert is lost if the one that raised it does not, for
        another would have come later, if at all.
        """
        prevented = (case.alert.id for case in self.false if not any(map(still_there, case.texts)))
        lost = (case.alert.id for case in self.right if not still_there(case.texts[0]))
        return Effect(tuple(prevented), tuple(lost))

    def is_worth(self, effect: Effect) -> bool:
        """Whether it prevents false alarms about more than one story, and costs nothing or next to nothing."""
        prevented, lost = self._prevented(effect), self._stories(self.right, effect.lost)
        if len(prevented) < LEAST_STORIES:
            return False
        return not lost or wilson(len(prevented), len(prevented) + len(lost))[0] >= LEAST_GOOD

    def is_chance(self, effect: Effect) -> bool:
        """Whether it may well be one."""
        good = self._stories(self.right)
        prevented, lost = self._prevented(effect), self._stories(self.right, effect.lost)
        return chance(len(prevented), len(self._stories(self.false) - good), len(lost), len(good)) > LEVEL

    def _prevented(self, effect: Effect) -> set[str]:
        """The stories of the false alarms that are prevented. One that brought right alerts, too, says nothing."""
        return self._stories(self.false, effect.prevented) - self._stories(self.right)

    @staticmethod
    def _stories(cases: Sequence[_Case], ids: Sequence[str] | None = None) -> set[str]:
        """What those of these ids are about; None: all."""
        return {case.alert.about for case in cases if ids is None or case.alert.id in ids}


def propose(
    spec: RuleSpec,
    alerts: Sequence[JudgedAlert],
    *,
    saved: Saved = NONE_SAVED,
    channels: Sequence[str] = (),
    as_matched: Callable[[RuleSpec], RuleSpec] = lambda spec: spec,
) -> Proposals:
    """Changes of `spec` that keep back false alarms among the judged `alerts`, tried as the rule itself would be.

    `saved` are the rules that its query uses, `channels` those that it sends to where it names none; `as_matched` puts in what
    the workspace says of actors.
    """
    court, outdated = _court(alerts, demands_of(as_matched(spec), saved))
    found = [*_exclusions(spec, court, as_matched), *_by_scores(spec, court, channels)]
    found.sort(key=lambda each: (-len(each.effect.prevented), len(each.effect.lost), each.kind, each.what))
    together = _together(spec, court, found, demands_of=lambda new: demands_of(as_matched(new), saved))
    return Proposals(len(court.false), len(court.right), outdated, tuple(found[:MAX_PROPOSALS]), together)


def _court(alerts: Sequence[JudgedAlert], demands: Condition) -> tuple[_Court, int]:
    """The alerts that are still raised, each with the articles that would raise it, and how many false alarms are raised no more."""
    false, right, outdated = [], [], 0
    for alert in alerts:
        texts = [_Text(Reading(each.article.fields), each.article.day, Known(), each.scores) for each in alert.articles]
        there = tuple(text for text in texts if text.passes(demands))
        if alert.relevant:
            right += [_Case(alert, there)] if there and there[0] is texts[0] else []
        elif there:
            false.append(_Case(alert, there))
        else:
            outdated += 1
    return _Court(tuple(false), tuple(right)), outdated


def _exclusions(spec: RuleSpec, court: _Court, as_matched: Callable[[RuleSpec], RuleSpec]) -> Iterator[Proposal]:
    """What is to be excluded: of all that prevent the same, the longest, which costs least in time to come."""
    suspects = suspects_of([case.alert for case in court.false], [case.alert for case in court.right])
    by_effect: dict[Effect, list[Suspect]] = {}
    for each in suspects:
        effect = court.effect(_passing(demands_of(as_matched(_excluding_alone(each)))))
        if court.is_worth(effect):
            by_effect.setdefault(effect, []).append(each)
    for effect, several in _without_weaker(by_effect).items():
        best, *others = sorted(several, key=lambda each: (each.kind is not SuspectKind.TERM, -len(phrase_of(each.written)), each.written))
        patch = _patch(spec, best)
        if patch is not None:
            terms = tuple(each.written for each in others if each.kind is best.kind)
            yield Proposal(ProposalKind(best.kind), best.written, effect, patch, terms[:MAX_ALTERNATIVES])


def _without_weaker(by_effect: Mapping[Effect, list[Suspect]]) -> Mapping[Effect, list[Suspect]]:
    """Without what prevents a part of what another does, at no less a cost."""

    def is_weaker(one: Effect, other: Effect) -> bool:
        return {*one.prevented} <= {*other.prevented} and {*other.lost} <= {*one.lost} and one != other

    return {effect: several for effect, several in by_effect.items() if not any(is_weaker(effect, other) for other in by_effect)}


def _excluding_alone(suspect: Suspect) -> RuleSpec:
    """A rule of which nothing but the exclusion is looked at."""
    if suspect.kind is SuspectKind.TERM:
        return RuleSpec(name="any", topics=("any",), exclude=(suspect.written,))
    return RuleSpec(name="any", query=f"NOT {_clause(suspect)}")


def _patch(spec: RuleSpec, suspect: Suspect) -> Patch | None:
    if suspect.kind is SuspectKind.TERM:
        return _checked(spec, {"exclude": [*spec.exclude, suspect.written]})
    excluded = f"NOT {_clause(suspect)}"
    return _checked(spec, {"query": f"({spec.query}) AND {excluded}" if spec.query else excluded})


def _clause(suspect: Suspect) -> str:
    return f'{"actor" if suspect.kind is SuspectKind.ACTOR else "source"}:"{suspect.written}"'


def _checked(spec: RuleSpec, patch: Patch) -> Patch | None:
    """The patch, if the rule can be saved with it."""
    try:
        new = _patched(spec, patch)
    except ValidationError:
        return None
    return None if check_terms(new) else patch


def _patched(spec: RuleSpec, patch: Patch) -> RuleSpec:
    return RuleSpec.model_validate({**spec.model_dump(mode="json"), **patch})


def _by_scores(spec: RuleSpec, court: _Court, channels: Sequence[str]) -> Iterator[Proposal]:
    for precision in _STRICTER[: _STRICTER.index(spec.precision)]:
        effect = court.effect(_sufficing(precision))
        if court.is_worth(effect) and not court.is_chance(effect):
            yield Proposal(ProposalKind.PRECISION, precision, effect, {"precision": precision})
    sure = [text.scores.is_about for text in (case.texts[0] for case in court.right) if text.scores]
    least = floor(100 * min(sure, default=0)) / 100
    effect = court.effect(lambda text: text.scores is None or text.scores.is_about >= least)
    if not court.is_worth(effect) or court.is_chance(effect):
        return
    if patch := _least_score_patch(spec, least, channels):
        yield Proposal(ProposalKind.LEAST_SCORE, f"{least:.2f}", effect, patch)


def _passing(demands: Condition) -> Callable[[_Text], bool]:
    return lambda text: text.passes(demands)


def _sufficing(precision: Precision) -> Callable[[_Text], bool]:
    def suffices(text: _Text) -> bool:
        if text.scores is None:
            return True
        return load_calibrations()["words" if text.scores.nearness is None else "meaning"].suffice(text.scores, precision)

    return suffices


def _least_score_patch(spec: RuleSpec, least: float, channels: Sequence[str]) -> Patch | None:
    entries: Iterable[str | Route] = channels if spec.channels is None else spec.channels
    routes = [_asking(entry, least).model_dump(mode="json") for entry in entries]
    return _checked(spec, {"channels": routes}) if routes else None


def _asking(entry: str | Route, least: float) -> Route:
    if isinstance(entry, str):
        return Route(channel=entry, only=Only(least_score=least))
    return Route(channel=entry.channel, only=entry.only.model_copy(update={"least_score": max(least, entry.only.least_score or 0)}))


def _together(spec: RuleSpec, court: _Court, found: Sequence[Proposal], *, demands_of: Callable[[RuleSpec], Condition]) -> Proposal | None:
    """All terms that cost nothing and each prevent something that those before them do not."""
    chosen: list[str] = []
    prevented: set[str] = set()
    for each in found:
        if each.kind is ProposalKind.TERM and not each.effect.lost and not prevented.issuperset(each.effect.prevented):
            chosen.append(each.what)
            prevented.update(each.effect.prevented)
    patch = _checked(spec, {"exclude": [*spec.exclude, *chosen]}) if chosen else None
    if patch is None:
        return None
    effect = court.effect(_passing(demands_of(_patched(spec, patch))))
    return Proposal(ProposalKind.TERM, ", ".join(chosen), effect, patch)
