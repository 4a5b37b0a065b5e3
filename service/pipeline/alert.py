"""Stage three: turn matches into alerts and their deliveries, in the transaction that ends the matching."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from service.domain.alerting import Decision, FoundMatch, decide
from service.edges import Edges
from service.storage.articles import ClaimedArticle
from service.storage.matches import Standing, finish_articles, known_pairs, lock_held, lock_standings, save_decisions

log = structlog.get_logger()


def raise_alerts(edges: Edges, claimed: Sequence[ClaimedArticle], found: Sequence[FoundMatch]) -> int:
    """Store the matches of claimed articles with their alerts and deliveries; return how many deliveries are due.

    An article whose lease was lost is left to the worker that has it now.
    """
    now = edges.now()
    database = edges.store.database
    with database.write() as connection:
        held = lock_held(connection, claimed)
        ours = {each.article.id for each in held}
        known = known_pairs(connection, ours)
        new = [each for each in found if each.article.id in ours and (each.rule.id, each.article.id) not in known]
        standings = lock_standings(connection, _subjects(new))
        due = save_decisions(connection, database, decide_all(new, standings, now), now)
        finish_articles(connection, held)
    if len(held) < len(claimed):
        log.warning("leases lost, matches dropped", articles=len(claimed) - len(held))
    return due


def decide_all(found: Sequence[FoundMatch], standings: dict[str, Standing], now: datetime) -> list[Decision]:
    """Decide match by match, oldest article first, each knowing of the alerts raised before it in this batch."""
    alerted_at = {rule: standing.alerted_at for rule, standing in standings.items()}
    subjects = {rule: set(standing.subjects) for rule, standing in standings.items()}
    decisions = []
    for each in sorted(found, key=lambda one: (one.article.first_seen_at, one.article.id)):
        rule = each.rule.id
        if rule not in standings:
            continue  # deleted with its whole workspace: nobody is left to tell
        about = each.article.dedup_key
        decision = decide(
            each, live=standings[rule].rule.live, alerted_at=alerted_at[rule], already_alerted=about in subjects[rule], now=now
        )  # fmt: skip
        if decision.alert:
            alerted_at[rule] = now
            subjects[rule].add(about)
        decisions.append(decision)
    return decisions


def _subjects(found: Sequence[FoundMatch]) -> dict[str, set[str]]:
    subjects: dict[str, set[str]] = {}
    for each in found:
        subjects.setdefault(each.rule.id, set()).add(each.article.dedup_key)
    return subjects
