"""Changes of a rule, tried on alerts that were judged: what would not have been raised."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from service.domain.evidence import Scores
from service.domain.feedback import JudgedAlert, wilson
from service.matching.chance import LEVEL, chance
from service.matching.condition import Condition
from service.matching.evaluation import evaluate
from service.matching.groups import Known
from service.matching.reading import Reading

LEAST_STORIES = 2  # what only one story has says nothing of the next
LEAST_GOOD = 0.75  # of what it would have prevented, with 95 % confidence, where it costs right alerts at all


@dataclass(frozen=True, slots=True)
class Effect:
    """The judged alerts that would not have been raised: false alarms `prevented`, and right ones `lost`, by their ids."""

    prevented: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """An article as it is tried."""

    reading: Reading
    day: date
    known: Known
    scores: Scores | None

    def passes(self, demands: Condition) -> bool:
        """Whether it meets what a rule asks for besides its actors and topics."""
        return evaluate(demands, self.reading, self.day, self.known) is not None


@dataclass(frozen=True, slots=True)
class Case:
    """A judged alert with its articles read, the one that raised it first."""

    alert: JudgedAlert
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Court:
    """The cases of false alarms and of right alerts, by which a change is judged."""

    false: tuple[Case, ...]
    right: tuple[Case, ...]

    @property
    def sizes(self) -> tuple[int, int]:
        """How many stories brought false alarms alone, and how many right alerts."""
        good = self._stories(self.right)
        return len(self._stories(self.false) - good), len(good)

    def effect(self, still_there: Callable[[Text], bool]) -> Effect:
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
        false, right = self.sizes
        prevented, lost = self._prevented(effect), self._stories(self.right, effect.lost)
        return chance(len(prevented), false, len(lost), right) > LEVEL

    def _prevented(self, effect: Effect) -> set[str]:
        """The stories of the false alarms that are prevented. One that brought right alerts, too, says nothing."""
        return self._stories(self.false, effect.prevented) - self._stories(self.right)

    @staticmethod
    def _stories(cases: Sequence[Case], ids: Sequence[str] | None = None) -> set[str]:
        """What those of these ids are about; None: all."""
        return {case.alert.about for case in cases if ids is None or case.alert.id in ids}


def open_court(alerts: Sequence[JudgedAlert], demands: Condition) -> tuple[Court, int]:
    """The alerts that are still raised, each with the articles that would raise it, and how many false alarms are raised no more."""
    false, right, outdated = [], [], 0
    for alert in alerts:
        texts = [Text(Reading(each.article.fields), each.article.day, Known(), each.scores) for each in alert.articles]
        there = tuple(text for text in texts if text.passes(demands))
        if alert.relevant:
            right += [Case(alert, there)] if there and there[0] is texts[0] else []
        elif there:
            false.append(Case(alert, there))
        else:
            outdated += 1
    return Court(tuple(false), tuple(right)), outdated
