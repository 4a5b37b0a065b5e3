"""A rule that is changed after it was held against articles, and before what they are told is decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from service.domain.alerting import FoundMatch
from service.domain.evidence import Scores
from service.domain.rules import Rule
from service.edges import Edges
from service.pipeline.alert import raise_alerts
from service.storage.articles import ClaimedArticle
from tests.conftest import Clock
from tests.pipeline.test_digest import Waiting, bridge

SPIKE = {"spike": "hour"}


class Late(Waiting):
    """A desk where somebody changes the rule meanwhile."""

    def claimed(self, count: int) -> Sequence[ClaimedArticle]:
        """So many articles, claimed to be matched."""
        self.arrive(self.feed, *(bridge(number) for number in range(count)))
        return self.edges.store.articles.claim_articles(now=self.edges.now(), token="t", limit=50)

    def decide(self, rule: Rule, claimed: Sequence[ClaimedArticle]) -> int:
        """Decide, with the rule as it was when it was held against them."""
        found = [FoundMatch(rule, each.article, (), Scores(0.9, 0.9), rule.created_at, existing_wanted=False) for each in claimed]
        return raise_alerts(self.edges, claimed, found)


@pytest.fixture
def desk(edges_on_both: Edges, clock: Clock) -> Late:
    made = Late(edges_on_both, clock)
    made.open()
    return made


def test_one_that_no_longer_alerts_on_volume_tells_of_the_articles(desk: Late) -> None:
    watched = desk.rule(when=SPIKE)
    claimed = desk.claimed(2)
    desk.change(watched)
    assert desk.decide(watched, claimed) == 2
    assert desk.holds() == [None, None]


def test_one_that_alerts_on_volume_from_now_on_counts_them(desk: Late) -> None:
    watched = desk.rule()
    claimed = desk.claimed(2)
    desk.change(watched, when=SPIKE)
    assert desk.decide(watched, claimed) == 0
    assert desk.holds() == ["counted", "counted"]


def test_one_that_is_muted_keeps_silent(desk: Late) -> None:
    watched = desk.rule()
    claimed = desk.claimed(1)
    desk.change(watched, mute_until=(desk.clock.at + timedelta(hours=1)).isoformat())
    assert desk.decide(watched, claimed) == 0
    assert desk.holds() == ["muted"]


def test_its_new_channels_are_told(desk: Late) -> None:
    watched, other = desk.rule(), desk.add_channel()
    claimed = desk.claimed(1)
    desk.change(watched, channels=[other.id])
    desk.decide(watched, claimed)
    assert [each.channel for each in desk.sent()] == [other.id]
    (match,) = desk.matches()
    assert match.rule_revision == watched.revision, "which matched it"
