"""From a rule's spec to its condition, and the checks that need words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from service.domain.languages import canonical_language
from service.domain.rules import NONE_SAVED, Actor, RuleSpec, Saved
from service.matching.actors import condition_of_actor
from service.matching.compile import by_its_name, condition_of_query
from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, Term, any_of, as_part
from service.matching.grammar import parse_query
from service.matching.printer import print_query
from service.matching.query import In, Named, Query, QueryError, Words, walk
from service.matching.saved_rules import check_saved, get_saved, rules_named, saved_key
from service.matching.text import phrase_of
from service.matching.topics import condition_of_topic

LONGEST_CODE = 3  # letters of a language's
LONGEST_TERM = 400  # characters after folding: one character can stand for eighteen

_UNKNOWN_LANGUAGES = frozenset({"", "und", "mul", "mis", "zxx"})


def condition_of(spec: RuleSpec, saved: Saved = NONE_SAVED) -> Condition:
    """What an article that the rule is told by its words is sure to have.

    Any actor AND any topic (all of them where `match` says so) AND what `demands_of` asks for.
    """
    actors = [condition_of_actor(actor, f"/actors/{number}") for number, actor in enumerate(spec.watched)]
    topics = [condition_of_topic(topic, f"/topics/{number}") for number, topic in enumerate(spec.topics)]
    parts = [*_side(actors, spec.match.actors), *_side(topics, spec.match.topics), *_demands(spec, saved)]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def demands_of(spec: RuleSpec, saved: Saved = NONE_SAVED) -> Condition:
    """What is asked of an article however much it is about the actors and topics: the query, and none of the excluded.

    A query that the language does not have (`check_terms` tells) never holds, nor does one with a rule that cannot be used
    (`check_saved` tells), wherever in it that stands.
    """
    return AllOf(tuple(_demands(spec, saved)))


def _demands(spec: RuleSpec, saved: Saved) -> Iterator[Condition]:
    if spec.query is not None:
        yield _query(spec.query, spec.asked, saved)
    if spec.exclude:
        yield NoneOf(tuple(Term(phrase_of(term), term, f"/exclude/{number}") for number, term in enumerate(spec.exclude)))


def saved_in(spec: RuleSpec, saved: Saved) -> Iterator[tuple[str, Condition]]:
    """The saved rules that the query names, each as the evidence writes it, with what it means; without those that cannot be used."""
    for name in dict.fromkeys(rules_named(spec.query)):
        if saved.get(saved_key(name)) is not None:
            named = Named("rule", name)
            yield print_query(named), _saved(named, saved)


def check_terms(spec: RuleSpec) -> list[tuple[str, str]]:
    """What is wrong with the rule's terms, each as (JSON pointer into the rule, message); empty when all can be found."""
    faults = [(at, message) for at, written in _written(spec) if (message := _complaint(written))]
    if spec.query is not None:
        try:
            query = parse_query(spec.query, alone=not (spec.actors or spec.topics))
        except QueryError as error:
            faults.append(("/query", str(error)))
        else:
            faults += [("/query", f'lang: takes the code of a language, and "{name}" is none; write lang:en') for name in _no_codes(query)]
    return faults


def _no_codes(query: Query) -> list[str]:
    """What stands behind a lang: of the query and is too long for a code of ISO 639, so that no article would have it."""
    asked = [part for each in walk(query) if isinstance(each, In) and each.field == "lang" for part in walk(each.part)]
    return [each.written for each in asked if isinstance(each, Words) and each.written.isalpha() and len(each.written) > LONGEST_CODE]


def speaks(spec: RuleSpec, language: str | None) -> bool:
    """Whether the rule wants articles in `language`, a tag like "en" or "pt-BR"; an article of unknown language passes."""
    spoken = canonical_language(language or "")
    return not spec.languages or spoken in _UNKNOWN_LANGUAGES or spoken in map(canonical_language, spec.languages)


def sees(spec: RuleSpec, feed: str, tags: Collection[str], language: str | None) -> bool:
    """Whether the rule wants articles of this feed, which its workspace has tagged so, in this language."""
    named = not spec.feeds or feed in spec.feeds or any(f"tag:{tag}" in spec.feeds for tag in tags)
    return named and speaks(spec, language)


def _saved(named: Named, saved: Saved) -> Condition:
    """What the saved rule that a query names is sure to have; every word of it is evidence for the query."""
    return as_part(condition_of(get_saved(named.name, saved), saved), print_query(named), "/query")


def _query(text: str, asked: Sequence[Actor], saved: Saved) -> Condition:
    known = {actor.name: actor for actor in asked}
    try:
        check_saved(text, saved)
        return condition_of_query(
            parse_query(text, alone=False),
            "/query",
            saved=lambda named: _saved(named, saved),
            actor=lambda name: known.get(name) or by_its_name(name),
        )
    except QueryError:
        return AnyOf(())  # stored by a version with another language: one rule must not hold up the rest


def _side(conditions: Sequence[Condition], mode: str) -> Sequence[Condition]:
    if mode == "all" or not conditions:
        return conditions
    return [any_of(conditions)]


def _written(spec: RuleSpec) -> Iterator[tuple[str, str]]:
    """Every term as the user wrote it, with its place."""
    for number, actor in enumerate(spec.actors):
        at = f"/actors/{number}"
        if isinstance(actor, str):
            yield at, actor
        else:
            yield f"{at}/name", actor.name
            yield from ((f"{at}/aliases/{index}", alias) for index, alias in enumerate(actor.aliases))
            yield from ((f"{at}/strikes/{index}", struck) for index, struck in enumerate(actor.strikes))
    for side, terms in (("topics", spec.topics), ("exclude", spec.exclude)):
        yield from ((f"/{side}/{number}", term) for number, term in enumerate(terms))


def _complaint(written: str) -> str | None:
    phrase = phrase_of(written)
    if not phrase:
        return f'"{written}" has no letter or digit to look for; write at least one word'
    if sum(map(len, phrase)) > LONGEST_TERM:
        return f"this stands for more than {LONGEST_TERM} characters once its ligatures are written out; shorten it"
    return None
