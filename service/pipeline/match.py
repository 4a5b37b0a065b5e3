"""Stage two: hold every new article against every rule that may see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from service.domain.alerting import FoundMatch
from service.domain.rules import Rule
from service.edges import Edges
from service.matching.index import RuleIndex
from service.matching.rules import sees
from service.pipeline.alert import raise_alerts
from service.pipeline.rolling import PATIENCE
from service.storage.articles import ClaimedArticle
from service.storage.feeds import Follower

BATCH = 200


@dataclass(frozen=True, slots=True)
class Matcher:
    """The matching of one process: its index holds the rules of all workspaces and is shared by its threads."""

    edges: Edges
    index: RuleIndex = field(default_factory=RuleIndex)
    refreshing: Lock = field(default_factory=Lock)

    def match_due(self, on_alerts: Callable[[], None]) -> int:
        """Match the articles that wait, calling `on_alerts` when deliveries became due; return how many.

        After `PATIENCE` seconds it takes no more, so that a great backlog does not keep a worker from its other work.
        """
        self._refresh()  # the first time takes long, and no lease should run out meanwhile
        articles, until = 0, time.monotonic() + PATIENCE
        while time.monotonic() < until and (claimed := self._claim()):
            if raise_alerts(self.edges, claimed, self._find(claimed)):
                on_alerts()
            articles += len(claimed)
        return articles

    def _claim(self) -> Sequence[ClaimedArticle]:
        token = self.edges.new_id("lease")
        return self.edges.store.articles.claim_articles(now=self.edges.now(), token=token, limit=BATCH)

    def _find(self, claimed: Sequence[ClaimedArticle]) -> list[FoundMatch]:
        # The articles are claimed, so they are stored: every rule committed before them is among the changes.
        followers = self.edges.store.feeds.followers({each.article.feed for each in claimed})
        self._refresh()
        return [found for each in claimed for found in self._match(each, followers.get(each.article.feed, ()))]

    def _refresh(self) -> None:
        with self.refreshing:  # threads that loaded all rules at once would take their memory and time many times over
            changes = self.edges.store.rules.changes_since(self.index.revision)
            self.index.apply(changes.rules, changes.revision)

    def _match(self, claimed: ClaimedArticle, followers: Sequence[Follower]) -> list[FoundMatch]:
        article = claimed.article
        following = {each.workspace: each for each in followers if not claimed.had_its_turn(each.since)}

        def may_see(rule: Rule) -> bool:
            follower = following.get(rule.workspace)
            return follower is not None and sees(rule.spec, article.feed, follower.tags, article.language)

        return [
            FoundMatch(
                found.rule, article, found.evidence, following[found.rule.workspace].since, following[found.rule.workspace].alert_existing
            )
            for found in self.index.match(article.fields, may_see, article.day)
        ]
