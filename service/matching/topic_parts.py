"""From a topic to its parts: concepts, places, names and plain words, each with the forms it is found by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Literal

from service.matching.concepts import Concept, ConceptTable, Meant, load_concepts
from service.matching.designations import in_one_number
from service.matching.forms import Form, best_of
from service.matching.names import is_proper
from service.matching.text import Word, phrase_of, words_of
from service.matching.topic_forms import (
    KIND,
    LITERAL,
    PLACE_NAME,
    RELATED,
    SYNONYM,
    endings_of,
    forms_of_concepts,
    inflected,
    literal,
)
from service.matching.topic_words import (
    hyphened,
    in_other_ways,
    is_acronym,
    is_bound,
    is_denied,
    is_name,
    is_one_unknown,
    is_small,
    joined_letters,
    reach_of,
    says_nothing,
    without_gap,
    written_as_one,
)

_LONGEST_NAME = 6  # words
_DENIED = 2  # words: no deal
_ENOUGH = 2  # known parts beside which an unknown word may be missing
_SECOND_HALF = 4  # letters after a known beginning that may be a word of their own
_MEANINGS = 3  # concepts that one word can stand for ("strike"); the table's order decides between more

Kind = Literal["concept", "place", "name", "word"]
Expand = Callable[[str], tuple[Form, ...] | None]  # the forms of a state, person or organisation; None if it is not known


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One part of a topic, which an article on the topic has one of the `forms` of.

    `written` is the user's text. `related` only hint at it. `together`: where the part is made of others, their forms; all
    of them near each other say the same. `optional`: an article may be on the topic without it.
    `concepts`: what it is in the table.
    """

    written: str
    kind: Kind
    forms: tuple[Form, ...]
    related: tuple[Form, ...] = ()
    together: tuple[tuple[Form, ...], ...] = ()
    optional: bool = False
    concepts: tuple[str, ...] = ()


def parts_of_topic(topic: str, expand: Expand, table: ConceptTable | None = None) -> tuple[TopicPart, ...]:
    """The parts of a noun phrase in the order in which they stand in it, the longest that are known first.

    Empty when the topic has no words; a topic of nothing but stop words is one part of kind "word".
    """
    table = table or load_concepts()
    words = in_one_number(words_of(topic))
    parts = tuple(_soft(list(_split(topic, words, expand, table))))
    if not parts and words:
        return (TopicPart(topic.strip(), "word", (Form(phrase_of(topic), LITERAL, "name"),)),)
    return parts


def _split(topic: str, words: Sequence[Word], expand: Expand, table: ConceptTable) -> Iterator[TopicPart]:
    first = 0
    while first < len(words):
        length, part = _part_at(topic, words[first:], expand, table)
        if part is not None:
            yield part
        first += length


def _part_at(topic: str, words: Sequence[Word], expand: Expand, table: ConceptTable) -> tuple[int, TopicPart | None]:
    """The part that begins with the first word, and how many words it takes; no part for a stop word."""
    empty = {place for place, word in enumerate(words) if says_nothing(topic, word, table)}
    meant = table.meant([word.form for word in words], empty)
    if meant and meant.length == 1 and 0 in empty:
        meant = None
    length = reach_of(meant, words, empty, table) if meant else 0
    joined, whole = written_as_one(topic, words, table)
    if not joined:
        joined, whole = in_other_ways(words, table)
    hyphens = hyphened(topic, words)
    if joined > length and (0 not in empty or joined == hyphens):
        return joined, _meant_part(_text(topic, words[:joined]), whole, table)
    if bound := _bound(topic, words, length, expand, table):
        return bound, _word_part(_text(topic, words[:bound]), table)
    letters = joined_letters(topic, words)
    for taken in range(min(len(words), _LONGEST_NAME), max(length, 1) - 1, -1):
        written = _text(topic, words[:taken])
        if (taken == 1 and 0 in empty) or (meant and taken == length and _is_concept(written, meant)):
            break
        if (forms := expand(written)) and not is_small(topic, written, forms) and not (0 < letters == taken and "/" in written):
            also = meant.concepts[0].name if meant and taken == length and _is_both(meant) else None
            return taken, _named_part(written, also, expand, table)
    may_be_one = hyphens > max(length, 1) and (not meant or length == len(words[0].form) == 1) and 0 not in empty
    if may_be_one and is_one_unknown(words[:hyphens], partial(_is_known, topic, expand, table), table):
        return hyphens, _word_part(_text(topic, words[:hyphens]), table)
    if meant and not _is_compound(meant, words[0], table) and not _is_unlike(topic, words[0], meant):
        return length, _meant_part(_text(topic, words[:length]), meant.concepts, table)
    return (1, None) if 0 in empty and letters <= 1 else _unknown_at(topic, words, letters, table)


def _bound(topic: str, words: Sequence[Word], known: int, expand: Expand, table: ConceptTable) -> int:
    """How many words it begins with that say together what none of them says, more than those that are `known`; 0 where there are none."""
    hyphens = hyphened(topic, words)
    one = words[:hyphens]
    if hyphens > known and (is_bound(one) or (is_name(topic, one, table) and not expand(_text(topic, one)))):
        return hyphens
    return _DENIED if known < _DENIED and is_denied(words, table) and not expand(_text(topic, words[1:_DENIED])) else 0


def _unknown_at(topic: str, words: Sequence[Word], letters: int, table: ConceptTable) -> tuple[int, TopicPart]:
    if letters > 1:
        written = _text(topic, words[:letters])
        return letters, TopicPart(written, "word", (Form(phrase_of(written), LITERAL, "name", cased=True),))
    together = without_gap(words, table)
    return together, _word_part(_text(topic, words[:together]), table)


def _is_known(topic: str, expand: Expand, table: ConceptTable, word: Word) -> bool:
    return table.meant([word.form]) is not None or expand(_text(topic, [word])) is not None


def _is_compound(meant: Meant, word: Word, table: ConceptTable) -> bool:
    """What only begins with a concept may be two: "Terrorprozess" is more than terror."""
    return meant.length == 1 and meant.ending >= _SECOND_HALF and table.halves(word.form) is not None


def _is_unlike(topic: str, word: Word, meant: Meant) -> bool:
    """An acronym is no general word: the CAP is no cap."""
    return meant.length == 1 and is_acronym(topic, word) and not topic.isupper() and meant.concepts[0].sort == "general"


def _is_concept(written: str, meant: Meant) -> bool:
    """What the table has word for word and the user wrote small is no name: "amnesty" is not Amnesty, "газа" not Gaza."""
    return not meant.ending and meant.concepts[0].sort in ("concept", "general") and written.islower()


@lru_cache(maxsize=1_000)
def _named_part(written: str, also: str | None, expand: Expand, table: ConceptTable) -> TopicPart:
    """The part that `expand` knows; what is `also` a concept of the table, a region or "World Cup", has the forms of both."""
    forms, phrase = expand(written) or (), phrase_of(written)
    own = () if any(form.cased and form.words == phrase for form in forms) else literal(written)  # "who" is WHO
    if phrase[0] in table.stop_words:
        own = tuple([form._replace(named=is_proper(written)) for form in own])
    named = TopicPart(written, _kind_of(forms), best_of((*own, *forms)))
    if also is None:
        return named
    known = _concept_part(written, (also,), table)
    return replace(known, forms=best_of((*named.forms, *known.forms)))


def _is_both(meant: Meant) -> bool:
    """One word alone is the name: "Amnesty" is no amnesty."""
    return meant.concepts[0].sort == "place" or (meant.length > 1 and not meant.ending)


def _kind_of(forms: Sequence[Form]) -> Kind:
    return "place" if any(form.kind in ("people", "capital") for form in forms) else "name"


def _soft(parts: Sequence[TopicPart]) -> Iterator[TopicPart]:
    """What may be missing: beside a concept of several words a place of the table, which has no states; beside a part that says
    what it is about a general word, but not beside mere names ("Trump speech"); beside two known parts a small unknown word.
    """
    needed = [part for part in parts if not part.optional]
    spoken_for = any(part.kind == "concept" and len(phrase_of(part.written)) > 1 for part in parts)
    about = any(part.kind in ("concept", "word") for part in needed)
    known = sum(part.kind != "word" for part in needed) >= _ENOUGH
    for part in parts:
        if part.optional:
            yield replace(part, optional=spoken_for if part.kind == "place" else about)
        else:
            yield replace(part, optional=known and part.kind == "word" and part.written.islower())


def _meant_part(written: str, concepts: Sequence[Concept], table: ConceptTable) -> TopicPart:
    """The part that the table knows; where the word is general in one of its meanings an article may do without it."""
    special = [concept for concept in concepts if concept.sort != "general"]
    part = _concept_part(written, tuple(concept.name for concept in special[:_MEANINGS]), table) if special else _word_part(written, table)
    return part if len(special) == len(concepts) else replace(part, optional=True)


def part_of_concept(name: str, table: ConceptTable) -> TopicPart:
    """The part of a topic that is this concept and nothing else."""
    return _concept_part(name.replace("_", " "), (name,), table)


@lru_cache(maxsize=4_000)  # topics repeat their parts
def _concept_part(written: str, names: tuple[str, ...], table: ConceptTable) -> TopicPart:
    concepts = [table.concepts[name] for name in names]
    sort = concepts[0].sort
    kind: Kind = sort if sort in ("place", "name") else "concept"
    weight, why = (SYNONYM, "synonym") if kind == "concept" else (PLACE_NAME, "name")
    kinds = [each for concept in concepts for each in table.with_kinds(concept) if each not in concepts]
    forms = best_of(
        (
            *literal(written),
            *endings_of(written, concepts),
            *forms_of_concepts(concepts, weight, why),
            *forms_of_concepts(kinds, KIND, "synonym"),
        )
    )
    own = {(form.words, form.open_end) for form in forms}
    related = [table.concepts[name] for concept in concepts for name in concept.related]
    hints = tuple(form for form in best_of(forms_of_concepts(related, RELATED, "related")) if (form.words, form.open_end) not in own)
    together = _together(written, concepts, table) if kind == "concept" else ()
    return TopicPart(written, kind, forms, hints, together, kind == "place", names)


def _together(written: str, concepts: Sequence[Concept], table: ConceptTable) -> tuple[tuple[Form, ...], ...]:
    made_of = next((concept.made_of for concept in concepts if concept.made_of), ())
    if made_of:
        return tuple(_with_kinds(table.concepts[name], table) for name in made_of)
    telling = [word for word in words_of(written) if not says_nothing(written, word, table)]
    if len(telling) < 2 or telling[0].end == telling[1].start:
        return ()
    # Not what each of the words means by itself: "missile" and "start" in one sentence are no rocket launch.
    return tuple(_own_forms(written[word.start : word.end]) for word in telling)


def _with_kinds(concept: Concept, table: ConceptTable) -> tuple[Form, ...]:
    kinds = (kind for kind in table.with_kinds(concept) if kind != concept)
    return best_of((*forms_of_concepts([concept], SYNONYM, "synonym"), *forms_of_concepts(kinds, KIND, "synonym")))


def _own_forms(written: str) -> tuple[Form, ...]:
    return best_of((*literal(written), *inflected(written)))


@lru_cache(maxsize=20_000)
def _word_part(written: str, table: ConceptTable) -> TopicPart:
    phrase = phrase_of(written)
    halves = table.halves(phrase[0]) if len(phrase) == 1 else None
    together = tuple(best_of(form for concept in half for form in _with_kinds(concept, table)) for half in halves or ())
    forms = best_of((*_own_forms(written), *_own_forms("".join(phrase)))) if len(phrase) > 1 else _own_forms(written)
    return TopicPart(written, "concept" if together else "word", forms, together=together)


def _text(topic: str, words: Sequence[Word]) -> str:
    return topic[words[0].start : words[-1].end]
