"""The small commands, on a real SQLite database."""

from __future__ import annotations

import gc
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from service.cli.main import main
from service.cli.opening import opened_house
from service.collector import YOUNG
from service.config import Settings
from service.domain.keys import find_key_id
from service.storage.tables import feed, feed_host


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WIREWATCH_{name.upper()}", raising=False)
    monkeypatch.setenv("WIREWATCH_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def migrated(data_dir: Path) -> Path:
    assert run("migrate").exit_code == 0
    return data_dir


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def make_key(*more: str) -> str:
    result = run("keys", "create", "--workspace", "news", "--name", "first", "--scope", "write", *more)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_help_lists_every_command_with_what_it_does() -> None:
    commands = run("--help").output.partition("Commands:")[2].strip().splitlines()
    assert [line.split()[0] for line in commands] == ["channels", "check", "demo", "feeds", "keys", "migrate", "rules", "stories", "up"]
    assert all(len(line.split()) > 3 for line in commands)


def test_a_command_that_is_none_is_refused() -> None:
    result = run("dmo")
    assert (result.exit_code, "No such command 'dmo'" in result.output) == (2, True)


def test_in_a_command_the_collector_of_garbage_looks_seldom() -> None:
    usual = gc.get_threshold()
    gc.set_threshold(700)
    try:
        run("rules", "--help")
        assert gc.get_threshold()[0] == YOUNG
    finally:
        gc.set_threshold(*usual)


def test_what_no_command_needs_is_not_imported() -> None:
    code = "import sys, service.cli.main; print(*(name for name in ('sqlalchemy', 'aiohttp', 'service.edges') if name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == []


def test_a_health_check_imports_little(migrated: Path) -> None:
    code = """
import sys
from service.cli.main import main
main(["check"], standalone_mode=False)
heavy = ("aiohttp", "alembic", "cryptography", "service.storage.store", "service.delivery", "service.matching")
print("imported:", *(name for name in heavy if name in sys.modules))
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[-2:] == ["healthy", "imported:"]


def test_migrating_twice_is_harmless(data_dir: Path) -> None:
    assert "ran 0001" in run("migrate").output
    assert "Nothing to do" in run("migrate").output


def test_a_command_in_the_wrong_folder_says_so_and_leaves_nothing_there(data_dir: Path) -> None:
    refused = run("feeds", "list")
    assert (refused.exit_code, "Run this where `wirewatch up` runs, or with its WIREWATCH_DATA_DIR" in refused.output) == (1, True)
    assert not [*data_dir.glob("**/*.db")]


def test_check_wants_a_migrated_database(data_dir: Path) -> None:
    before = run("check")
    assert (before.exit_code, "run `wirewatch migrate` first" in before.output) == (1, True)
    run("migrate")
    after = run("check")
    *stages, verdict = after.output.splitlines()
    assert (after.exit_code, verdict) == (0, "healthy")
    assert len({line.index(" due, ") for line in stages}) == 1, "the counts stand below each other"


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        pytest.param(1, 0, id="work that waits for a minute is well"),
        pytest.param(3, 1, id="after three minutes nobody seems to work"),
    ],
)
def test_check_looks_at_the_oldest_work(migrated: Path, minutes: int, code: int) -> None:
    make_key()
    assert run("feeds", "add", "https://news.example/feed.xml", "--workspace", "news").exit_code == 0
    with opened_house(Settings()) as edges, edges.store.database.write() as connection:
        long_ago = edges.now() - timedelta(minutes=minutes)
        connection.execute(update(feed).values(next_at=long_ago))
        connection.execute(update(feed_host).values(free_at=long_ago))
    result = run("check")
    assert (result.exit_code, "poll" in result.output) == (code, True)
    assert ("do they reach the broker?" in result.output) == bool(code)


def test_a_key_is_shown_once_and_opens_the_workspace(migrated: Path) -> None:
    secret = make_key()
    with opened_house(Settings()) as edges:
        found = edges.store.workspaces.find_key(find_key_id(secret) or "", secret, now=edges.now())
        assert found is not None
        assert (found.scope, found.name, found.expires_at) == ("write", "first", None)
    listed = run("keys", "list").output
    assert secret not in listed
    assert secret[-4:] in listed


def test_a_key_ends_after_its_days(migrated: Path) -> None:
    secret = make_key("--expires-days", "2")
    with opened_house(Settings()) as edges:
        store, key_id = edges.store.workspaces, find_key_id(secret) or ""
        assert store.find_key(key_id, secret, now=edges.now() + timedelta(days=1, hours=23))
        assert not store.find_key(key_id, secret, now=edges.now() + timedelta(days=2))


def test_a_revoked_key_opens_nothing(migrated: Path) -> None:
    secret = make_key()
    key_id = find_key_id(secret) or ""
    assert run("keys", "revoke", key_id).exit_code == 0
    with opened_house(Settings()) as edges:
        assert edges.store.workspaces.find_key(key_id, secret, now=edges.now()) is None
    assert "revoked" in run("keys", "list").output
    assert run("keys", "revoke", "nonsense").exit_code == 1


def test_feeds_are_followed_or_refused_one_by_one(migrated: Path) -> None:
    make_key()
    result = run("feeds", "add", "https://news.example/feed.xml", "http://127.0.0.1/feed.xml", "--workspace", "news")
    assert result.exit_code == 1
    assert "refused   http://127.0.0.1/feed.xml: this address is not public" in result.output
    assert "1 of 2 refused" in result.output
    listed = run("feeds", "list", "--workspace", "news").output
    assert "https://news.example/feed.xml" in listed
    assert "127.0.0.1" not in listed


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        pytest.param("API_PORT", "99999", "WIREWATCH_API_PORT: Input should be less than or equal to 65535 (it is '99999')", id="port"),
        pytest.param("ALLOWED_NETWORKS", "10.0.0.0/8,x", "WIREWATCH_ALLOWED_NETWORKS", id="networks"),
        pytest.param("DATABASE_URL", "mysql://host/name", "mysql is not supported", id="an engine we do not know"),
        pytest.param("DATABASE_URL", "nonsense", "WIREWATCH_DATABASE_URL is not a database URL", id="no database URL"),
    ],
)
def test_wrong_settings_are_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"WIREWATCH_{setting}", value)
    result = run("check")
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_what_only_looks_like_a_setting_is_told(migrated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "setting" not in run("check").stderr
    monkeypatch.setenv("WIREWATCH_PORT", "8090")
    monkeypatch.setenv("WIREWATCH_XYZZY", "1")
    told = run("check")
    assert told.exit_code == 0
    assert "WIREWATCH_PORT is no setting and changes nothing; do you mean WIREWATCH_API_PORT?" in told.stderr
    assert "WIREWATCH_XYZZY is no setting and changes nothing." in told.stderr


def test_a_database_that_is_away_is_named_without_its_password(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", "postgresql://user:hunter2@127.0.0.1:1/name")
    result = run("check")
    assert (result.exit_code, "hunter2" in result.output) == (1, False)
    assert "the database cannot be used: connection failed" in result.output
