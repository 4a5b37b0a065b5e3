"""What rules cost elsewhere: one bare pass over their phrases, a regular expression per rule, PostgreSQL's stored queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

import psycopg

from benchmarks.rule_sets import words_of_rule
from service.domain.rules import Rule
from service.matching.text import words_of
from tests.servers import postgres

Look = Callable[[Mapping[str, str]], object]


def make_floor(rules: Sequence[Rule]) -> Look | None:
    """The bare pass: an Aho-Corasick automaton over every name and topic of the rules; None without the `bench` dependencies."""
    if find_spec("ahocorasick_rs") is None:
        return None
    found_by = import_module("ahocorasick_rs")
    written = {folded(each) for rule in rules for side in words_of_rule(rule.spec) for each in side}
    automaton = found_by.AhoCorasick(sorted(written), implementation=found_by.Implementation.ContiguousNFA)
    return lambda fields: [automaton.find_matches_as_indexes(text, overlapping=True) for text in fields["folded"].split("\n")]


def make_expressions(rules: Sequence[Rule]) -> Look:
    """What most projects do: a regular expression for the names and one for the topics, one rule after the other."""

    def search(written: Sequence[str]) -> Callable[[str], object]:
        choice = "|".join(map(re.escape, written))
        return re.compile(rf"\b(?:{choice})\b", re.IGNORECASE).search if written else lambda _text: True

    compiled = [tuple(map(search, words_of_rule(rule.spec))) for rule in rules]
    return lambda fields: [True for names, topics in compiled if names(fields["plain"]) and topics(fields["plain"])]


@contextmanager
def stored_queries(rules: Sequence[Rule]) -> Iterator[Look]:
    """PostgreSQL: the rules stored as text queries, each tried on the article."""
    with postgres() as socket, psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as database:
        database.execute("create table rules (id text, query tsquery)")
        with database.cursor() as cursor:
            cursor.executemany("insert into rules values (%s, %s::tsquery)", [(rule.id, _stored(rule)) for rule in rules])
        database.execute("analyze rules")
        asked = "select id from rules where query @@ to_tsvector('simple', %s)"
        yield lambda fields: database.execute(asked, [fields["folded"]]).fetchall()


def folded(text: str) -> str:
    """The normal forms of its words, a space between."""
    return " ".join(word.form for word in words_of(text))


def _stored(rule: Rule) -> str:
    """A name or topic's words in a row, one of the names and one of the topics."""
    sides = [" | ".join(f"({' <-> '.join(folded(each).split())})" for each in side) for side in words_of_rule(rule.spec) if side]
    return " & ".join(f"({side})" for side in sides)
