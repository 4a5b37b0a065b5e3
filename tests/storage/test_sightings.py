"""What counts towards spikes, as it is stored and counted, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from service.domain.coverage import Report, coverage_of
from service.domain.sightings import Sighting, sighting_of
from service.storage.database import Database
from service.storage.frames import INDEPENDENT, Frame, count_independent
from service.storage.sightings import save_sightings
from service.storage.tables import article, feed, match, rule, sighting, workspace
from tests.make import NOON, a_spec, an_article

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)
MATCHES = 25
OUTLETS = ("a.example", "b.example", "c.example", "d.example")
AGENCIES, TITLES = ((), ("reuters",), ("ap", "reuters")), ("One", "one ", "Two", "")
told = st.tuples(st.integers(0, 90), st.sampled_from(OUTLETS), st.sampled_from(AGENCIES), st.sampled_from(TITLES))


def add_matches(connection: Connection, numbers: Sequence[int], rule_id: str = "ru_1") -> None:
    """A rule's matches, each of an article of its own."""
    articles = [_article(f"{rule_id}_{number:02}") for number in numbers]
    connection.execute(article.insert(), articles)
    values = {"workspace": "ws_1", "rule": rule_id, "rule_revision": 1, "evidence": [], "created_at": NOON}
    connection.execute(match.insert(), [{**values, "id": f"ma_{each['id']}", "article": each["id"]} for each in articles])


def add_rule(connection: Connection, rule_id: str = "ru_1") -> None:
    values = {"workspace": "ws_1", "name": "Bridges", "definition": a_spec().model_dump(mode="json"), "revision": 1}
    connection.execute(rule.insert().values(id=rule_id, **values, created_at=NOON, updated_at=NOON))


def _article(article_id: str) -> dict[str, Any]:
    made = an_article(id=article_id, dedup_key=article_id)
    return {name: getattr(made, name) for name in made.__slots__} | {"content_hash": "h"}


@pytest.fixture
def filled(database: Database) -> Database:
    """A rule with matches, of which nothing is counted yet."""
    with database.write() as connection:
        connection.execute(workspace.insert().values(id="ws_1", name="Desk", created_at=NOON))
        connection.execute(feed.insert().values(id="fd_1", url="https://gazette.example/feed", state="ok", created_at=NOON))
        add_rule(connection)
        add_matches(connection, range(MATCHES))
    return database


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(reports=st.lists(told, max_size=MATCHES))
def test_the_database_counts_as_coverage_does(filled: Database, reports: list[tuple[int, str, tuple[str, ...], str]]) -> None:
    told_by = [
        Report(outlet, outlet, f"ru_1_{number:02}", title, None, None, NOON - minutes * MINUTE, agencies)
        for number, (minutes, outlet, agencies, title) in enumerate(reports)
    ]
    inside = [each for each in told_by if each.at > NOON - HOUR]
    with filled.engine.connect().execution_options(writes=True) as connection, connection.begin() as transaction:
        save_sightings(connection, filled, [_sighting(number, each) for number, each in enumerate(told_by)])
        (counted,) = count_independent(connection, [Frame("ru_1", NOON - HOUR, NOON, HOUR)])
        transaction.rollback()
    assert counted == coverage_of(inside).independent


def _sighting(number: int, report: Report) -> Sighting:
    return sighting_of(f"ma_ru_1_{number:02}", "ws_1", "ru_1", an_article(changed_at=report.at, first_seen_at=report.at), report)


def test_what_came_late_is_in_no_window_shorter_than_its_delay(filled: Database) -> None:
    late = an_article(published_at=NOON - 5 * HOUR, url="https://late.example/1")
    report = Report("late.example", "Late", "ar_1", "Late", None, None, NOON)
    with filled.write() as connection:
        save_sightings(connection, filled, [sighting_of("ma_ru_1_00", "ws_1", "ru_1", late, report)])
        frames = [Frame("ru_1", NOON - HOUR, NOON, HOUR), Frame("ru_1", NOON - DAY, NOON, DAY), Frame("ru_2", NOON - DAY, NOON, DAY)]
        assert count_independent(connection, frames) == [0, 1, 0]


EVERY_FOUR = range(100, 10_100, 4)  # minutes, for a week


def test_a_window_is_counted_by_its_index_among_many(filled: Database) -> None:
    """7,500 sightings of three rules: what one window costs does not grow with what is outside of it."""
    with filled.write() as connection:
        for number in (2, 3):
            add_rule(connection, f"ru_{number}")
        for rule_id in ("ru_1", "ru_2", "ru_3"):
            add_matches(connection, EVERY_FOUR, rule_id)
            connection.execute(sighting.insert(), [_row(rule_id, number) for number in EVERY_FOUR])
    with filled.write() as connection:
        connection.execute(text("ANALYZE"))
        frames = [Frame("ru_1", NOON - days * DAY - HOUR, NOON - days * DAY, HOUR) for days in range(1, 7)]
        assert count_independent(connection, frames) == [15] * 6
        plan = _plan(connection, filled, frames[0])
    assert "ix_sighting_rule_at" in plan
    assert "SCAN sighting" not in plan
    assert "Seq Scan on sighting" not in plan


def _row(rule_id: str, number: int) -> dict[str, Any]:
    outlet = f"o{number % 50}"
    values = {"workspace": "ws_1", "rule": rule_id, "match": f"ma_{rule_id}_{number}", "lag": 0, "headline": f"h{number}"}
    return {**values, "at": NOON - number * MINUTE, "outlet": outlet, "voice": outlet}


def _plan(connection: Connection, database: Database, frame: Frame) -> str:
    """How the engine goes about the very query."""

    def explain(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        return f"{'EXPLAIN' if database.is_postgres else 'EXPLAIN QUERY PLAN'} {statement}", parameters

    event.listen(connection, "before_cursor_execute", explain, retval=True)
    return "\n".join(str(row) for row in connection.execute(INDEPENDENT, frame.values).all())
