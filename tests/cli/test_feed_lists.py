"""Getting feeds in and out by the command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.main import main
from service.cli.opening import opened_house
from service.config import Settings
from service.domain.access import FeedAccess, access_of
from service.edges import make_sealing_key
from service.feeds.opml import parse_opml
from tests.newsroom import Answer, Newsroom

DATA = Path(__file__).parents[1] / "data" / "opml"


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WIREWATCH_{name.upper()}", raising=False)
    monkeypatch.setenv("WIREWATCH_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("WIREWATCH_ALLOWED_NETWORKS", "127.0.0.0/8")
    run("migrate")
    run("keys", "create", "--workspace", "default", "--name", "first", "--scope", "write")


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as served:
        yield served


def run(*arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


def test_a_page_is_enough(newsroom: Newsroom) -> None:
    url = newsroom.publish("/feed", [])
    newsroom.answers["/"] = Answer(b"<html>hello")
    added = run("feeds", "add", newsroom.url + "/")
    assert (added.exit_code, url in added.output) == (0, True)


def test_several_feeds_are_shown_to_choose_from(newsroom: Newsroom) -> None:
    feeds = [newsroom.publish(path, [], title=path) for path in ("/a", "/b")]
    newsroom.answers["/"] = Answer("".join(f"<link rel=feed href={url}>" for url in feeds).encode())
    added = run("feeds", "add", newsroom.url + "/")
    assert added.exit_code == 1
    assert all(url in added.output for url in feeds)


def test_a_list_is_imported_and_exported(tmp_path: Path) -> None:
    imported = run("feeds", "import", str(DATA / "script-addresses.opml"), "--tag", "mine")
    assert (imported.exit_code, "1 followed, 0 already, 3 not" in imported.output) == (1, True)
    assert run("feeds", "export", "--output", str(tmp_path / "out.opml")).exit_code == 0
    assert 'text="mine"' in (tmp_path / "out.opml").read_text()
    [listed] = parse_opml(run("feeds", "export").stdout_bytes)
    assert (listed.url, listed.tags) == ("https://gazette.example/feed", ("mine",))


def test_addresses_can_be_piped_in() -> None:
    imported = run("feeds", "import", "-", typed="# mine\nhttps://a.example/feed\n\nhttps://a.example/feed\nb.example/rss\n")
    assert (imported.exit_code, "2 followed" in imported.output) == (0, True)


@pytest.mark.parametrize("name", ["entity-bomb.opml", "../feeds/blank.txt"])
def test_what_is_no_list_is_refused_in_a_sentence(name: str) -> None:
    refused = run("feeds", "import", str(DATA / name))
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: ")


def test_the_starter_set_is_listed_and_followed() -> None:
    assert "Le Monde" in run("feeds", "starter", "--language", "fr").output
    assert "2 followed" in run("feeds", "starter", "--language", "fr", "--follow").output
    assert run("feeds", "starter", "--tag", "gardening").exit_code == 1


def test_a_password_is_asked_for_and_stored_sealed() -> None:
    url = "https://gazette.example/feed"
    without = run("feeds", "add", url, "--user", "desk", typed="hush\n")
    assert "WIREWATCH_SEALING_KEYS" in without.output
    make_sealing_key(Settings())
    added = run("feeds", "add", url, "--user", "desk", "--header", "X-Key: 1", typed="hush\n")
    assert (added.exit_code, "hush" in added.output) == (0, False)
    with opened_house(Settings()) as edges:
        [(_, owner, sealed)] = edges.store.feeds.list_access()
        access = FeedAccess.model_validate_json(edges.sealer.unseal(sealed, about=access_of(owner)))
    assert (access.username, access.password, access.headers) == ("desk", "hush", {"X-Key": "1"})


def test_access_is_sealed_anew_under_a_new_key(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = "0a" * 32, "0b" * 32
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", old)
    assert run("feeds", "add", "https://gazette.example/feed", "--header", "X-Key: 1").exit_code == 0
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", f"{new},{old}")
    assert run("feeds", "reseal").output == "1 encrypted anew\n"
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", new)
    assert run("feeds", "reseal").output == "0 encrypted anew\n"
    monkeypatch.setenv("WIREWATCH_SEALING_KEYS", old)
    assert run("feeds", "reseal").exit_code == 1
