"""The analyst's page tells what the matching really does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from service.domain.alerting import Hold
from service.domain.rules import Actor, RuleSpec
from service.matching.condition import terms_in
from service.matching.evaluation import evaluate
from service.matching.grammar import parse_query
from service.matching.phrases import PhraseBook
from service.matching.rules import condition_of

PAGE = (Path(__file__).parents[2] / "docs" / "analysts.md").read_text()
ROWS = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in re.findall(r"^\|.+\|$", PAGE, flags=re.MULTILINE)]


def rows_under(*heading: str) -> list[tuple[str, ...]]:
    """The rows of the table with this heading."""
    first = ROWS.index(heading) + 2
    return ROWS[first : next((at for at, row in enumerate(ROWS) if at > first and row[0].startswith("---")), len(ROWS) + 1) - 1]


WORDS = [
    (term.strip("`"), text, finds)
    for term, found, missed in rows_under("you write", "finds", "does not find")
    for texts, finds in ((found, True), (missed, False))
    for text in texts.split(", ")
]


def finds(term: str, text: str) -> bool:
    condition = condition_of(RuleSpec(name="Try", actors=(term,)))
    return evaluate(condition, PhraseBook(each.phrase for each in terms_in(condition)).find({"title": text})) is not None


@pytest.mark.parametrize(("term", "text", "found"), WORDS)
def test_the_table_of_words(term: str, text: str, found: bool) -> None:
    assert finds(term, text.removesuffix(" alone")) is found


def test_the_queries_shown_are_queries() -> None:
    shown = [query for row in rows_under("query", "holds for an article with") for query in re.findall(r"`([^`]+)`", row[0])]
    assert len(shown) > 10
    for query in shown:
        assert parse_query(f"{query} deal" if query.endswith(":") else query, alone=False)


def test_the_table_of_reasons_has_each_and_no_other() -> None:
    reasons = {row[0].strip("`") for row in rows_under("`held`", "meaning", "what to do")}
    assert reasons == {"null", *Hold}


def test_the_table_of_a_rules_parts_has_each_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows_under("part", "what it says", "if left out")} == set(RuleSpec.model_fields)


def test_the_examples_are_rules() -> None:
    blocks = re.findall(r"^```sh\nww (\S+) -d '([^']+)'\n```$", PAGE, re.MULTILINE)
    sent = {path: json.loads(body) for path, body in blocks}
    whole, tried = sent["/v1/rules"], sent["/v1/rules/preview"]
    assert RuleSpec.model_validate(whole).topics
    assert RuleSpec.model_validate(tried["rule"]).topics
    (actor,) = re.findall(r"```json\n(\{\"name\".+?\})\n```", PAGE, re.DOTALL)
    assert Actor.model_validate_json(actor).aliases
