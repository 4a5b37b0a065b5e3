"""Whether one rule holds for one article: what the words show, what the meaning adds, and how sure that makes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from service.domain.evidence import Evidence, Scores
from service.domain.rules import NONE_SAVED, Precision, RuleSpec, Saved
from service.matching.calibration import Calibration, Nearness, features_of, load_calibrations
from service.matching.condition import AllOf, AnyOf, Condition
from service.matching.evaluation import evaluate
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.rules import demands_of
from service.matching.watching import Findings, Watch, find, find_together, watch_of

NEAR_ENOUGH = 1.5  # of an article that does not have all of a rule's words: less, and the rule is not even looked at
_NOTHING = AllOf(())  # what most rules demand besides
SURE = Scores(1.0, 1.0)  # what a query asks for is there or not


@dataclass(frozen=True, slots=True, eq=False)
class CompiledRule:
    """A rule, ready to be held against articles.

    `demands` is what one must have however much it is about what the rule watches, `shown` all that is evidence where it is there.
    """

    watch: Watch
    demands: Condition
    shown: Condition
    precision: Precision


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one rule and one article. `demands_met` tells whether the query holds and nothing excluded is there.

    `least` is the probability that the rule's precision asks for, of `is_about` for strict rules, of `comes_up` for others.
    `evidence` is what is there of the rule, also where that is not enough.
    """

    matches: bool
    demands_met: bool
    findings: Findings
    scores: Scores
    least: float
    evidence: tuple[Evidence, ...]


def compile_rule(spec: RuleSpec, saved: Saved = NONE_SAVED) -> CompiledRule:
    """The rule that `spec` writes down, with the saved rules that its query uses."""
    watch, demands = watch_of(spec), demands_of(spec, saved)
    if demands == _NOTHING:
        return CompiledRule(watch, _NOTHING, AnyOf(watch.leaves), spec.precision)
    return CompiledRule(watch, demands, AnyOf((*watch.leaves, demands)), spec.precision)


def judge(rule: CompiledRule, reading: Reading, day: date | None, known: Known, nearness: Nearness | None) -> Verdict | None:
    """The verdict where the rule holds, else None; `nearness` None: the words decide alone."""
    demanded = () if rule.demands is _NOTHING else evaluate(rule.demands, reading, day, known)
    if demanded is None:
        return None
    if not rule.watch.actors and not rule.watch.topics:
        return Verdict(True, True, find(rule.watch, reading, day, known), SURE, 0.0, demanded)
    look = find if nearness and nearness.both >= NEAR_ENOUGH else find_together
    findings = look(rule.watch, reading, day, known)
    if findings is None:
        return None  # an index does not meet such rules, whatever they would score
    calibration = _calibration(nearness)
    scores = calibration.scores(features_of(findings, nearness), nearness)
    if not calibration.suffice(scores, rule.precision):
        return None
    evidence = evaluate(rule.shown, reading, day, known) or ()
    return Verdict(True, True, findings, scores, calibration.least[rule.precision], evidence)


def weigh(rule: CompiledRule, reading: Reading, day: date | None, known: Known, nearness: Nearness | None) -> Verdict:
    """The verdict, also where the rule does not hold."""
    verdict = judge(rule, reading, day, known, nearness)
    if verdict is not None:
        return verdict
    demands_met = evaluate(rule.demands, reading, day, known) is not None
    findings, calibration = find(rule.watch, reading, day, known), _calibration(nearness)
    scores = calibration.scores(features_of(findings, nearness), nearness)
    evidence = evaluate(rule.shown, reading, day, known) or ()
    return Verdict(False, demands_met, findings, scores, calibration.least[rule.precision], evidence)


def _calibration(nearness: Nearness | None) -> Calibration:
    return load_calibrations()["meaning" if nearness else "words"]
