"""From a topic to its parts: concepts, places, names and plain words, each with the forms it is found by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from service.matching.concepts import Concept, ConceptTable, Meant, load_concepts
from service.matching.forms import Form
from service.matching.stems import stem_of
from service.matching.text import Word, phrase_of, words_of

LITERAL, STEM, PLACE_NAME, SYNONYM, RELATED = 1.0, 0.97, 0.95, 0.9, 0.62  # the weights of forms
# What the forms of all of `together` weigh when they are found in one sentence, and in neighbouring ones.
SAME_SENTENCE, NEXT_SENTENCE = 0.8, 0.72

_LONGEST_NAME = 6  # words
_LONGEST_ACRONYM = 4  # letters: "WHO" is not "who"
_MEANINGS = 3  # concepts that one word can stand for ("strike"); the table's order decides between more

Kind = Literal["concept", "place", "name", "word"]
Expand = Callable[[str], tuple[Form, ...] | None]  # the forms of a state, person or organisation; None if it is not known


@dataclass(frozen=True, slots=True)
class TopicPart:
    """One part of a topic, which an article on the topic has one of the `forms` of.

    `written` is the user's text. `related` only hint at it. `together`: where the part is made of others, their forms; all
    of them near each other say the same, for SAME_SENTENCE or NEXT_SENTENCE. `optional`: an article may be on the topic without it.
    """

    written: str
    kind: Kind
    forms: tuple[Form, ...]
    related: tuple[Form, ...] = ()
    together: tuple[tuple[Form, ...], ...] = ()
    optional: bool = False


def parts_of_topic(topic: str, expand: Expand, table: ConceptTable | None = None) -> tuple[TopicPart, ...]:
    """The parts of a noun phrase in the order in which they stand in it, the longest that are known first.

    Empty when the topic has no words; a topic of nothing but stop words is one part of kind "word".
    """
    table = table or load_concepts()
    words = words_of(topic)
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
    telling = [number for number, word in enumerate(words) if not _says_nothing(topic, word, table)]
    meant = table.meant([words[number].form for number in telling]) if telling[:1] == [0] else None
    length = telling[meant.length - 1] + 1 if meant else 0
    for taken in range(min(len(words), _LONGEST_NAME), max(length, 1) - 1, -1):
        written = _text(topic, words[:taken])
        if (taken == 1 and telling[:1] != [0]) or (meant and taken == length and _is_concept(written, meant)):
            break
        forms = expand(written)
        if forms:
            return taken, _named_part(written, forms, meant if meant and taken == length else None, table)
    if meant:
        return length, _concept_part(_text(topic, words[:length]), meant.concepts[:_MEANINGS], table)
    if telling[:1] != [0]:
        return 1, None
    run = _run(words, table)
    return run, _word_part(_text(topic, words[:run]))


def _is_concept(written: str, meant: Meant) -> bool:
    """What the table has word for word and the user wrote small is no name: "amnesty" is not Amnesty, "газа" not Gaza."""
    return not meant.ending and meant.concepts[0].sort == "concept" and written.islower()


def _says_nothing(topic: str, word: Word, table: ConceptTable) -> bool:
    shouted = word.end - word.start > 1 and topic[word.start : word.end].isupper()  # "US", "WHO"
    return word.form in table.stop_words and not shouted


def _run(words: Sequence[Word], table: ConceptTable) -> int:
    """How many words stand together without a gap, as they do in scripts without spaces, before one that is known."""
    run = 1
    while run < len(words) and words[run].start == words[run - 1].end:
        if words[run].form in table.stop_words or table.meant([word.form for word in words[run:]]):
            break
        run += 1
    return run


def _named_part(written: str, forms: Sequence[Form], meant: Meant | None, table: ConceptTable) -> TopicPart:
    """The part that `expand` knows; a region that the table knows too stays one, and has the forms of both."""
    named = TopicPart(written, _kind_of(forms), _best((*_literal(written), *forms)))
    if meant is None or meant.concepts[0].sort != "place":
        return named
    region = _concept_part(written, meant.concepts[:1], table)
    return replace(region, forms=_best((*named.forms, *region.forms)))


def _kind_of(forms: Sequence[Form]) -> Kind:
    return "place" if any(form.kind in ("people", "capital") for form in forms) else "name"


def _soft(parts: Sequence[TopicPart]) -> Iterator[TopicPart]:
    """A place of the table, which has no states, may be missing beside a concept of several words."""
    spoken_for = any(part.kind == "concept" and len(phrase_of(part.written)) > 1 for part in parts)
    for part in parts:
        yield replace(part, optional=spoken_for) if part.optional else part


def _concept_part(written: str, concepts: Sequence[Concept], table: ConceptTable) -> TopicPart:
    kind = concepts[0].sort
    weight, why = (SYNONYM, "synonym") if kind == "concept" else (PLACE_NAME, "name")
    forms = _best((*_literal(written), *_inflected(written), *_forms(concepts, weight, why)))
    own = {(form.words, form.open_end) for form in forms}
    related = [table.concepts[name] for concept in concepts for name in concept.related]
    hints = tuple(form for form in _best(_forms(related, RELATED, "related")) if (form.words, form.open_end) not in own)
    together = _together(written, concepts, table) if kind == "concept" else ()
    return TopicPart(written, kind, forms, hints, together, kind == "place")


def _together(written: str, concepts: Sequence[Concept], table: ConceptTable) -> tuple[tuple[Form, ...], ...]:
    made_of = next((concept.made_of for concept in concepts if concept.made_of), ())
    if made_of:
        return tuple(_best(_forms([table.concepts[name]], SYNONYM, "synonym")) for name in made_of)
    telling = [word for word in words_of(written) if not _says_nothing(written, word, table)]
    if len(telling) < 2 or telling[0].end == telling[1].start:
        return ()
    return tuple(_own_word(written[word.start : word.end], table) for word in telling)


def _own_word(written: str, table: ConceptTable) -> tuple[Form, ...]:
    meant = table.meant(phrase_of(written))
    known = _forms(meant.concepts[:_MEANINGS], SYNONYM, "synonym") if meant else ()
    return _best((*_literal(written), *_inflected(written), *known))


def _word_part(written: str) -> TopicPart:
    return TopicPart(written, "word", _best((*_literal(written), *_inflected(written))))


def _literal(written: str) -> tuple[Form, ...]:
    phrase = phrase_of(written)
    acronym = len(phrase) == 1 and written.isupper() and len(written) <= _LONGEST_ACRONYM
    return (Form(phrase, LITERAL, "name", cased=acronym),) if phrase else ()


def _inflected(written: str) -> Iterator[Form]:
    *before, last = phrase_of(written)
    if written.isupper():
        return  # an acronym has no endings of its own
    for stem, open_end in stem_of(last):
        yield Form((*before, stem), STEM, "inflection", open_end)


def _forms(concepts: Iterable[Concept], weight: float, kind: str) -> Iterator[Form]:
    for concept in concepts:
        for pattern in concept.patterns:
            for phrase in pattern.phrases():
                yield Form(phrase, weight, kind, pattern.open_end, pattern.cased)


def _best(forms: Iterable[Form]) -> tuple[Form, ...]:
    """Each form once, with the greatest of its weights, in order."""
    best: dict[tuple[object, ...], Form] = {}
    for form in forms:
        key = (form.words, form.open_end, form.cased, form.since, form.until)
        if key not in best or form.weight > best[key].weight:
            best[key] = form
    return tuple(best.values())


def _text(topic: str, words: Sequence[Word]) -> str:
    return topic[words[0].start : words[-1].end]
