"""The analyst's page tells what the matching really does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from service.domain.feeds import FeedState
from service.domain.policies import Alerting, Defaults
from service.domain.rules import Precision, RuleSpec
from service.domain.spikes import LIMITS
from service.domain.telling import Hold
from service.matching.explain import explain
from service.matching.grammar import parse_query
from service.matching.proposals import ProposalKind
from tests.make import NOON

PAGE = (Path(__file__).parents[2] / "docs" / "analysts.md").read_text()
ROWS = [tuple(cell.strip() for cell in row.strip("|").split("|")) for row in re.findall(r"^\|.+\|$", PAGE, flags=re.MULTILINE)]


def rows_under(*heading: str) -> list[tuple[str, ...]]:
    """The rows of the table with this heading."""
    first = ROWS.index(heading) + 2
    return ROWS[first : next((at for at, row in enumerate(ROWS) if at > first and row[0].startswith("---")), len(ROWS) + 1) - 1]


WORDS = [
    (side, term.strip("`"), text, found)
    for side in ("actor", "topic", "excluded")
    for term, finds, misses in rows_under(side, "finds", "does not find")
    for texts, found in ((finds, True), (misses, False))
    for text in texts.split(", ")
]
RULES = {
    "actor": lambda term: RuleSpec(name="Try", actors=(term,)),
    "topic": lambda term: RuleSpec(name="Try", topics=(term,)),
    "excluded": lambda term: RuleSpec(name="Try", query="gazette", exclude=(term,)),
}


@pytest.mark.parametrize(("side", "term", "text", "found"), WORDS)
def test_the_tables_of_what_is_found(side: str, term: str, text: str, found: bool) -> None:
    """By a rule of nothing else, in a title of nothing else; what a rule excludes it does not match."""
    explained = explain(RULES[side](term), {"title": text, "lede": "Gazette"}, NOON.date())
    assert explained.verdict.matches is (found is not (side == "excluded"))


def test_the_table_of_precisions_has_each_and_no_other() -> None:
    precisions = {row[0].strip("`") for row in rows_under("`precision`", "matches", "choose it when")}
    assert precisions == {*get_args(Precision)}


def test_the_queries_shown_are_queries() -> None:
    shown = [query for row in rows_under("query", "holds for an article with") for query in re.findall(r"`([^`]+)`", row[0])]
    assert len(shown) > 10
    for query in shown:
        assert parse_query(f"{query} deal" if query.endswith(":") else query, alone=False)


def test_the_table_of_reasons_has_each_and_no_other() -> None:
    reasons = {row[0].strip("`") for row in rows_under("`held`", "meaning", "what to do")}
    assert reasons == {"null", *Hold}


def test_the_table_of_alerting_has_each_part_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows_under("`alerting`", "what it does", "if null")} == set(Alerting.model_fields)


def test_the_policies_shown_are_policies() -> None:
    shown = re.findall(r"^ww (/v1/rules/\$RULE|/v1/workspace) -X PATCH -d '(\{\"alerting\".+\})'$", PAGE, re.MULTILINE)
    assert len(shown) > 10
    for path, body in shown:
        form = Defaults if path == "/v1/workspace" else Alerting
        assert form.model_validate(json.loads(body)["alerting"])


def test_the_table_of_a_rules_parts_has_each_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows_under("part", "what it says", "if left out")} == set(RuleSpec.model_fields)


def test_the_examples_are_rules() -> None:
    blocks = re.findall(r"^```sh\nww (\S+) -d '([^']+)'\n```$", PAGE, re.MULTILINE)
    sent = {path: json.loads(body) for path, body in blocks}
    whole, tried = sent["/v1/rules"], sent["/v1/rules/preview"]
    assert RuleSpec.model_validate(whole).topics
    assert RuleSpec.model_validate(tried["rule"]).topics


def test_the_parts_of_rules_shown_are_parts_of_rules() -> None:
    shown = [json.loads(block) for block in re.findall(r"^```json\n(\{.+?\})\n```$", PAGE, re.MULTILINE | re.DOTALL)]
    rules = [{"topics": ["bridge"], **each["patch"]} if "patch" in each else each for each in shown if "part" not in each]
    assert len(rules) > 1
    for each in rules:
        assert RuleSpec.model_validate(
            {"name": "Try", **({} if {"actors", "topics", "query"} & {*each} else {"topics": ["bridge"]}), **each}
        )


def test_the_table_of_proposals_has_each_kind_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows_under("`kind`", "what would be changed")} == set(ProposalKind)


def test_the_reasons_shown_are_reasons() -> None:
    shown = re.findall(r"`((?:\"|the topic)[^`]*(?:is not in it|lacks[^`]*))`", PAGE)
    assert len(shown) == 2
    spec = RuleSpec(name="Try", actors=("Mark Rutte",), topics=("Ukraine peace deal",))
    reason = explain(spec, {"title": "Ukraine waits"}, NOON.date()).reason
    assert all(each in reason for each in shown)


def test_the_table_of_a_feeds_states_has_each_and_no_other() -> None:
    assert {row[0].strip("`") for row in rows_under("`state`", "meaning", "what to do")} == set(FeedState)


def test_the_table_of_sensitivities_says_what_holds() -> None:
    rows = rows_under("`sensitivity`", "at least", "and so many times the usual", "and so rare by chance")
    told = {
        name.strip('`"'): (int(least.removesuffix(" outlets")), float(times), 1 / int(rare.removeprefix("1 in ").replace(",", "")))
        for name, least, times, rare in rows
    }
    assert told == {level: (limits.least, limits.times, limits.chance) for level, limits in LIMITS.items()}
