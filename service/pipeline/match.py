"""Stage two: hold every new article against every rule that may see it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from threading import Lock

import structlog

from service.domain.alerting import FoundMatch
from service.domain.articles import Article
from service.domain.pages import worth_reading
from service.domain.rules import Rule
from service.edges import Edges
from service.matching.index import Meaning, RuleIndex
from service.matching.rules import sees
from service.matching.things import load_things
from service.pipeline.alert import raise_alerts
from service.pipeline.company import in_company
from service.pipeline.leases import forgiven, kept_leases
from service.pipeline.meaning import Meanings
from service.pipeline.pages import reads_pages
from service.pipeline.rolling import PATIENCE
from service.pipeline.stories import Stories
from service.pipeline.turns import Turns
from service.storage.articles import ClaimedArticle
from service.storage.followed_feeds import Follower
from service.storage.tables import article as article_table

AT_ONCE = 10_000  # changed rules that are taken in before a line of the log says so
BATCH = 50  # what it takes to learn their meaning is how long the first of them waits for the last
SIDE_BY_SIDE = 2  # threads: while one waits for the database the other reads; more would get in each other's way
PER_SECOND = 2  # of the lease, where meaning takes time: a sixth of what one core does, so that threads in each other's way keep theirs

log = structlog.get_logger()


class Matcher:
    """The matching of one process: its index holds the rules of all workspaces and is shared by its threads."""

    def __init__(self, edges: Edges, at_once: int = AT_ONCE) -> None:
        self.edges = edges
        self._at_once = at_once
        self.index = RuleIndex()
        self._meanings = Meanings(edges)
        self._stories = Stories(edges)
        self._refreshing = Lock()
        self._turns = Turns(SIDE_BY_SIDE)
        self._reads_pages = reads_pages(edges)

    def warm_up(self) -> None:
        """Load what the first article would wait for: the rules, the names and concepts they go by, the recent stories, the embedder."""
        self._refresh()
        load_things()
        self._stories.catch_up()
        self._meanings.ready()

    def match_due(self, on_alerts: Callable[[], None]) -> int:
        """Match the articles that wait, calling `on_alerts` when deliveries became due; return how many.

        A look takes no more after `PATIENCE` seconds, and none begins after as long, so that a great backlog does not keep a worker
        from its other work. Where `SIDE_BY_SIDE` threads are at it already, they are asked to look again.
        """
        articles, until = 0, time.monotonic() + PATIENCE
        again = True
        while again and self._turns.take():
            willing = False
            try:
                articles += self._match_all(on_alerts)
                willing = time.monotonic() < until
            finally:
                again = self._turns.give_back(willing=willing)
        return articles

    def _match_all(self, on_alerts: Callable[[], None]) -> int:
        self._refresh()  # the first time takes long, and no lease should run out meanwhile
        self._stories.catch_up()  # likewise
        articles, until = 0, time.monotonic() + PATIENCE
        token = self.edges.new_id("lease")
        while time.monotonic() < until and (claimed := self._claim(token)):
            with kept_leases(self.edges, article_table, token), forgiven(self.edges, article_table, token):
                found = self._find(claimed)
                self._stories.place([each.article for each in claimed])
                if raise_alerts(self.edges, claimed, found):
                    on_alerts()
            articles += len(claimed)
        return articles

    def _claim(self, token: str) -> Sequence[ClaimedArticle]:
        limit = min(BATCH, PER_SECOND * self.edges.settings.lease) if self._meanings.ready() else BATCH
        return self.edges.store.articles.claim_articles(now=self.edges.now(), token=token, limit=limit)

    def _find(self, claimed: Sequence[ClaimedArticle]) -> list[FoundMatch]:
        # The articles are claimed, so they are stored: every rule committed before them is among the changes.
        followers = self.edges.store.feeds.followers({each.article.feed for each in claimed})
        self._refresh()
        audiences = [_Audience(each, followers.get(each.article.feed, ())) for each in claimed]
        if self._reads_pages:
            # Before the matching ends: who dies in between matches them again, and wants them again.
            wanted = [each.article for each in audiences if each.wants_page(self.index)]
            self.edges.store.pages.want(wanted, now=self.edges.now())
        meanings = self._meanings_of(audiences) if self._meanings.ready() else {}
        return [found for each in audiences for found in each.match(self.index, meanings.get(each.article.id))]

    def _meanings_of(self, audiences: Sequence[_Audience]) -> Mapping[str, Meaning]:
        wanted, others = list[Article](), list[Article]()
        for each in audiences:
            (wanted if each.wants_meaning(self.index) else others).append(each.article)
        return in_company(self.edges, self._stories, self._meanings.of(wanted, others))

    def _refresh(self) -> None:
        with self._refreshing:  # threads that loaded all rules at once would take their memory and time many times over
            changes = self.edges.store.rules.changes_since(self.index.revision)
            for begin in range(0, len(changes.rules), self._at_once):
                self.index.apply(changes.rules[begin : begin + self._at_once], self.index.revision)
                if len(changes.rules) > self._at_once:
                    log.info("taking in rules", live=len(self.index), changed=len(changes.rules), index_bytes=self.index.memory)
            self.index.apply((), changes.revision)
            self._meanings.take_in(changes.rules)


class _Audience:
    """An article, and the workspaces whose rules it has not met yet."""

    def __init__(self, claimed: ClaimedArticle, followers: Sequence[Follower]) -> None:
        self.article = claimed.article
        self._following = {each.workspace: each for each in followers if not claimed.had_its_turn(each.since)}

    def wants_meaning(self, index: RuleIndex) -> bool:
        """Whether what the article means may decide about one of their rules."""
        return index.wants_meaning(self.article.fields, self._following, self._may_see, self.article.day)

    def wants_page(self, index: RuleIndex) -> bool:
        """Whether somebody wants the article's full text. What was there before anybody followed is old news, and stays as it is."""
        new = [each for each in self._following.values() if each.alert_existing or not self.article.baseline]
        if not new or not worth_reading(self.article):
            return False
        return any(each.full_text for each in new) or index.wants_page(self._may_see)

    def match(self, index: RuleIndex, meaning: Meaning | None) -> list[FoundMatch]:
        """Their rules that hold for the article."""
        return [
            FoundMatch(
                found.rule,
                self.article,
                found.evidence,
                found.scores,
                self._following[found.rule.workspace].since,
                self._following[found.rule.workspace].alert_existing,
            )
            for found in index.match(self.article.fields, self._may_see, self.article.day, meaning)
        ]

    def _may_see(self, rule: Rule) -> bool:
        follower = self._following.get(rule.workspace)
        return follower is not None and sees(rule.spec, self.article.feed, follower.tags, self.article.language)
