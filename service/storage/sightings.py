"""Sightings: what counts towards spikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, delete, func, literal, or_, select

from service.domain.articles import Article
from service.domain.coverage import Report, report_of
from service.domain.evidence import Evidence, Scores
from service.domain.sightings import Sighting, sighting_of
from service.domain.telling import Hold
from service.storage.articles import to_article
from service.storage.database import Database
from service.storage.frames import IN_FRAME, Frame
from service.storage.tables import article, match, rule, sighting, subscription

REFILLED = 20_000  # matches of before that a rule brings along: of more, the latest
FORGOTTEN = 5_000  # sightings in one transaction, so that nobody waits long
SHOWN = 1_000  # articles of a window that are put into words: of more, the latest
# What never was to be told does not count.
_UNCOUNTED = (Hold.BASELINE, Hold.OLDER_THAN_RULE, Hold.RULE_CHANGED, Hold.SILENCED)


@dataclass(frozen=True, slots=True)
class SightedArticle:
    """An article in a window: the match, and the report that it is."""

    match: str
    report: Report


def save_sightings(connection: Connection, database: Database, sightings: Sequence[Sighting]) -> None:
    """Store sightings, each match once."""
    if sightings:
        connection.execute(database.insert(sighting).on_conflict_do_nothing(), [_values(each) for each in sightings])


def refill(connection: Connection, database: Database, rule_id: str, since: datetime) -> None:
    """Take what the rule has matched since then into account, of when it did not alert on volume.

    Whose text those articles print is not looked at: it would take minutes, and makes what is usual greater at most.
    """
    joined = match.join(article, article.c.id == match.c.article).outerjoin(sighting, sighting.c.match == match.c.id)
    counted = or_(match.c.held.is_(None), match.c.held.not_in(_UNCOUNTED))
    missing = and_(match.c.rule == rule_id, match.c.created_at >= since, sighting.c.match.is_(None), counted)
    columns = (match.c.id.label("match"), match.c.workspace, match.c.created_at, *_light())
    query = select(*columns).select_from(joined).where(missing).order_by(match.c.created_at.desc()).limit(REFILLED)
    save_sightings(connection, database, [_sighting(rule_id, row) for row in connection.execute(query).all()])


def latest(connection: Connection, rule_id: str) -> datetime | None:
    """When the rule's last sighting was."""
    found: datetime | None = connection.execute(select(func.max(sighting.c.at)).where(sighting.c.rule == rule_id)).scalar_one()
    return found


def watched_since(connection: Connection, rule_id: str) -> datetime:
    """Since when the rule can have matched anything: since it was made, and its workspace follows feeds."""
    followed = select(func.min(subscription.c.created_at)).where(subscription.c.workspace == rule.c.workspace).scalar_subquery()
    made, followed_at = connection.execute(select(rule.c.created_at, followed.label("followed")).where(rule.c.id == rule_id)).one()
    since: datetime = max(made, followed_at or made)
    return since


def list_sighted(connection: Connection, frame: Frame) -> list[SightedArticle]:
    """The articles in a frame, the oldest first."""
    joined = sighting.join(match, match.c.id == sighting.c.match).join(article, article.c.id == match.c.article)
    columns = (sighting.c.match, sighting.c.outlet, sighting.c.voice, *_light())
    query = select(*columns).select_from(joined).where(IN_FRAME).order_by(sighting.c.at.desc(), sighting.c.match.desc()).limit(SHOWN)
    rows = connection.execute(query, frame.values).all()
    credited = [(row, (row.voice,) if row.voice != row.outlet else ()) for row in reversed(rows)]
    return [SightedArticle(row.match, report_of(to_article(row), credits_)) for row, credits_ in credited]


def load_matched(connection: Connection, matches: Sequence[str]) -> list[tuple[Article, tuple[Evidence, ...], Scores | None]]:
    """The articles of these matches with what was found in them, in their order."""
    columns = (*article.c, match.c.id.label("match"), match.c.evidence, match.c.scores)
    joined = match.join(article, article.c.id == match.c.article)
    rows = {row.match: row for row in connection.execute(select(*columns).select_from(joined).where(match.c.id.in_(matches))).all()}
    found = [rows[each] for each in matches if each in rows]
    return [(to_article(row), tuple(Evidence(**each) for each in row.evidence), _scores(row)) for row in found]


def forget_sightings(database: Database, *, older_than: datetime, at_once: int = FORGOTTEN) -> int:
    """Forget sightings that no window reaches any more, so many in one transaction; return how many."""
    old = select(sighting.c.match).where(sighting.c.at < older_than).limit(at_once)
    gone = 0
    while some := _forget(database, old):
        gone += some
    return gone


def _forget(database: Database, old: Select[str]) -> int:
    with database.write() as connection:
        return connection.execute(delete(sighting).where(sighting.c.match.in_(old))).rowcount


def _scores(row: Row[Any]) -> Scores | None:
    return Scores(**row.scores) if row.scores else None


def _light() -> list[ColumnElement[Any]]:
    """What a report needs of an article: its texts may be long."""
    heavy = {"summary", "body", "author"}
    return [literal("").label(name) if name in heavy else article.c[name] for name in Article.__slots__]


def _sighting(rule_id: str, row: Row[Any]) -> Sighting:
    read = to_article(row)
    found = sighting_of(row.match, row.workspace, rule_id, read, report_of(read))
    # An edit after the match does not move it.
    return replace(found, at=min(found.at, row.created_at))


def _values(each: Sighting) -> dict[str, Any]:
    return {
        "workspace": each.workspace,
        "rule": each.rule,
        "match": each.match,
        "at": each.at,
        "lag": int(each.lag.total_seconds()),
        "outlet": each.outlet,
        "voice": each.voice,
        "headline": each.headline,
    }
