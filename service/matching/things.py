"""What an article speaks of, by the names that no language changes: states, persons, organisations, places and concepts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from service.matching.actor_pack import expand_actor
from service.matching.actor_tables import read_organisations, read_persons, read_state_names, read_states
from service.matching.beginnings import phrase_of_form
from service.matching.concept_patterns import Pattern
from service.matching.concepts import load_concepts
from service.matching.forms import Form
from service.matching.marks import in_capitals, open_ended
from service.matching.once import once
from service.matching.phrases import PhraseBook
from service.matching.reading import Reading
from service.matching.text import Phrase

_TELLING = 0.7  # the least weight of a form that means the actor rather than hints at it


class _Thing(NamedTuple):
    name: str
    since: date | None = None
    until: date | None = None


def things_in(reading: Reading, day: date) -> frozenset[str]:
    """What the text speaks of on this day: "state:UA", "person:mark-rutte", "org:nato", "office:...", "concept:flood"."""
    return frozenset(
        thing.name
        for thing in load_things().present(reading)
        if (thing.since is None or thing.since <= day) and (thing.until is None or day <= thing.until)
    )


@once
def load_things() -> PhraseBook[_Thing]:
    """Every name of the actor pack and every pattern of the concept table; made at the first call, in two seconds."""
    book: PhraseBook[_Thing] = PhraseBook()
    for thing, phrase in (*_actors(), *_concepts()):
        book.add(phrase, thing)
    return book


def _actors() -> Iterator[tuple[_Thing, Phrase]]:
    names = [person.names[0].text for person in read_persons()]
    names += [body.names[0].text for body in read_organisations().values()]
    names += [read_state_names()[code]["en"] for code in read_states() if code in read_state_names()]
    for name in names:
        known = expand_actor(name)
        if known.id is not None:
            yield from ((_Thing(known.id, form.since, form.until), phrase_of_form(form)) for form in known.forms if _tells(form))


def _tells(form: Form) -> bool:
    return form.weight >= _TELLING and form.kind != "related"


def _concepts() -> Iterator[tuple[_Thing, Phrase]]:
    for concept in load_concepts().concepts.values():
        if concept.sort != "general":
            thing = _Thing(f"concept:{concept.name}")
            for pattern in concept.patterns:
                if not (pattern.weak or pattern.typed):
                    yield from ((thing, phrase) for phrase in _phrases(pattern))


def _phrases(pattern: Pattern) -> Iterator[Phrase]:
    for words in pattern.phrases():
        phrase = in_capitals(words) if pattern.cased else words
        yield open_ended(phrase) if pattern.open_end else phrase
