"""Reading an exam: what counts of it, and what is said where it is broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from service.cli.article_file import WrittenArticle
from service.domain.rules import RuleSpec
from tests.tools.small_exam import ARTICLES, LABELS, RULES, write_exam, write_lines
from tools.exam import Overruled, labels_of, overruled, pooled, read_exam


def test_the_labels_that_count(tmp_path: Path) -> None:
    labels = labels_of(read_exam(write_exam(tmp_path)))
    assert {article: label for (rule, article), label in labels.items() if rule == "dike"} == {
        "repair": 2,
        "aside": 1,
        "missed": 2,
        "bread": 0,
        "game": 0,  # excluded in the title
        "shelf": 0,  # excluded in the body, and not relevant; "deep game" is judged relevant and left out
    }
    assert labels["nato", "german"] == 0, "the rule asks for English"


@pytest.mark.parametrize(
    ("article", "decided"),
    [
        pytest.param({"title": "Atlanta"}, Overruled.EXCLUDED, id="in the title"),
        pytest.param({"title": "News", "summary": "From ATLANTA."}, Overruled.EXCLUDED, id="in the summary, in capitals"),
        pytest.param({"title": "Atlantans"}, None, id="a longer word is another word"),
        pytest.param({"title": "News", "body": "From Atlanta"}, Overruled.EXCLUDED_IN_BODY, id="in the body"),
        pytest.param({"title": "Atlanta", "lang": "de"}, Overruled.LANGUAGE, id="in another language"),
        pytest.param({"title": "News", "lang": None}, None, id="in an unknown language"),
    ],
)
def test_what_decides_before_a_reader(article: dict[str, str], decided: Overruled | None) -> None:
    spec = RuleSpec(name="Georgia", actors=("Georgia",), exclude=("Atlanta",), languages=("en",))
    assert overruled(spec, WrittenArticle(**{"lang": "en", **article})) is decided


def without_rules(folder: Path) -> None:
    (folder / "rules.json").unlink()


def without_labels(folder: Path) -> None:
    (folder / "labels.jsonl").unlink()


def without_articles(folder: Path) -> None:
    (folder / "corpus.jsonl").unlink()


def with_an_unknown_field(folder: Path) -> None:
    (folder / "rules.json").write_text(json.dumps([{**RULES[0], "topcis": []}]))


def with_a_line_that_is_no_json(folder: Path) -> None:
    (folder / "labels.jsonl").write_text("\n" + json.dumps(LABELS[0]) + "\n{\n")


def with_another_label(folder: Path) -> None:
    write_lines(folder / "labels.jsonl", [*LABELS, {"rule": "dike", "article": "unread", "label": 3}])


def with_a_label_of_no_rule(folder: Path) -> None:
    write_lines(folder / "labels.jsonl", [*LABELS, {"rule": "moat", "article": "unread", "label": 0}])


def with_a_pair_judged_twice(folder: Path) -> None:
    write_lines(folder / "labels.jsonl", [*LABELS, {**LABELS[0], "label": 0}])


def with_nothing_judged(folder: Path) -> None:
    (folder / "labels.jsonl").write_text("\n")


def with_an_article_missing(folder: Path) -> None:
    write_lines(folder / "corpus.jsonl", ARTICLES[1:])


def with_a_broken_article(folder: Path) -> None:
    write_lines(folder / "corpus.jsonl", [*ARTICLES, {"id": "late", "date": "yesterday"}])


def with_an_article_twice(folder: Path) -> None:
    write_lines(folder / "corpus.jsonl", [*ARTICLES, {"id": "repair", "title": "Dike repair ends"}])


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (without_rules, "there is no .*rules.json"),
        (without_labels, "there is no .*labels.jsonl"),
        (without_articles, "there is no .*corpus.jsonl"),
        (with_an_unknown_field, r'rules.json, rule 1 "Dike repairs", /topcis: unknown field; did you mean `topics`'),
        (with_a_line_that_is_no_json, "labels.jsonl, line 3: "),
        (with_another_label, "labels.jsonl, line 11: label: "),
        (with_a_label_of_no_rule, 'labels.jsonl: there is no rule "moat" in rules.json'),
        (with_a_pair_judged_twice, 'labels.jsonl, line 11: article "repair" is judged a second time for rule "dike"'),
        (with_nothing_judged, "labels.jsonl: nothing is judged in it"),
        (with_an_article_missing, "labels.jsonl: 1 of 10 judged articles are not in the corpus"),
        (with_a_broken_article, "corpus.jsonl, line 13: /date: write a date as ISO 8601 does"),
        (with_an_article_twice, 'corpus.jsonl: two articles have the id "repair"'),
    ],
)
def test_a_broken_exam_is_told(tmp_path: Path, broken: Callable[[Path], None], message: str) -> None:
    broken(write_exam(tmp_path))
    with pytest.raises(click.ClickException, match=message):
        read_exam(tmp_path)


def test_few_articles_may_lack(tmp_path: Path) -> None:
    write_exam(tmp_path)
    more = [{"rule": "nato", "article": f"more {number}", "label": 0} for number in range(60)]
    write_lines(tmp_path / "labels.jsonl", [*LABELS, *more])
    write_lines(tmp_path / "corpus.jsonl", [*ARTICLES, *({"id": each["article"], "title": "Rain"} for each in more[:-1])])
    exam = read_exam(tmp_path)
    assert (exam.lacking, len(exam.judgements)) == (1, 69)


def test_a_corpus_for_exams_that_have_none(tmp_path: Path) -> None:
    corpus = write_exam(tmp_path) / "corpus.jsonl"
    exam = read_exam(tmp_path)
    assert read_exam(tmp_path, write_lines(tmp_path / "other.jsonl", ARTICLES[:1])) == exam, "it has its own"
    assert read_exam(tmp_path, corpus.rename(tmp_path / "one.jsonl")) == exam


def test_exams_are_pooled(tmp_path: Path) -> None:
    exam = read_exam(write_exam(tmp_path))
    with pytest.raises(click.ClickException, match='a rule "dike"'):
        pooled([exam, exam])
    (tmp_path / "rules.json").write_text(json.dumps([{**each, "id": f"other {each['id']}"} for each in RULES]))
    write_lines(tmp_path / "labels.jsonl", [{**each, "rule": f"other {each['rule']}"} for each in LABELS])
    both = pooled([exam, read_exam(tmp_path)])
    assert (len(both.rules), len(both.articles), len(both.judgements)) == (4, 12, 20)
