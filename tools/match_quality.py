"""How good matches are beside what a reader judged: counts, precision, recall and F1 per rule, per language and in all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from tools.exam import Pair

WEAK = 0.6  # an F1 below this is told


class Rates(NamedTuple):
    """Three shares, from 0 to 1."""

    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Counts:
    """Judged pairs: told and rightly so, told and wrongly so, wanted and not told."""

    right: int
    wrong: int
    missed: int

    @property
    def wanted(self) -> int:
        """How many there were to be told."""
        return self.right + self.missed

    @property
    def rates(self) -> Rates:
        """Where nothing is wanted, nothing told is perfect; F1 is the harmonic mean."""
        told = self.right + self.wrong
        precision = self.right / told if told else float(not self.missed)
        recall = self.right / self.wanted if self.wanted else 1.0
        return Rates(precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0)


@dataclass(frozen=True, slots=True)
class Quality:
    """The counts of some pairs if those count as wanted in which it comes up (label 1 or 2), and if only those about it do (2)."""

    comes_up: Counts
    is_about: Counts
    judged: int
    unwanted: int  # of the judged: label 0
    false_alarms: int  # of the unwanted


@dataclass(frozen=True, slots=True)
class Overall:
    """All pairs alike, and the mean over the rules for which anything is wanted."""

    quality: Quality
    comes_up: Rates
    is_about: Rates


def quality_of(told: Collection[Pair], labels: Mapping[Pair, int]) -> Quality:
    """What the pairs told are worth beside the labels; a pair that is not judged counts nowhere."""
    unwanted = [pair for pair, label in labels.items() if not label]
    false_alarms = sum(pair in told for pair in unwanted)
    return Quality(_counts(told, labels, 1), _counts(told, labels, 2), len(labels), len(unwanted), false_alarms)


def quality_by(key: Callable[[Pair], str], told: Collection[Pair], labels: Mapping[Pair, int]) -> dict[str, Quality]:
    """The same for each group of pairs, by what `key` says of them."""
    groups: dict[str, dict[Pair, int]] = {}
    for pair, label in labels.items():
        groups.setdefault(key(pair), {})[pair] = label
    return {name: quality_of(told, groups[name]) for name in sorted(groups)}


def overall(told: Collection[Pair], labels: Mapping[Pair, int]) -> Overall:
    """All pairs, and the mean over rules."""
    by_rule = quality_by(lambda pair: pair[0], told, labels).values()
    return Overall(quality_of(told, labels), _mean(each.comes_up for each in by_rule), _mean(each.is_about for each in by_rule))


def _counts(told: Collection[Pair], labels: Mapping[Pair, int], least: int) -> Counts:
    wanted = {pair for pair, label in labels.items() if label >= least}
    ours = {pair for pair in labels if pair in told}
    return Counts(len(ours & wanted), len(ours - wanted), len(wanted - ours))


def _mean(counts: Iterable[Counts]) -> Rates:
    rates = [each.rates for each in counts if each.wanted]
    return Rates(*(fmean(each) for each in zip(*rates, strict=True))) if rates else Rates(0.0, 0.0, 0.0)
