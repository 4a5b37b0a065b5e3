"""Stage two: hold every new article against every rule that may see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from service.domain.alerting import FoundMatch
from service.domain.articles import Article
from service.domain.rules import Rule
from service.edges import Edges
from service.matching.index import RuleIndex
from service.matching.rules import sees
from service.pipeline.alert import raise_alerts
from service.storage.articles import ClaimedArticle
from service.storage.feeds import Follower

BATCH = 200


@dataclass(frozen=True, slots=True)
class Matcher:
    """The matching of one process: its index holds the rules of all workspaces and is shared by its threads."""

    edges: Edges
    index: RuleIndex = field(default_factory=RuleIndex)

    def match_due(self, on_alerts: Callable[[], None]) -> int:
        """Match every article that waits, calling `on_alerts` when deliveries became due; return how many articles."""
        articles = 0
        while claimed := self._claim():
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
        changes = self.edges.store.rules.changes_since(self.index.revision)
        self.index.apply(changes.rules, changes.revision)
        return [found for each in claimed for found in self._match(each.article, followers.get(each.article.feed, ()))]

    def _match(self, article: Article, followers: Sequence[Follower]) -> list[FoundMatch]:
        following = {each.workspace: each for each in followers}

        def may_see(rule: Rule) -> bool:
            follower = following.get(rule.workspace)
            return follower is not None and sees(rule.spec, article.feed, follower.tags, article.language)

        return [
            FoundMatch(
                found.rule, article, found.evidence, following[found.rule.workspace].since, following[found.rule.workspace].alert_existing
            )
            for found in self.index.match(article.fields, may_see)
        ]
