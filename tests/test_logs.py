"""What a log line must never contain, and how much of an exception it tells."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog
from celery import Celery
from celery.beat import Scheduler, SchedulingError
from celery.schedules import schedule
from kombu.exceptions import OperationalError
from sqlalchemy.exc import DBAPIError

from service.logs import LONGEST, mask, set_up_logs
from service.storage.database import Database


def masked(text: str, key: str = "reason") -> str:
    return str(mask(None, "", {key: text})[key])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("redis://:hunter2@cache:6379/0", "redis://***@cache:6379/0", id="a broker's password"),
        pytest.param("postgresql+psycopg://me:hunter2@db/x", "postgresql+psycopg://***@db/x", id="a database's password"),
        pytest.param("https://me:hunt@er2@feed.example/a", "https://***@feed.example/a", id="a password with an at sign"),
        pytest.param("https://feed.example/@desk", "https://feed.example/@desk", id="an at sign in a path is no secret"),
        pytest.param("secret whsec_QUJD+/= used", "secret *** used", id="a signing secret"),
        pytest.param("key ww_abcd1234_ZZZ999 refused", "key *** refused", id="an API key"),
        pytest.param("two\r\nlines\x1b[31m", "two\\r\\nlines\\x1b[31m", id="line breaks and terminal codes"),
        pytest.param("right\u202eto left", "right\\u202eto left", id="turned writing"),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_long_value_is_cut() -> None:
    assert len(masked("x" * 10 * LONGEST)) == LONGEST


def test_a_traceback_keeps_its_lines_but_not_its_secrets() -> None:
    assert masked("Traceback\n  redis://:hunter2@cache", key="exception") == "Traceback\n  redis://***@cache"


def refusal(url: str, statement: str) -> DBAPIError:
    database = Database(url)
    try:
        with pytest.raises(DBAPIError) as refused, database.read() as connection:
            connection.exec_driver_sql(statement)
    finally:
        database.close()
    return refused.value


@pytest.fixture
def log_error(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[Exception], str]]:
    """Let a library log an exception; returns the line that this writes."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()

    def log(error: Exception) -> str:
        set_up_logs("json", outages=(OperationalError,))  # here, for the test writes to another standard error than what prepares it
        logging.getLogger("celery.app.trace").error("Task raised\nat its place", exc_info=error)
        return capsys.readouterr().err

    yield log
    root.handlers[:], root.level = handlers, level
    structlog.configure(**config)


def test_a_database_that_cannot_be_reached_is_told_in_a_line(log_error: Callable[[Exception], str]) -> None:
    told = json.loads(log_error(refusal("postgresql://wirewatch:hunter2@127.0.0.1:1/wirewatch", "SELECT 1")))
    assert "Connection refused" in told["cause"]
    assert (told["event"], told["level"], "exception" in told) == ("Task raised", "warning", False)


def test_a_connection_that_the_database_ended_is_told_in_a_line(postgres_url: str, log_error: Callable[[Exception], str]) -> None:
    told = json.loads(log_error(refusal(postgres_url, "SELECT pg_terminate_backend(pg_backend_pid())")))
    assert told["cause"] == "terminating connection due to administrator command"
    assert (told["level"], "exception" in told) == ("warning", False)


def test_a_broker_that_cannot_be_reached_is_told_in_a_line(log_error: Callable[[Exception], str]) -> None:
    app = Celery(broker="redis://:hunter2@127.0.0.1:1/0")
    app.conf.update(task_publish_retry=False)
    scheduler = Scheduler(app, lazy=True)
    with pytest.raises(SchedulingError) as failed:
        scheduler.apply_async(scheduler.Entry("knock", task="knock", schedule=schedule(1.0), app=app))
    told = json.loads(log_error(failed.value))
    assert "Connection refused" in told["cause"]
    assert (told["level"], "exception" in told) == ("warning", False)


def test_what_the_database_refuses_keeps_its_traceback(database_url: str, log_error: Callable[[Exception], str]) -> None:
    told = json.loads(log_error(refusal(database_url, "SELECT * FROM nowhere")))
    assert (told["level"], told["exception"].startswith("Traceback")) == ("error", True)


def test_an_error_of_ours_is_told_as_it_is(log_error: Callable[[Exception], str]) -> None:
    told = json.loads(log_error(ValueError("a fault")))
    assert (told["level"], told["exception"]) == ("error", "ValueError: a fault")
