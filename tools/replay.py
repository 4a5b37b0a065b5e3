"""A corpus replayed as a stream, one alert a match: how many alerts a day, and how many of them nobody wants."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import chain, zip_longest

from service.cli.article_file import WrittenArticle
from tools.exam import Pair


@dataclass(frozen=True, slots=True)
class Stream:
    """How long a stream is: its articles, and the days that have any. Articles without a date are not in it."""

    articles: int
    days: int
    undated: int

    def a_day(self, count: float) -> float:
        """So many in the whole stream are how many a day, in the mean over days with articles."""
        return count / self.days if self.days else 0.0

    def per_thousand(self, count: float) -> float:
        """So many in the whole stream are how many in 1,000 articles."""
        return 1000 * count / self.articles if self.articles else 0.0


@dataclass(frozen=True, slots=True)
class Alerts:
    """The alerts of a stream, by what a reader says of them."""

    is_about: int
    comes_up: int  # no more than that
    false: int
    unjudged: int

    @property
    def all(self) -> int:
        """All of them."""
        return self.is_about + self.comes_up + self.false + self.unjudged


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many of a stream's alerts are false, by a sample of those that were not judged; give or take one standard `error`."""

    sampled: int
    false_in_sample: int
    false: float
    error: float


def in_date_order(articles: Iterable[WrittenArticle]) -> list[WrittenArticle]:
    """As they come in a stream; those without a date at the end."""
    return sorted(articles, key=lambda article: (article.day or date.max, article.id))


def stream_of(articles: Iterable[WrittenArticle]) -> Stream:
    """How long the stream of these articles is."""
    days = [article.day for article in articles]
    dated = [day for day in days if day is not None]
    return Stream(len(dated), len(set(dated)), len(days) - len(dated))


def alerts_of(told: Iterable[Pair], labels: Mapping[Pair, int]) -> Alerts:
    """The alerts, by their labels."""
    found = [labels.get(pair) for pair in told]
    return Alerts(found.count(2), found.count(1), found.count(0), found.count(None))


def sample_of(unjudged: Iterable[Pair], size: int) -> list[Pair]:
    """Some of the alerts, as evenly over the rules as there are; within a rule by chance, always the same.

    Chance is the hash of the ids, so that a later sample has most pairs of an earlier one, and they need not be judged again.
    """
    by_rule = _by_rule(sorted(unjudged, key=lambda pair: sha256("\n".join(pair).encode()).digest()))
    rounds = zip_longest(*(by_rule[rule] for rule in sorted(by_rule)))
    drawn = [pair for pair in chain.from_iterable(rounds) if pair is not None]
    return sorted(drawn[:size])


def estimate(alerts: Alerts, unjudged: Iterable[Pair], sampled: Mapping[Pair, int]) -> Estimate | None:
    """The false ones among all alerts, from labels of a sample of the unjudged ones; None where none of them is in the sample.

    Each rule's share in its sample stands for the rule (stratified sampling, Cochran 1977, chapter 5); a rule that the sample
    has nothing of has the share of the whole sample.
    """
    strata = _by_rule(unjudged)
    judged = {rule: [sampled[pair] == 0 for pair in pairs if pair in sampled] for rule, pairs in strata.items()}
    every = list(chain.from_iterable(judged.values()))
    if not every:
        return None
    false, variance = float(alerts.false), 0.0
    for rule, pairs in strata.items():
        some = judged[rule] or every
        share = sum(some) / len(some)
        false += len(pairs) * share
        if len(judged[rule]) < len(pairs):
            left_out = 1 - len(judged[rule]) / len(pairs)
            variance += len(pairs) ** 2 * left_out * share * (1 - share) / max(1, len(some) - 1)
    return Estimate(len(every), sum(every), false, math.sqrt(variance))


def _by_rule(pairs: Iterable[Pair]) -> dict[str, Sequence[Pair]]:
    grouped: dict[str, list[Pair]] = {}
    for pair in pairs:
        grouped.setdefault(pair[0], []).append(pair)
    return dict(grouped)
