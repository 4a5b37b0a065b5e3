"""From a rule's spec to its condition, and the checks that need words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from service.domain.rules import RuleSpec
from service.matching.actors import terms_of_actor
from service.matching.compile import condition_of_query
from service.matching.condition import AllOf, AnyOf, Condition, NoneOf, Term, any_of
from service.matching.grammar import parse_query
from service.matching.query import QueryError
from service.matching.text import phrase_of
from service.matching.topics import condition_of_topic

LONGEST_TERM = 400  # characters after folding: one character can stand for eighteen

# Codes that differ for one language: withdrawn ones, and Norwegian, whose written forms share their feeds.
_SAME_LANGUAGE = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no"}
_UNKNOWN_LANGUAGES = frozenset({"", "und", "mul", "mis", "zxx"})


def condition_of(spec: RuleSpec) -> Condition:
    """Any actor AND any topic (all of them where `match` says so) AND the query, none of the excluded.

    A query that the language does not have (`check_terms` tells) never holds.
    """
    actors = [terms_of_actor(actor, f"/actors/{number}") for number, actor in enumerate(spec.watched)]
    topics = [condition_of_topic(topic, f"/topics/{number}") for number, topic in enumerate(spec.topics)]
    excluded = [Term(phrase_of(term), term, f"/exclude/{number}") for number, term in enumerate(spec.exclude)]
    parts = [*_side(actors, spec.match.actors), *_side(topics, spec.match.topics)]
    if spec.query is not None:
        parts.append(_query(spec.query))
    if excluded:
        parts.append(NoneOf(tuple(excluded)))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def check_terms(spec: RuleSpec) -> list[tuple[str, str]]:
    """What is wrong with the rule's terms, each as (JSON pointer into the rule, message); empty when all can be found."""
    faults = [(at, message) for at, written in _written(spec) if (message := _complaint(written))]
    if spec.query is not None:
        try:
            parse_query(spec.query, alone=not (spec.actors or spec.topics))
        except QueryError as error:
            faults.append(("/query", str(error)))
    return faults


def speaks(spec: RuleSpec, language: str | None) -> bool:
    """Whether the rule wants articles in `language`, a tag like "en" or "pt-BR"; an article of unknown language passes."""
    wanted = {_SAME_LANGUAGE.get(code, code) for code in spec.languages}
    primary = (language or "").replace("_", "-").split("-")[0].strip().lower()
    return not wanted or primary in _UNKNOWN_LANGUAGES or _SAME_LANGUAGE.get(primary, primary) in wanted


def sees(spec: RuleSpec, feed: str, tags: Collection[str], language: str | None) -> bool:
    """Whether the rule wants articles of this feed, which its workspace has tagged so, in this language."""
    named = not spec.feeds or feed in spec.feeds or any(f"tag:{tag}" in spec.feeds for tag in tags)
    return named and speaks(spec, language)


def _query(text: str) -> Condition:
    try:
        return condition_of_query(parse_query(text, alone=False), "/query")
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
    for side, terms in (("topics", spec.topics), ("exclude", spec.exclude)):
        yield from ((f"/{side}/{number}", term) for number, term in enumerate(terms))


def _complaint(written: str) -> str | None:
    phrase = phrase_of(written)
    if not phrase:
        return f'"{written}" has no letter or digit to look for; write at least one word'
    if sum(map(len, phrase)) > LONGEST_TERM:
        return f"this stands for more than {LONGEST_TERM} characters once its ligatures are written out; shorten it"
    return None
