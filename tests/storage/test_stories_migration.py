"""What is in a database of before there were stories is there after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import select

from service.storage.database import Database
from service.storage.migrate import _config, migrate
from service.storage.store import open_store
from service.storage.tables import attempt, delivery
from tests.make import SEALER

BEFORE = "0002"
ROWS = (
    "INSERT INTO workspace VALUES ('ws_1', 'Press office', '2026-03-02 12:00:00')",
    "INSERT INTO channel VALUES ('ch_1', 'ws_1', 'webhook', 'Desk', '{}', '[]', '2026-03-02 12:00:00', NULL, NULL, NULL)",
    "INSERT INTO rule (id, workspace, name, definition, revision, created_at, updated_at)"
    " VALUES ('ru_1', 'ws_1', 'R', '{}', 1, '2026-03-02 12:00:00', '2026-03-02 12:00:00')",
    "INSERT INTO alert (id, workspace, rule, subject, content, created_at)"
    """ VALUES ('al_1', 'ws_1', 'ru_1', 'page', '{"rule_name": "R", "articles": []}', '2026-03-02 12:00:00')""",
    "INSERT INTO delivery (id, workspace, alert, channel, state, tries, attempts, created_at)"
    " VALUES ('dl_1', 'ws_1', 'al_1', 'ch_1', 'sent', 1, 1, '2026-03-02 12:00:00')",
    "INSERT INTO attempt VALUES ('ws_1', 'dl_1', 1, '1', 200, 'HTTP 200', '2026-03-02 12:00:00', '2026-03-02 12:00:00')",
)


@pytest.fixture
def old(empty_database_url: str) -> Iterator[Database]:
    opened = Database(empty_database_url)
    with opened.write() as connection:
        command.upgrade(_config(connection), BEFORE)
        for statement in ROWS:
            connection.exec_driver_sql(statement)
    yield opened
    opened.close()


def test_deliveries_keep_their_attempts_and_alerts_are_shown(old: Database) -> None:
    assert migrate(old)
    with old.read() as connection:
        assert [(row.id, row.update_number) for row in connection.execute(select(delivery)).all()] == [("dl_1", 0)]
        assert [(row.delivery, row.detail, row.delivered) for row in connection.execute(select(attempt)).all()] == [
            ("dl_1", "HTTP 200", True)
        ]
    listed = open_store(old, SEALER).alerts.find_alert("ws_1", "al_1")
    assert listed is not None
    assert (listed.alert.rule_name, listed.story, listed.coverage, listed.updates) == ("R", None, None, ())
