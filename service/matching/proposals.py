"""What would have prevented a rule's false alarms, and what it would have cost: changes of the rule, tried on judged alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import get_args

from service.domain.feedback import JudgedAlert
from service.domain.rules import NONE_SAVED, Precision, RuleSpec, Saved
from service.matching.calibration import load_calibrations
from service.matching.condition import Condition
from service.matching.rule_patches import Patch, ask_for_score, checked, exclude, excluding_alone, patched
from service.matching.rules import demands_of
from service.matching.suspects import Suspect, SuspectKind, suspects_of
from service.matching.text import phrase_of
from service.matching.trial import Court, Effect, Text, open_court
from service.matching.unproposed import say_why_none

MAX_PROPOSALS = 10
MAX_ALTERNATIVES = 5

_STRICTER = get_args(Precision)  # the strictest first


class ProposalKind(StrEnum):
    """What would be changed."""

    TERM = "term"
    ACTOR = "actor"
    SOURCE = "source"
    PRECISION = "precision"
    LEAST_SCORE = "least_score"


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
    """What could be changed, the most effective first, and the terms `together` that cost nothing; else `why_none` in a sentence.

    `false_alarms` and `right` are how many alerts that the rule as it is now would still raise were compared, `outdated` how many false
    alarms it would not raise any more.
    """

    false_alarms: int
    right: int
    outdated: int
    each: tuple[Proposal, ...]
    together: Proposal | None
    why_none: str | None


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
    court, outdated = open_court(alerts, demands_of(as_matched(spec), saved))
    found = [*_without_weaker([*_exclusions(spec, court, as_matched)]), *_by_scores(spec, court, channels)]
    found.sort(key=lambda each: (-len(each.effect.prevented), len(each.effect.lost), each.kind, each.what))
    together = _together(spec, court, found, demands_of=lambda new: demands_of(as_matched(new), saved))
    why_none = None if found else say_why_none(court)
    return Proposals(len(court.false), len(court.right), outdated, tuple(found[:MAX_PROPOSALS]), together, why_none)


def _exclusions(spec: RuleSpec, court: Court, as_matched: Callable[[RuleSpec], RuleSpec]) -> Iterator[Proposal]:
    """What is to be excluded: of all that prevent the same, the longest, which costs least in time to come."""
    suspects = suspects_of([case.alert for case in court.false], [case.alert for case in court.right])
    by_effect: dict[Effect, list[Suspect]] = {}
    for each in suspects:
        effect = court.effect(_passing(demands_of(as_matched(excluding_alone(each)))))
        if court.is_worth(effect):
            by_effect.setdefault(effect, []).append(each)
    for effect, several in by_effect.items():
        best, *others = sorted(several, key=lambda each: (each.kind is not SuspectKind.TERM, -len(phrase_of(each.written)), each.written))
        patch = exclude(spec, best)
        if patch is not None:
            terms = tuple(each.written for each in others if each.kind is best.kind)
            yield Proposal(ProposalKind(best.kind), best.written, effect, patch, terms[:MAX_ALTERNATIVES])


def _without_weaker(proposals: Sequence[Proposal]) -> list[Proposal]:
    """Without what prevents a part of what another of its kind does, at no less a cost."""

    def is_weaker(one: Proposal, other: Proposal) -> bool:
        part = {*one.effect.prevented} <= {*other.effect.prevented} and {*other.effect.lost} <= {*one.effect.lost}
        return part and one.kind is other.kind and one.effect != other.effect

    return [one for one in proposals if not any(is_weaker(one, other) for other in proposals)]


def _by_scores(spec: RuleSpec, court: Court, channels: Sequence[str]) -> Iterator[Proposal]:
    for precision in _STRICTER[: _STRICTER.index(spec.precision)]:
        effect = court.effect(_sufficing(precision))
        if court.is_worth(effect) and not court.is_chance(effect):
            yield Proposal(ProposalKind.PRECISION, precision, effect, {"precision": precision})
    sure = [text.scores.is_about for text in (case.texts[0] for case in court.right) if text.scores]
    least = floor(100 * min(sure, default=0)) / 100
    effect = court.effect(lambda text: text.scores is None or text.scores.is_about >= least)
    if not court.is_worth(effect) or court.is_chance(effect):
        return
    if patch := ask_for_score(spec, least, channels):
        yield Proposal(ProposalKind.LEAST_SCORE, f"{least:.2f}", effect, patch)


def _passing(demands: Condition) -> Callable[[Text], bool]:
    return lambda text: text.passes(demands)


def _sufficing(precision: Precision) -> Callable[[Text], bool]:
    def suffices(text: Text) -> bool:
        if text.scores is None:
            return True
        return load_calibrations()["words" if text.scores.nearness is None else "meaning"].suffice(text.scores, precision)

    return suffices


def _together(spec: RuleSpec, court: Court, found: Sequence[Proposal], *, demands_of: Callable[[RuleSpec], Condition]) -> Proposal | None:
    """All terms that cost nothing and each prevent something that those before them do not."""
    chosen: list[str] = []
    prevented: set[str] = set()
    for each in found:
        if each.kind is ProposalKind.TERM and not each.effect.lost and not prevented.issuperset(each.effect.prevented):
            chosen.append(each.what)
            prevented.update(each.effect.prevented)
    patch = checked(spec, {"exclude": [*spec.exclude, *chosen]}) if chosen else None
    if patch is None:
        return None
    effect = court.effect(_passing(demands_of(patched(spec, patch))))
    return Proposal(ProposalKind.TERM, ", ".join(chosen), effect, patch)
