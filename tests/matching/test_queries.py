"""What queries find, in articles: by example, and against the plainest reading of the language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.evidence import Evidence
from service.matching.compile import condition_of_query
from service.matching.condition import OneOf, Term, leaves_of
from service.matching.evaluation import evaluate
from service.matching.explain import PartFinding, explain
from service.matching.forms import Form
from service.matching.grammar import parse_query
from service.matching.groups import Forms, group_of
from service.matching.index import RuleIndex
from service.matching.printer import print_query
from service.matching.query import And, In, Nearby, Not, Or, Query, Times, Words, all_of, any_of
from service.matching.reading import Reading
from service.matching.rules import check_terms, demands_of
from tests.make import a_rule, a_spec, an_article
from tests.matching.written import book_of

ARTICLE = an_article(
    title="NATO chief urges a lasting peace",
    summary="A peace deal for us, says Mark Rutte of the US plan.",
    body="Peace now? " + "Negotiators wait. " * 3 + "The deal is far.",
    author="Jane Doe",
    source="The Gazette",
    url="https://www.gazette.example/world/nato-peace.html",
    language="en-GB",
)


def found_by(query: str, fields: Mapping[str, str] = ARTICLE.fields) -> tuple[Evidence, ...] | None:
    condition = condition_of_query(parse_query(query, alone=False), "/query")
    return evaluate(condition, Reading(fields))


FOUND = [
    pytest.param("peace deal", True, id="both words"),
    pytest.param("peace war", False, id="one of two"),
    pytest.param("war OR deal", True, id="either"),
    pytest.param("peace NOT war", True, id="not what is not there"),
    pytest.param("peace NOT deal", False, id="not what is there"),
    pytest.param("NATO NEAR/4 peace", True, id="four words between"),
    pytest.param("NATO NEAR/3 peace", False, id="one word too far"),
    pytest.param("peace NEAR/4 NATO", True, id="near in any order"),
    pytest.param("peace ONEAR/4 NATO", False, id="the other order"),
    pytest.param("NATO ONEAR/4 peace", True, id="that order"),
    pytest.param("peace ONEAR/0 deal", True, id="side by side"),
    pytest.param("lasting NEAR/50 Negotiators", False, id="never across fields"),
    pytest.param('"Mark Rutte" NEAR/3 us', True, id="from the nearest edge of a phrase"),
    pytest.param('"peace deal" NEAR/50 deal', False, id="a word is not near itself"),
    pytest.param("(war OR chief) NEAR/0 (NATO OR peace)", True, id="groups"),
    pytest.param("(chief NEAR/0 urges) NEAR/1 lasting", True, id="a pair near a word"),
    pytest.param("(NATO NEAR/4 peace) NEAR/4 a", False, id="a word inside a pair is not near it"),
    pytest.param("(NATO lasting) NEAR/3 urges", True, id="all of a group are near"),
    pytest.param("(NATO peace) NEAR/2 urges", True, id="each at its own place"),
    pytest.param("(NATO deal) NEAR/2 urges", False, id="one of a group is not near"),
    pytest.param("ATLEAST/3 peace", True, id="three times, in all fields"),
    pytest.param("ATLEAST/4 peace", False, id="not four times"),
    pytest.param("ATLEAST/5 (peace OR deal)", True, id="of several"),
    pytest.param("ATLEAST/2 title:peace", False, id="twice in one field"),
    pytest.param("negot*", True, id="a prefix"),
    pytest.param("Negotiators*", True, id="a prefix that is the whole word"),
    pytest.param('"mark rut*"', True, id="a phrase with a prefix"),
    pytest.param("=US plan", True, id="capitals"),
    pytest.param("=Us", False, id="other capitals"),
    pytest.param("title:=US", False, id="capitals in a field"),
    pytest.param('="Mark Rut*"', True, id="capitals and a prefix"),
    pytest.param("title:chief", True, id="in the title"),
    pytest.param("body:chief", False, id="not in the body"),
    pytest.param("lede:(peace deal NOT chief)", True, id="a group in a field"),
    pytest.param("title:(peace deal)", False, id="all of a group in a field"),
    pytest.param("title:chief NEAR/50 body:deal", False, id="near in two fields"),
    pytest.param("source:gazette", True, id="the source's name"),
    pytest.param("source:gazette.example", True, id="the source's site"),
    pytest.param("source:world", False, id="the source is not the path"),
    pytest.param("url:world/nato", True, id="the address"),
    pytest.param('author:"jane doe"', True, id="the author"),
    pytest.param("author:=JANE", False, id="the author in other capitals"),
    pytest.param("author:jan*", True, id="the author by a prefix"),
    pytest.param("jane OR gazette OR html", False, id="what is known about it is not its text"),
    pytest.param("lang:en peace", True, id="the language"),
    pytest.param("peace NOT lang:en", False, id="not the language"),
    pytest.param('actor:"Mark Rutte" topic:"peace deal"', True, id="an actor and a topic"),
]


@pytest.mark.parametrize(("query", "expected"), FOUND)
def test_what_is_found(query: str, expected: bool) -> None:
    assert (found_by(query) is not None) is expected


def test_evidence_of_near_is_the_pair() -> None:
    found = found_by("peace NEAR/1 deal")
    assert found == (
        Evidence("/query", "peace", "lede", 2, 7, "peace"),
        Evidence("/query", "deal", "lede", 8, 12, "deal"),
    )


def test_evidence_may_stand_beside_the_text() -> None:
    assert found_by("source:gazette.example") == (Evidence("/query", "source:gazette.example", "url", 12, 27, "gazette.example"),)


FORMS = [
    pytest.param(Form(("us",), 1, "name", cased=True), "The US plan", True, id="in capitals"),
    pytest.param(Form(("us",), 1, "name", cased=True), "Give us", False, id="not in capitals"),
    pytest.param(Form(("u", "s"), 1, "name", cased=True), "The U.S.'s", True, id="with dots"),
    pytest.param(Form(("ukrain",), 1, "people", open_end=True), "Ukrainians", True, id="nine letters more at most"),
    pytest.param(Form(("ukrain",), 1, "people", open_end=True), "Ukrainianization", False, id="ten letters more"),
    pytest.param(Form(("nato", "chief"), 1, "role", since=date(2026, 3, 3)), "NATO chief", False, id="before it holds"),
    pytest.param(Form(("nato", "chief"), 1, "role", until=date(2026, 3, 2)), "NATO chief", True, id="on the last day"),
    pytest.param(Form(("nato", "chief"), 1, "role", until=date(2026, 3, 1)), "NATO chief", False, id="after it held"),
]


@pytest.mark.parametrize(("form", "text", "expected"), FORMS)
def test_forms_are_found(form: Form, text: str, expected: bool) -> None:
    actor = OneOf(group_of(Forms((form,))), "written", "/actors/0")
    assert (evaluate(actor, Reading({"title": text}), date(2026, 3, 2)) is not None) is expected
    if expected:
        assert evaluate(actor, Reading({"title": text})) is not None, "an unknown day is taken for one on which it holds"


WORDS = ["aa", "bbb", "bbbb", "A", "ﾜ"]
texts = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)
articles = st.fixed_dictionaries({"title": texts, "body": texts, "source": texts})
words: st.SearchStrategy[Query] = st.one_of(
    st.builds(Words, st.sampled_from(["aa", "bbb", "bbbb", "a", "aa bbb", "ﾜ"])),
    st.builds(Words, st.sampled_from(["bbb", "aa bbb"]), st.just(True)),
    st.builds(Words, st.sampled_from(["A", "a", "A aa"]), cased=st.just(True)),
)


def several(queries: st.SearchStrategy[Query]) -> st.SearchStrategy[list[Query]]:
    return st.lists(queries, min_size=2, max_size=3)


choices = st.one_of(words, several(words).map(any_of))
fielded = st.one_of(choices, st.builds(In, st.sampled_from(["title", "body", "source"]), choices))
nearby: st.SearchStrategy[Query] = st.recursive(
    fielded, lambda inner: st.builds(Nearby, inner, inner, st.integers(0, 3), st.booleans()), max_leaves=3
)
queries: st.SearchStrategy[Query] = st.recursive(
    st.one_of(nearby, st.builds(Times, st.integers(1, 3), fielded)),
    lambda inner: st.one_of(several(inner).map(all_of), several(inner).map(any_of), inner.map(Not)),
    max_leaves=5,
)


def holds(query: Query, fields: Mapping[str, str]) -> bool:
    """What a query promises, said as plainly as can be."""
    match query:
        case And(parts):
            return all(holds(part, fields) for part in parts)
        case Or(parts):
            return any(holds(part, fields) for part in parts)
        case Not(part):
            return not holds(part, fields)
        case Times(count, part):
            return len({(field, first) for field, first, _last in places(part, fields)}) >= count
        case _:
            return bool(list(places(query, fields)))


def places(query: Query, fields: Mapping[str, str], field: str | None = None) -> Iterator[tuple[str, int, int]]:
    """Every place of a query without AND, OR and NOT in the way: field, first word, last word."""
    match query:
        case Words():
            for name in [field] if field else ["title", "body"]:
                yield from ((name, first, last) for first, last in stretches(query, fields[name].split()))
        case In(name, part):
            yield from places(part, fields, name)
        case Or(parts):
            for part in parts:
                yield from places(part, fields, field)
        case Nearby(left, right, most, ordered):
            for name, first, last in places(left, fields):
                for other, begin, end in places(right, fields):
                    between = begin - last - 1 if begin > last else -1 if ordered else first - end - 1
                    if name == other and 0 <= between <= most:
                        yield name, min(first, begin), max(last, end)


def stretches(query: Words, text: list[str]) -> Iterator[tuple[int, int]]:
    wanted = query.written.split()
    for first in range(len(text) - len(wanted) + 1):
        there = text[first : first + len(wanted)]
        if not query.cased:
            there, wanted = [word.lower() for word in there], [word.lower() for word in wanted]
        if there == wanted or (query.open_end and there[:-1] == wanted[:-1] and there[-1].startswith(wanted[-1])):
            yield first, first + len(wanted) - 1


@given(queries, articles)
@settings(max_examples=600)
def test_a_query_finds_what_its_plainest_reading_does(query: Query, fields: dict[str, str]) -> None:
    assert (found_by(print_query(query), fields) is not None) is holds(query, fields)


@given(st.lists(queries, max_size=5), st.lists(articles, max_size=3))
def test_the_index_agrees_with_every_query_on_its_own(several: list[Query], texts: list[dict[str, str]]) -> None:
    index = RuleIndex()
    rules = {f"ru_{number}": query for number, query in enumerate(several)}
    index.apply([a_rule(id=id_, topics=[], query=print_query(query)) for id_, query in rules.items()], 1)
    for fields in texts:
        found = {each.rule.id for each in index.match(fields, lambda _rule: True)}
        assert found == {id_ for id_, query in rules.items() if holds(query, fields)}


def test_a_rule_wants_its_actors_its_topics_and_its_query() -> None:
    rule = a_rule(actors=["Mark Rutte"], topics=["peace deal"], query="chief NOT source:opinion.example", exclude=["football"])
    index = RuleIndex()
    index.apply([rule], 1)
    text = {"title": "NATO chief Mark Rutte on a peace deal", "source": "The Gazette"}
    assert index.match(text, lambda _rule: True)
    for worse in (
        {"title": "Fire chief on a peace deal"},
        {"title": "NATO chief Mark Rutte"},
        {"title": "Mark Rutte on a peace deal"},
        {"url": "https://opinion.example/1"},
        {"lede": "football"},
    ):
        assert not index.match({**text, **worse}, lambda _rule: True)


def test_a_bad_query_is_refused_with_its_character() -> None:
    ((at, message),) = check_terms(a_spec(query="peace AND"))
    assert at == "/query"
    assert message.startswith("AND needs something on its right (character 7); ")
    assert not check_terms(a_spec(query="NOT peace")), "beside a topic it may only exclude"
    assert check_terms(a_spec(topics=[], query="NOT peace"))


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        pytest.param("peace lang:english", ["english"], id="a language by its name"),
        pytest.param("peace lang:(en OR german) NOT lang:French", ["german", "French"], id="some of several"),
        pytest.param("peace lang:(en OR UK OR yue) title:english", [], id="codes"),
    ],
)
def test_a_language_is_asked_for_by_its_code(query: str, refused: list[str]) -> None:
    complaints = [message for _at, message in check_terms(a_spec(query=query))]
    assert complaints == [f'lang: takes the code of a language, and "{name}" is none; write lang:en' for name in refused]


def test_a_stored_query_that_is_no_query_any_more_never_holds() -> None:
    index = RuleIndex()
    index.apply([a_rule(query="bridge AND"), a_rule(id="ru_2")], 1)
    assert [found.rule.id for found in index.match({"title": "bridge and bridge"}, lambda _rule: True)] == ["ru_2"]


def test_it_is_told_what_a_query_lacks_although_its_words_are_there() -> None:
    spec = a_spec(topics=[], query="NATO NEAR/3 (peace OR war) ATLEAST/9 peace title:deal football")
    assert explain(spec, ARTICLE.fields).parts == (
        PartFinding(
            "/query",
            ("NATO", "peace", "deal"),
            ("war", "football", "NATO NEAR/3 (peace OR war)", "ATLEAST/9 peace", "title:deal"),
        ),
    )


def test_marked_phrases_leave_the_book_as_they_came() -> None:
    spec = a_spec(topics=[], query='deal* OR =US OR "peace deal*" OR source:reu* OR title:x NEAR y')
    phrases = [term.phrase for term in leaves_of(demands_of(spec)) if isinstance(term, Term)]
    book = book_of(phrases)
    assert len(book) == 7  # US in any case, too
    assert book.present(Reading({"title": "Deals for the US"})) == {("deal*",), ("=US",)}
    for phrase in phrases:
        book.discard(phrase, phrase)
    assert len(book) == 0
    assert book.present(Reading({"title": "Deals for the US"})) == set()
