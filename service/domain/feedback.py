"""Feedback: whether an alert was relevant to who got it, and how often a rule's alerts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import sqrt

from service.domain.articles import Article
from service.domain.evidence import Evidence, Scores

MAX_NOTE = 500  # characters
_Z = 1.959964  # of a normal distribution: 95 % lie between -Z and Z


class Via(StrEnum):
    """How feedback came: with an API key, or by the link in a message."""

    KEY = "key"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Feedback:
    """One party's last word on an alert. `given_by` is the key's id, or the channel's whose message had the link."""

    id: str
    workspace: str
    rule: str
    alert: str
    relevant: bool
    note: str
    via: Via
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """An article of a judged alert, why it matched, and how sure that was (None: matched before scores were kept)."""

    article: Article
    evidence: tuple[Evidence, ...]
    scores: Scores | None


@dataclass(frozen=True, slots=True)
class JudgedAlert:
    """An alert that somebody judged. `about` is its story, its own id where it has none; the first of its `articles` raised it."""

    id: str
    about: str
    relevant: bool
    articles: tuple[JudgedArticle, ...]


@dataclass(frozen=True, slots=True)
class MeasuredPrecision:
    """How many of the `judged` alerts were `relevant`.

    `share` of them (None: none was judged), and the `low` and `high` between which the share of all such alerts lies with 95 %
    confidence (Wilson's interval, E. B. Wilson 1927, which is honest about few judgements, too).
    """

    judged: int
    relevant: int
    share: float | None
    low: float
    high: float


def judge_alert(words: Sequence[Feedback]) -> bool:
    """Whether an alert was relevant, all who said something heard: the majority decides, of a tie who spoke last."""
    ayes = sum(1 for each in words if each.relevant)
    if 2 * ayes != len(words):
        return 2 * ayes > len(words)
    return max(words, key=lambda each: (each.given_at, each.id)).relevant


def measure_precision(relevant: int, judged: int) -> MeasuredPrecision:
    """The precision that so many judgements show."""
    low, high = wilson(relevant, judged)
    return MeasuredPrecision(judged, relevant, relevant / judged if judged else None, low, high)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """Wilson's score interval of a share, with 95 % confidence; (0, 1) without trials."""
    if not trials:
        return 0.0, 1.0
    share, square = successes / trials, _Z * _Z
    scale = 1 + square / trials
    middle = (share + square / (2 * trials)) / scale
    reach = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials)) / scale
    return max(0.0, min(share, middle - reach)), min(1.0, max(share, middle + reach))
