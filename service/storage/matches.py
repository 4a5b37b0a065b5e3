"""Matches, and the end of an article's matching."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, literal, select

from service.domain.evidence import Evidence, Scores
from service.storage.articles import ClaimedArticle
from service.storage.claims import finish
from service.storage.columns import Moment
from service.storage.database import Database
from service.storage.paging import Page, fetch_page
from service.storage.tables import article, match


@dataclass(frozen=True, slots=True)
class Match:
    """One rule satisfied by one article.

    `held` says why it was not told; None: it raised or updated `alert`, which is the one it is in. `reason` says what it
    brought to the alert of its story, or when and with what it is told. `digest`: in which that is; `silence`: that holds it.
    """

    id: str
    workspace: str
    rule: str
    rule_revision: int
    article: str
    evidence: tuple[Evidence, ...]
    scores: Scores | None
    held: str | None
    alert: str | None
    reason: str | None
    digest: str | None
    silence: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Matches:
    """Matches in the database."""

    database: Database

    def list_matches(
        self, workspace: str, *, rule_id: str | None = None, article_id: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[Match]:
        """A workspace's matches, newest first, also those that raised no alert."""
        query = select(match).where(match.c.workspace == workspace)
        if rule_id:
            query = query.where(match.c.rule == rule_id)
        if article_id:
            query = query.where(match.c.article == article_id)
        with self.database.read() as connection:
            return fetch_page(connection, query, moment=match.c.created_at, key=match.c.id, cursor=cursor, limit=limit, to_item=_to_match)

    def comes_up(self, articles: Collection[str], rule_id: str | None = None) -> dict[str, dict[str, float]]:
        """By article and rule, how probable it was that what the rule watches comes up: of these articles' matches of all rules, or one."""
        wanted = select(match.c.article, match.c.rule, match.c.scores).where(match.c.article.in_(articles))
        if rule_id is not None:
            wanted = wanted.where(match.c.rule == rule_id)
        found: dict[str, dict[str, float]] = {}
        with self.database.read() as connection:
            for row in connection.execute(wanted).all():
                found.setdefault(row.article, {})[row.rule] = row.scores["comes_up"] if row.scores else 1.0
        return found

    def find_match(self, workspace: str, match_id: str) -> Match | None:
        """A match of this workspace."""
        with self.database.read() as connection:
            row = connection.execute(select(match).where(match.c.workspace == workspace, match.c.id == match_id)).one_or_none()
        return _to_match(row) if row else None


def known_pairs(connection: Connection, articles: Collection[str]) -> frozenset[tuple[str, str]]:
    """The (rule, article) pairs of these articles that have matched before."""
    rows = connection.execute(select(match.c.rule, match.c.article).where(match.c.article.in_(articles)))
    return frozenset((row.rule, row.article) for row in rows)


def lock_held(connection: Connection, claimed: Sequence[ClaimedArticle]) -> list[ClaimedArticle]:
    """Lock those of the claimed articles that no other worker has taken meanwhile, in order of id."""
    tokens = {each.article.id: each.lease_token for each in claimed}
    wanted = select(article.c.id, article.c.lease_token).where(article.c.id.in_(tokens)).order_by(article.c.id).with_for_update()
    held = {row.id for row in connection.execute(wanted).all() if row.lease_token == tokens[row.id]}
    return [each for each in claimed if each.article.id in held]


def finish_articles(connection: Connection, claimed: Sequence[ClaimedArticle]) -> None:
    """Mark claimed articles as matched as of their claim; one that was edited meanwhile stays due.

    Raises:
        LeaseLost: one of them is in another worker's hands.
    """
    for each in sorted(claimed, key=lambda one: one.article.id):
        matched_at = case((article.c.next_at == each.due_at, literal(each.claimed_at, Moment)), else_=article.c.matched_at)
        finish(connection, article, each.article.id, each.lease_token, next_at=None, due_at=each.due_at, matched_at=matched_at)


def _to_match(row: Row[Any]) -> Match:
    evidence = tuple(Evidence(**each) for each in row.evidence)
    scores = Scores(**row.scores) if row.scores else None
    return Match(
        row.id, row.workspace, row.rule, row.rule_revision, row.article, evidence, scores, row.held, row.alert, row.reason,
        row.digest, row.silence, row.created_at,
    )  # fmt: skip
