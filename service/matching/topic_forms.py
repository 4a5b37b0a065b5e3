"""The forms that a topic's words and concepts are found by, and what each counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from service.matching.concept_patterns import Pattern
from service.matching.concepts import Concept
from service.matching.designations import all_ways
from service.matching.forms import Form
from service.matching.stems import plural_and_singular, stem_of
from service.matching.text import phrase_of

# The weights of forms; KIND is for what is one of these, AMBIGUOUS for a word with other meanings, RELATED for what only hints.
LITERAL, STEM, PLACE_NAME, SYNONYM, KIND, AMBIGUOUS, RELATED = 1.0, 0.97, 0.95, 0.9, 0.85, 0.7, 0.4

_LONGEST_ACRONYM = 4  # letters: "WHO" is not "who"
_PLURAL = 5  # letters of a word that may be one


def endings_of(written: str, concepts: Iterable[Concept]) -> Iterator[Form]:
    """The word with other endings. The table has those of its own words, and knows that no Bridget is a bridge."""
    phrase = phrase_of(written)
    same = [pattern for concept in concepts for pattern in concept.patterns if phrase in pattern.phrases()]
    if not same:
        yield from inflected(written)
        return
    yield from forms_of_patterns(same, STEM, "inflection")
    *before, last = phrase
    if len(last) >= _PLURAL and last.isascii() and not written.isupper():
        yield from (Form((*before, each), STEM, "inflection") for each in plural_and_singular(last))


def literal(written: str) -> tuple[Form, ...]:
    """The words as written, an acronym only in capitals; nothing where there is no word."""
    phrase = phrase_of(written)
    acronym = len(phrase) == 1 and written.isupper() and len(written) <= _LONGEST_ACRONYM
    return (Form(phrase, LITERAL, "name", cased=acronym),) if phrase else ()


def inflected(written: str) -> Iterator[Form]:
    """An unknown word with other endings."""
    phrase = phrase_of(written)
    *before, last = phrase
    yield from (Form(way, STEM, "inflection") for way in all_ways(phrase) if way != phrase)
    if written.isupper():
        return  # an acronym has no endings of its own
    for stem, open_end in stem_of(last):
        yield Form((*before, stem), STEM, "inflection", open_end)


def forms_of_concepts(concepts: Iterable[Concept], weight: float, kind: str) -> Iterator[Form]:
    """All that the concepts are written as, each of this weight."""
    return forms_of_patterns((pattern for concept in concepts for pattern in concept.patterns), weight, kind)


def forms_of_patterns(patterns: Iterable[Pattern], weight: float, kind: str) -> Iterator[Form]:
    """All ways to write these, words with other meanings with a lesser weight."""
    for pattern in patterns:
        if pattern.typed:
            continue
        for phrase in chain.from_iterable(map(all_ways, pattern.phrases())):
            yield Form(phrase, min(weight, AMBIGUOUS) if pattern.weak else weight, kind, pattern.open_end, pattern.cased)
