"""From a name, in any of its spellings, to the actor of the pack who goes by it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from service.matching.actor_tables import read_organisations, read_persons, read_state_names, read_states
from service.matching.forms import OPEN_END
from service.matching.names import is_acronym, untitled
from service.matching.text import Phrase, phrase_of

_SHORTEST_STEM = 5


def find_actor(name: str) -> str | None:
    """The pack's id of the actor who goes by exactly this name ("state:UA", "person:mark-rutte", "org:nato")."""
    words = phrase_of(name)
    return _ids().get(words) or _state_ids().get(name.strip().casefold()) or _ids().get(untitled(words)) or _by_stem(untitled(words))


def _by_stem(words: Phrase) -> str | None:
    """Whose surname is one of the spellings that a stem in the table stands for: Зеленський, by зеленськ."""
    if len(words) != 1:
        return None
    word = words[0]
    ends = range(len(word), max(_SHORTEST_STEM, len(word) - OPEN_END) - 1, -1)
    return next((found for end in ends if (found := _stems().get(word[:end]))), None)


@lru_cache(maxsize=1)
def _ids() -> Mapping[Phrase, str]:
    """Every full spelling and its actor; where two share one, full names go before surnames and bodies before persons."""
    bodies = (*read_states().values(), *read_organisations().values())
    own = [(spelling, body.id) for body in bodies for spelling in body.names if not spelling.open_end]
    stems = [(spelling, body.id) for body in bodies for spelling in body.names if spelling.open_end]
    full = [(spelling, person.id) for person in read_persons() for spelling in person.names]
    surnames = [(each, person.id) for person in read_persons() for each in person.surnames if not each.unsure and not each.open_end]
    ids: dict[Phrase, str] = {tuple(spelling.text.casefold()): actor_id for spelling, actor_id in own if is_acronym(spelling.text)}
    for spelling, actor_id in (*own, *full, *surnames, *stems):
        ids.setdefault(phrase_of(spelling.text), actor_id)
    return {words: actor_id for words, actor_id in ids.items() if words}


@lru_cache(maxsize=1)
def _stems() -> Mapping[str, str]:
    open_ended = ((each, person.id) for person in reversed(read_persons()) for each in person.surnames if each.open_end and not each.unsure)
    return {phrase_of(each.text)[-1]: person_id for each, person_id in open_ended}


@lru_cache(maxsize=1)
def _state_ids() -> Mapping[str, str]:
    """CLDR's names. By their letters: to take the words of 8,000 names apart would take longer than all the rest."""
    return {name.replace("|", "").casefold(): f"state:{code}" for code, names in read_state_names().items() for name in names.values()}
