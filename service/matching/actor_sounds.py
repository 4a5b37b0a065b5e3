"""From a full name in any script or spelling to the person of the pack who bears it, by the surname's spelling and by sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

import regex

from service.matching.actor_tables import Person, read_persons
from service.matching.cases import inflections
from service.matching.name_parts import name_words, surname_of, untitled
from service.matching.name_sounds import sound_alike, sound_much_alike, sounds_of
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

_BETWEEN_NAMES = regex.compile(r"[\s・·•＝=‧]+")
_VOWELS = regex.compile("[aeiouy]+")
_LONGEST_ENDING = 4  # letters after a stem of the table: Зеленськ-ого
_NO_CASE = ("s", "e")  # English and German endings make other words: sinners
_SHORTEST_NAME = 2
_MUCH_ALIKE = 0.75  # of the letters
_SHORTEST_SURNAME = 2  # consonants by which a surname of no table is told


def find_person_by_sound(name: str) -> str | None:
    """The id of the person whose surname a table spells so and whose first name sounds so: Дональд Трамп, ドナルド・トランプ.

    A surname that no table has in this script is told by its sound too. One that is typed alone is found by its spelling, in any
    case: Путина.
    """
    pieces = [phrase for piece in _BETWEEN_NAMES.split(name) if (phrase := phrase_of(piece))]
    if not pieces or not _looks_like_a_name(name):
        return None
    if len(pieces) == 1:
        return next((person.id for person in bearers_of(pieces[0]) if _is_enough(pieces[0], person)), None)
    words = tuple(word for piece in pieces for word in piece)
    compound = surname_of(words)
    splits = [(pieces[-1], (*pieces[:-1],)), (pieces[0], (*pieces[1:],))]
    if words[-1] == compound[-1]:
        splits.append((compound, (words[: -len(compound)],)))
    return next((found for surname, given in dict.fromkeys(splits) if (found := _bearer(surname, given))), None)


def _bearer(surname: Phrase, given: Sequence[Phrase]) -> str | None:
    heard = _heard(surname[0]) if len(surname) == 1 and not surname[0].isascii() else ()
    is_called = _is_called_in_full if surname[0] in name_words("family") else _is_called
    return next((person.id for person in (*bearers_of(surname), *heard) if is_called(person, given)), None)


def _is_enough(written: Phrase, person: Person) -> bool:
    """Whether the surname that is written so, in whatever case, is this person's alone."""
    sure = {phrase_of(each.text) for each in person.surnames if each.famous or not each.unsure}
    return any(each in sure for each in _nominatives(written))


def _looks_like_a_name(name: str) -> bool:
    """Whether no word of it begins small, but for particles and those of scripts that have no small letters."""
    return not any(word[0] != word[0].title() and word not in name_words("particle") for word in name.split())


def _is_called(person: Person, given: Sequence[Phrase]) -> bool:
    """Whether one of the first names, initials aside, sounds like one of the person's."""
    return any(_are_one_name("".join(each), own) for each in given for own in _given_names(person))


def _is_called_in_full(person: Person, given: Sequence[Phrase]) -> bool:
    """Whether all of them are the person's, in order: too many are called Kim for one syllable to tell."""
    typed = [word for each in given for word in each]
    names = [untitled(phrase_of(name.text)) for name in person.names if name.text.isascii() or not "".join(typed).isascii()]
    several = [[word for word in words if word not in surname_of(words)] for words in names if len(words) > 1]
    return any("".join(typed) == "".join(own) or (len(typed) == len(own) and all(map(_are_one_syllable, typed, own))) for own in several)


def _are_one_name(typed: str, own: str) -> bool:
    """In Latin letters Tom is no Tim, though either may be what another script writes."""
    if min(len(typed), len(own)) < _SHORTEST_NAME or not sound_alike(typed, own):
        return False
    if not (typed.isascii() and own.isascii()):
        return True
    return sound_much_alike(typed, own) or SequenceMatcher(None, typed, own).ratio() >= _MUCH_ALIKE


def _are_one_syllable(typed: str, own: str) -> bool:
    """Whether they may be ways to write one syllable, or as many: Seok and Suk."""
    if not (typed.isascii() and own.isascii()):
        return sound_alike(typed, own)
    return typed[0] == own[0] and len(_VOWELS.findall(typed)) == len(_VOWELS.findall(own)) and sound_alike(typed, own)


@lru_cache(maxsize=4_096)
def _given_names(person: Person) -> tuple[str, ...]:
    """The words of the full names but for the surname."""
    names = [untitled(phrase_of(name.text)) for name in person.names]
    return tuple(dict.fromkeys(word for words in names if len(words) > 1 for word in words if word not in surname_of(words)))


@lru_cache(maxsize=20_000)  # surnames repeat in aliases, and first names are tried as such
def bearers_of(surname: Phrase) -> tuple[Person, ...]:
    """Everybody of the surname that is written so in some table, relatives of whom only the Latin spelling is known among them."""
    known = _surnames()
    found = next((known[each] for each in _nominatives(surname) if each in known), ())
    families = dict.fromkeys(family for person in found for family in _families(person))
    return tuple(dict.fromkeys([*found, *(person for family in families for person in known.get((family,), ()))]))


def _nominatives(surname: Phrase) -> Iterator[Phrase]:
    """The surname as it stands, and what it may be without a case ending: Трампа."""
    yield surname
    *before, word = surname
    for cut in range(1, _LONGEST_ENDING):
        shorter = word[:-cut]
        if word[-cut:] not in _NO_CASE and len(shorter) > _SHORTEST_SURNAME and any(form == word for form, _ in inflections(shorter)):
            yield (*before, shorter)
    yield from (
        (*before, word[:end]) for end in range(len(word) - 1, max(4, len(word) - _LONGEST_ENDING) - 1, -1) if (word[:end],) in _stems()
    )


def _heard(surname: str) -> Iterator[Person]:
    """Those whose Latin surname sounds so; of a surname with few consonants too many do."""
    for sound in sounds_of(surname):
        if len(sound) >= _SHORTEST_SURNAME:
            yield from (person for family, person in _by_sound().get(sound, ()) if sound_much_alike(surname, family))


def _families(person: Person) -> tuple[str, ...]:
    """The last word of each surname in Latin letters."""
    names = [untitled(phrase_of(name.text)) for name in person.names]
    return tuple(dict.fromkeys(surname_of(words)[-1] for words in names if len(words) > 1 and words[0].isascii()))


@once
def _surnames() -> Mapping[Phrase, tuple[Person, ...]]:
    """Every spelling of a surname -> who bears it, in the table's order."""
    bearers: dict[Phrase, dict[Person, None]] = {}
    for person in read_persons():
        spelled = [phrase_of(each.text) for each in person.surnames]
        full = [untitled(phrase_of(name.text)) for name in person.names]
        for surname in (*spelled, *((words[-1],) for words in full if len(words) > 1), *((family,) for family in _families(person))):
            bearers.setdefault(surname, {})[person] = None
    return {surname: tuple(persons) for surname, persons in bearers.items()}


@once
def _stems() -> frozenset[Phrase]:
    return frozenset(phrase_of(each.text) for person in read_persons() for each in person.surnames if each.open_end)


@once
def _by_sound() -> Mapping[str, Sequence[tuple[str, Person]]]:
    filed: dict[str, list[tuple[str, Person]]] = {}
    for person in read_persons():
        for family in _families(person):
            for sound in sounds_of(family):
                filed.setdefault(sound, []).append((family, person))
    return filed
