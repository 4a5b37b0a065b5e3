"""The query language: what it means, what it refuses and where, and its canonical form."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.matching.grammar import parse_query
from service.matching.printer import print_query
from service.matching.query import (
    DEEPEST,
    METADATA,
    TEXT_FIELDS,
    And,
    In,
    Named,
    Nearby,
    Not,
    Or,
    Query,
    QueryError,
    Times,
    Words,
    all_of,
    any_of,
    count_levels,
)

A, B, C, D = map(Words, "abcd")

TREES = [
    pytest.param("a AND b OR c", Or((And((A, B)), C)), id="AND before OR"),
    pytest.param("a OR b AND c", Or((A, And((B, C)))), id="AND before OR, the other way round"),
    pytest.param("a b OR c", Or((And((A, B)), C)), id="side by side is AND"),
    pytest.param("a NOT b c", And((A, Not(B), C)), id="NOT takes one term"),
    pytest.param("a NOT b NEAR/2 c", And((A, Not(Nearby(B, C, 2)))), id="NEAR before NOT"),
    pytest.param("(a OR b) c", And((Or((A, B)), C)), id="a group"),
    pytest.param("((a))", A, id="needless parentheses"),
    pytest.param("a (b (c AND d))", And((A, B, C, D)), id="needless levels"),
    pytest.param("a NEAR b ONEAR/0 c", Nearby(Nearby(A, B, 4), C, 0, ordered=True), id="NEAR from the left, four words by default"),
    pytest.param("a NEAR/1 (b NEAR/2 c)", Nearby(A, Nearby(B, C, 2), 1), id="a NEAR in a NEAR"),
    pytest.param("(a b) NEAR/1 c", And((Nearby(A, C, 1), Nearby(B, C, 1))), id="NEAR goes over a group of all"),
    pytest.param("title:(a b OR c) NEAR/1 d",
        Or((And((Nearby(In("title", A), D, 1), Nearby(In("title", B), D, 1))), Nearby(In("title", C), D, 1))), id="in a field too"),
    pytest.param("(a OR b) NEAR/1 (c d)", And((Nearby(Or((A, B)), C, 1), Nearby(Or((A, B)), D, 1))), id="on the right too"),
    pytest.param("ATLEAST/3 (a OR b) c", And((Times(3, Or((A, B))), C)), id="ATLEAST takes one term or group"),
    pytest.param("ATLEAST/2 title:a", Times(2, In("title", A)), id="ATLEAST in a field"),
    pytest.param("Title: a b", And((In("title", A), B)), id="a field takes one term"),
    pytest.param('"peace  deal*" =US ="Le Monde"', And((Words("peace deal", True), Words("US", cased=True), Words("Le Monde", cased=True))),
        id="phrases, prefixes, capitals"),
    pytest.param("“peace deal”", Words("peace deal"), id="curly quotation marks"),
    pytest.param('actor:"Mark Rutte" topic:peace', And((Named("actor", "Mark Rutte"), Named("topic", "peace"))), id="actor and topic"),
    pytest.param('RULE: "Peace  deals" NOT rule:ru_1', And((Named("rule", "Peace deals"), Not(Named("rule", "ru_1")))), id="saved rules"),
    pytest.param('bread "and" butter', And((Words("bread"), Words("and"), Words("butter"))), id="small and in quotation marks"),
    pytest.param('"AND" a', And((Words("AND"), A)), id="AND in quotation marks"),
    pytest.param("10:30 U.S. opinion.example", And((Words("10:30"), Words("U.S."), Words("opinion.example"))), id="signs inside words"),
]  # fmt: skip

REFUSED = [
    pytest.param("", 0, 0, "empty", id="nothing"),
    pytest.param(" \n ", 0, 3, "empty", id="nothing but space"),
    pytest.param("a AND", 2, 5, "AND needs something on its right", id="AND at the end"),
    pytest.param("OR a", 0, 2, "OR needs something on its left", id="OR at the beginning"),
    pytest.param("a AND OR b", 2, 5, "AND needs something on its right", id="two operators"),
    pytest.param("(a AND) b", 3, 6, "AND needs something on its right", id="AND at the end of a group"),
    pytest.param("a NOT", 2, 5, "NOT needs something behind it", id="NOT at the end"),
    pytest.param("a title:", 2, 8, "title: needs something behind it", id="a field at the end"),
    pytest.param("a ()", 3, 4, "nothing in these parentheses", id="empty parentheses"),
    pytest.param("(a (b)", 0, 1, "never closed", id="a parenthesis left open"),
    pytest.param("a) b", 1, 2, "never opened", id="a parenthesis too many"),
    pytest.param('a "peace deal', 2, 13, "never closed", id="a quotation mark left open"),
    pytest.param("peace and deal", 6, 9, "and is a word here", id="small and between words"),
    pytest.param("peace near/5 deal", 6, 12, "near/5 is a word here", id="small near between words"),
    pytest.param("a site:b", 2, 7, 'no field "site"', id="an unknown field"),
    pytest.param("a NEAR NOT b", 7, 10, "words that are there", id="NEAR NOT"),
    pytest.param("(b OR NOT a) NEAR b", 0, 12, "NOT says that they are not", id="NEAR a group with NOT"),
    pytest.param("a NEAR/51 b", 2, 9, "from 0 to 50", id="too far"),
    pytest.param("a NEAR/x b", 2, 8, "from 0 to 50", id="no distance"),
    pytest.param("ATLEAST a", 0, 7, "from 1 to 100", id="no count"),
    pytest.param("ATLEAST/0 a", 0, 9, "from 1 to 100", id="at least none"),
    pytest.param("ATLEAST/2 (a b)", 10, 15, "counts a term", id="ATLEAST of a group of all"),
    pytest.param("(ATLEAST/2 a) NEAR b", 0, 13, "combined with ATLEAST", id="NEAR and ATLEAST"),
    pytest.param("AND/2 a", 0, 5, "takes no number", id="AND with a number"),
    pytest.param("title:(a body:b)", 6, 16, "field inside a field", id="a field in a field"),
    pytest.param("title:NOT a", 6, 9, "cannot follow", id="NOT behind a field"),
    pytest.param("source:actor:a b", 7, 14, "as they are written", id="an actor in the source"),
    pytest.param("actor: (a)", 0, 6, "needs a name", id="an actor without a name"),
    pytest.param("actor:peace*", 0, 6, "needs a name", id="an actor with a prefix"),
    pytest.param("a NEAR rule:b", 7, 13, "a saved rule holds or does not", id="NEAR a saved rule"),
    pytest.param("(a OR rule:b) ONEAR/2 c", 0, 13, "a saved rule holds or does not", id="NEAR a group with a saved rule"),
    pytest.param("ATLEAST/2 rule:b", 10, 16, "a saved rule holds or does not", id="ATLEAST of a saved rule"),
    pytest.param("source:rule:a", 7, 13, "as they are written", id="a saved rule in the source"),
    pytest.param("rule:=b", 0, 5, "needs a name", id="a saved rule in capitals"),
    pytest.param("NOT rule:b", 0, 10, "almost every article", id="only the lack of a saved rule"),
    pytest.param("*", 0, 1, "at least 3 letters", id="only a wildcard"),
    pytest.param("ab* c", 0, 3, "at least 3 letters", id="a short prefix"),
    pytest.param("pe*ce", 0, 5, "only stand at the end", id="a wildcard inside"),
    pytest.param("wom?n", 0, 5, "only stand at the end", id="a question mark inside"),
    pytest.param("a …", 2, 3, "no letter or digit", id="only a sign"),
    pytest.param("a -b", 2, 4, 'does not begin with "-"', id="a minus"),
    pytest.param("a" * 201, 0, 201, "200 characters", id="a long word"),
    pytest.param("NOT a", 0, 5, "almost every article", id="only an exclusion"),
    pytest.param("a OR NOT b", 0, 10, "almost every article", id="a choice with an exclusion"),
    pytest.param("lang:en", 0, 7, "almost every article", id="only a language"),
    pytest.param("a \x00", 2, 3, "cannot be printed", id="a control character"),
    pytest.param("a \ud800", 2, 3, "cannot be printed", id="half a character"),
    pytest.param("(" * 33 + "a" + ")" * 33, 32, 33, "32 levels", id="deep parentheses"),
    pytest.param("NOT " * 40 + "a", 32, 161, "32 levels", id="deep NOT"),
    pytest.param("(" * 10_000, 4_000, 10_000, "4000 characters", id="ten thousand parentheses"),
    pytest.param("\ufdfa" * 300, 299, 300, "4000 characters", id="long once its ligatures are written out"),
    pytest.param("a " * 501, 1_000, 1_001, "500 terms", id="many terms"),
    pytest.param(f"({'a ' * 30}) NEAR ({'b ' * 30})", 63, 67, "500 terms", id="many pairs"),
]


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_trees(text: str, tree: Query) -> None:
    assert parse_query(text) == tree


@pytest.mark.parametrize(("text", "at", "end", "message"), REFUSED)
def test_refusals_name_the_place_and_a_way_out(text: str, at: int, end: int, message: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse_query(text)
    error = refused.value
    assert (error.at, error.end) == (at, end)
    assert message in error.message
    assert error.hint
    assert f"(character {at + 1})" in str(error)


def test_beside_other_parts_a_query_may_only_exclude() -> None:
    assert parse_query("NOT source:opinion.example", alone=False) == Not(In("source", Words("opinion.example")))


OPERATORS = ["AND", "OR", "NOT", "NEAR/3", "ONEAR", "ATLEAST/2", "title:", "source:", "actor:", "rule:", "lang:"]
PIECES = [*OPERATORS, "(", ")", '"', "=", "*", "and", "peace", "deal*", "=US", '"peace deal"', "和平", " "]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join)))
@settings(max_examples=400)
def test_any_text_is_a_query_or_refused_with_a_place_in_it(text: str) -> None:
    read = _read(text)
    if isinstance(read, QueryError):
        assert 0 <= read.at <= read.end <= len(text)
    else:
        assert count_levels(read) <= DEEPEST
        assert parse_query(print_query(read)) == read


def _read(text: str) -> Query | QueryError:
    try:
        return parse_query(text)
    except QueryError as error:
        return error


written = st.sampled_from(
    ["peace", "peace deal", "AND", "near/5", "Or", "10:30", "title:x", "-x", "=US", "(a)", "Київ", "和平条約", "o'neil", "a?"]
)
words = st.one_of(
    st.builds(Words, written, cased=st.booleans()),
    st.builds(Words, st.sampled_from(["nego", "peace nego", "not"]), st.just(True), st.booleans()),
)
leaves: st.SearchStrategy[Query] = st.one_of(words, st.builds(Named, st.sampled_from(["actor", "topic"]), written))

saved: st.SearchStrategy[Query] = st.builds(Named, st.just("rule"), written)


def several(queries: st.SearchStrategy[Query]) -> st.SearchStrategy[list[Query]]:
    return st.lists(queries, min_size=2, max_size=3)


choices = st.one_of(leaves, several(leaves).map(any_of))
fielded = st.one_of(
    choices, st.builds(In, st.sampled_from(sorted(TEXT_FIELDS)), choices), st.builds(In, st.sampled_from(sorted(METADATA)), words)
)
nearby: st.SearchStrategy[Query] = st.recursive(
    fielded, lambda inner: st.builds(Nearby, inner, inner, st.integers(0, 50), st.booleans()), max_leaves=4
)
counted = st.builds(Times, st.integers(1, 100), fielded)
in_field = st.builds(
    In, st.just("lede"), st.recursive(leaves, lambda inner: st.one_of(several(inner).map(all_of), inner.map(Not)), max_leaves=4)
)
rules = st.one_of(saved, st.builds(In, st.just("title"), several(saved).map(any_of)))
queries: st.SearchStrategy[Query] = st.recursive(
    st.one_of(nearby, counted, in_field, rules),
    lambda inner: st.one_of(several(inner).map(all_of), several(inner).map(any_of), inner.map(Not)),
    max_leaves=6,
)


@given(queries)
@settings(max_examples=300)
def test_what_is_printed_reads_as_what_it_was(query: Query) -> None:
    assert parse_query(print_query(query), alone=False) == query


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        pytest.param('a b "c" NOT d', "a AND b AND c AND NOT d", id="operators are written out"),
        pytest.param("((a OR b)) AND (c AND d)", "(a OR b) AND c AND d", id="only needed parentheses"),
        pytest.param("a NEAR “peace deal”", 'a NEAR/4 "peace deal"', id="one kind of quotation marks, every distance"),
        pytest.param("TITLE: (a OR b)", "title:(a OR b)", id="fields are small"),
    ],
)
def test_canonical_forms(text: str, printed: str) -> None:
    assert print_query(parse_query(text)) == printed
