"""`wirewatch stories`, on files as a team has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli.main import main

ARTICLES: list[dict[str, Any]] = [
    {"id": "a2", "title": "12 missing as ferry Aurora sinks off Marlow harbour", "date": "2026-03-02T10:00:00Z", "source": "B"},
    {"id": "a1", "title": "Ferry Aurora sinks off Marlow harbour, 12 missing", "date": "2026-03-02T09:00:00Z", "source": "A"},
    {"id": "a3", "title": "Parliament passes budget after long night", "date": "2026-03-02T11:00:00Z", "source": "A"},
    {"id": "a4", "title": "Ferry Aurora sinks off Marlow harbour, 12 missing", "date": "2026-04-20T11:00:00Z", "source": "A"},
]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in ARTICLES))
    return path


def run(*arguments: str | Path) -> Result:
    """The command by words alone, which give the same with and without the `meaning` extra."""
    return CliRunner().invoke(main, ["stories", *map(str, arguments), "--words-only"])


def groups_in(text: str) -> dict[str, str]:
    return {each["article"]: each["cluster"] for each in map(json.loads, text.splitlines())}


def test_articles_of_one_event_have_one_cluster(articles: Path, tmp_path: Path) -> None:
    result = run(articles, "--output", tmp_path / "groups.jsonl")
    groups = groups_in((tmp_path / "groups.jsonl").read_text())
    assert result.exit_code == 0, result.output
    assert groups["a1"] == groups["a2"] != groups["a3"]
    assert "4 articles, 3 stories" in result.output
    assert "words alone" in result.output


def test_what_was_forgotten_is_another_story(articles: Path, tmp_path: Path) -> None:
    run(articles, "--output", tmp_path / "groups.jsonl")
    groups = groups_in((tmp_path / "groups.jsonl").read_text())
    assert groups["a4"] != groups["a1"]


def test_standard_output_has_nothing_but_groups(articles: Path) -> None:
    assert len(groups_in(run(articles, "--output", "-").stdout)) == 4


@pytest.mark.parametrize(("other", "verdict"), [("a2", "one story"), ("a3", "two stories"), ("a4", "two stories")])
def test_a_pair_is_explained(articles: Path, other: str, verdict: str) -> None:
    result = run(articles, "--explain", "a1", other)
    assert verdict in result.output
    assert "weighed" in result.output


def test_an_unknown_article_is_named(articles: Path) -> None:
    result = run(articles, "--explain", "a1", "nobody")
    assert result.exit_code == 1
    assert 'there is no article "nobody"' in result.output


def test_a_broken_line_costs_itself_alone(articles: Path) -> None:
    articles.write_text("nonsense\n" + articles.read_text())
    result = run(articles)
    assert result.exit_code == 1
    assert "line 1 is skipped" in result.output
    assert "4 articles, 3 stories" in result.output


def test_no_articles_are_no_stories(tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").touch()
    assert "0 articles, 0 stories" in run(tmp_path / "none.jsonl").output
