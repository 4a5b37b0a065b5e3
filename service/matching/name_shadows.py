"""Longer names of others around a name: what stands in "South Sudan" is not Sudan, nor Trump in "Melania Trump"."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence

from service.matching.actor_tables import read_other_names, read_persons, read_state_names
from service.matching.expansion import Expansion
from service.matching.marks import open_ended
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

_LONG_ENOUGH_TO_INFLECT = 4  # letters
_OTHER = "other"


def longer_names(actor: Expansion) -> Mapping[Phrase, Sequence[Phrase]]:
    """Each form of the actor that longer names have in them, with those names.

    Names of other states and persons hide those of states and persons, and other things (New Mexico) those of all. Organisations
    are called after states and mean them too: Bank of Russia. They hide nothing.
    """
    forms = dict.fromkeys(form.words for form in (*actor.forms, *actor.needs_context))
    own = {actor.id} if actor.kind in ("state", "person") else _owners()
    return {words: around for words in forms if (around := tuple(_around(words, own, forms)))}


def is_longer_name(words: Phrase) -> bool:
    """Whether it may hide others: who is also called so is not hidden by it."""
    return any(name == words for name, _owner in _names_with().get(words[0], ())) if words else False


def _around(words: Phrase, own: Container[str | None], forms: Container[Phrase]) -> Iterator[Phrase]:
    for name, owner in _names_with().get(words[0], ()):
        if owner not in own and len(name) > len(words) and name not in forms and _has(name, words):
            yield open_ended(name) if len(name[-1]) >= _LONG_ENOUGH_TO_INFLECT else name


def _has(name: Phrase, words: Phrase) -> bool:
    return any(name[at : at + len(words)] == words for at in range(len(name) - len(words) + 1))


@once
def _names_with() -> Mapping[str, Sequence[tuple[Phrase, str]]]:
    """Each word -> the names of several words that have it, and whose they are."""
    filed: dict[str, dict[tuple[Phrase, str], None]] = {}
    for name, owner in _names():
        if len(name) > 1:
            for word in set(name):
                filed.setdefault(word, {})[name, owner] = None
    return {word: tuple(names) for word, names in filed.items()}


@once
def _owners() -> frozenset[str]:
    return frozenset(owner for _name, owner in _names() if owner != _OTHER)


def _names() -> Iterator[tuple[Phrase, str]]:
    for code, names in read_state_names().items():
        yield from ((phrase_of(name.replace("|", "")), f"state:{code}") for name in names.values())
    for person in read_persons():
        yield from ((phrase_of(name.text), person.id) for name in person.names)
    yield from ((phrase_of(name), _OTHER) for name in read_other_names())
