"""How the last polls of all feeds ended: the evidence for whose fault a failure is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, case, distinct, func, select

from service.domain.outage import KNOWN_BROKEN, Outcomes
from service.storage.tables import feed


def count_outcomes(connection: Connection, since: datetime) -> Outcomes:
    """Of the hosts polled since then, how many failed and how many answered, without the feeds that were broken before."""
    answered = and_(feed.c.last_success_at.is_not(None), feed.c.last_success_at >= feed.c.polled_at)
    failed, fine = (func.count(distinct(case((which, feed.c.host)))) for which in (~answered, answered))
    query = select(failed, fine).where(feed.c.polled_at >= since, feed.c.failures < KNOWN_BROKEN)
    return Outcomes(*connection.execute(query).one())
