"""From a name, in any of its spellings, to the actor of the pack who goes by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from service.matching.actor_roles import roles_in
from service.matching.actor_sounds import find_person_by_sound
from service.matching.actor_tables import (
    Body,
    Spelling,
    read_institutions,
    read_office_names,
    read_organisations,
    read_persons,
    read_state_names,
    read_states,
)
from service.matching.name_parts import name_words, untitled
from service.matching.name_spellings import spelled_in_full
from service.matching.names import is_acronym
from service.matching.once import once
from service.matching.text import Phrase, phrase_of
from service.matching.titled import find_titled
from service.matching.towns import town_of
from service.matching.typed_names import in_brackets, is_country, persons_in, states_in

_ARTICLE, _TAIL = ("article",), ("legal", "tail")
_PERSON, _ORG, _STATE = "person:", "org:", "state:"
_RULING = ("government", "administration", "cabinet", "authorities", "regime")
_SHORTEST_STEM = 5
_LONGEST_CASE = 4  # letters: Зеленськ-ого
_LONGEST_PLURAL = 3  # Houthi-s, Hamas-owi; more would make another word


@lru_cache(maxsize=20_000)  # rules repeat their names, and topics are asked for every run of their words
def find_actor(name: str) -> str | None:
    """The pack's id of the actor who goes by this name ("state:UA", "person:mark-rutte", "org:nato").

    The name as it stands in a table, in any language, or with what users put around it: an article, a title, a legal form,
    "rebels", "government": the Taliban, Tesla Inc., French government, President Zelensky, Houthis. Institutions of states
    and offices have ids too: "office:foreign-ministry@FR", "office:secretary-general@nato". A person's full name is known in any
    script and spelling: Дональд Трамп, Wołodymyr Zełenski.
    """
    words = phrase_of(name)
    if _openings().isdisjoint([*zip(words), *pairwise(words)]):
        return find_titled(name) or _by_stem(untitled(words)) or _find_person(name)  # most names, and rules have a great many
    known = next((found for each in _ways_to_read(name) if (found := _by_name(each))), None) or _find_body(name) or _find_town(name)
    return known or find_office(name) or find_titled(name) or _by_stem(untitled(words)) or _find_company(name) or _find_person(name)


def _find_body(name: str) -> str | None:
    """An organisation with more about it in brackets, or a state by its name in full."""
    state = next((found for each in states_in(name) if (found := _by_name(each)) and found.startswith(_STATE)), None)
    parts = None if state else in_brackets(name)
    if parts is None:
        return state
    outer, inner = (_by_name(each) for each in parts)
    if outer and outer.startswith(_STATE) and not (is_country(parts[1]) or outer == inner):
        return None
    return outer if outer and not outer.startswith(_PERSON) else None


def _find_town(name: str) -> str | None:
    """The city of a name behind which its own region stands: Paris, France."""
    town = town_of(name)
    return _by_name(town.name) if town and town.is_told_by_name else None


def _find_company(name: str) -> str | None:
    """The company behind a longer name of it, Toyota Motor Corp, if that is not also a word; nvidia semiconductors are a thing."""
    if name.split()[-1:] == name.lower().split()[-1:]:
        return None
    words = _without(name.split(), frozenset(), _of_kinds(_TAIL))
    shorter = _without(words, frozenset(), name_words("company-tail"))
    found = _by_name(" ".join(shorter)) if len(shorter) < len(words) and phrase_of(" ".join(shorter)) not in _shy() else None
    return found if found and found.startswith(_ORG) and read_organisations()[found.removeprefix(_ORG)].kind == "company" else None


def _find_person(name: str) -> str | None:
    """Somebody whose name is spelled otherwise, or who has a title, or more names, around it."""
    found = find_person_by_sound(name)
    if found:
        return found
    ways = (_by_name(each) or _by_stem(phrase_of(each)) or find_person_by_sound(each) for each in persons_in(name))
    return next((found for found in ways if found and found.startswith(_PERSON)), None)


def find_office(name: str) -> str | None:
    """The id of what a state has, or what somebody of the pack holds or held: French foreign ministry, NATO chief."""
    words = _without(phrase_of(name), name_words("article"), frozenset())
    for role, rest in roles_in(tuple(words)):
        kind, _, at = (_by_name(" ".join(_without(rest, name_words("article"), frozenset()))) or "").partition(":")
        if (kind == "state" and role in read_institutions()) or (at and (role, at) in _held()):
            return f"office:{role}@{at}"
    return None


def _ways_to_read(name: str) -> Iterator[str]:
    """The name, and without the words around it that say what it is; without its article first. Titles are persons': `persons_in`."""
    yield name
    yield from (each for each in spelled_in_full(name) if "&" in each)
    words = name.split()
    for before, behind in ((_ARTICLE, ()), (_ARTICLE, _TAIL)):
        kept = _without(words, _of_kinds(before), _of_kinds(behind))
        if len(kept) < len(words):
            yield " ".join(kept)
    if len(words) > 2 and _bare(words[0]) in _RULING and words[1] == "of":  # government of France
        yield " ".join(words[2:])


@lru_cache(maxsize=8)
def _of_kinds(kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset[str]().union(*map(name_words, kinds))


def _without(words: Sequence[str], before: frozenset[str], behind: frozenset[str]) -> Sequence[str]:
    """Without the words at its ends that are among those; at least one word stays."""
    start, end = 0, len(words)
    while start < end - 1 and _bare(words[start]) in before:
        start += 1
    while end > start + 1 and _bare(words[end - 1]) in behind:
        end -= 1
    return words[start:end]


@lru_cache(maxsize=20_000)
def _bare(word: str) -> str:
    return "".join(phrase_of(word))


def _by_name(written: str) -> str | None:
    words = phrase_of(written)
    found = _ids().get(words)
    if found and not (words in _shy() and written.islower()):
        return found
    return _state_ids().get(written.strip().casefold())


def _by_stem(words: Phrase) -> str | None:
    """Whose name is one of the spellings that a stem in the table stands for: Зеленський, by зеленськ; Houthis, by houthi."""
    if not words:
        return None
    *before, word = words
    for stems, longest in ((_surname_stems(), _LONGEST_CASE), (_body_stems(), _LONGEST_PLURAL)):
        ends = range(len(word), max(_SHORTEST_STEM, len(word) - longest) - 1, -1)
        found = next((found for end in ends if (found := stems.get((*before, word[:end])))), None)
        if found:
            return found
    return None


@once
def _ids() -> Mapping[Phrase, str]:
    """Every full spelling and its actor; where two share one, full names go before surnames, bodies before persons, peoples last."""
    own = [(spelling, body.id) for body in _bodies() for spelling in body.names if not spelling.open_end]
    stems = [(spelling, body.id) for body in _bodies() for spelling in body.names if spelling.open_end]
    full = [(spelling, person.id) for person in read_persons() for spelling in person.names]
    surnames = [
        (each, person.id) for person in read_persons() for each in person.surnames if (each.famous or not each.unsure) and not each.open_end
    ]
    peoples = [(spelling, body.id) for body in read_states().values() for spelling in body.people if not spelling.open_end]
    ids: dict[Phrase, str] = {tuple(spelling.text.casefold()): actor_id for spelling, actor_id in own if is_acronym(spelling.text)}
    offices = [(Spelling(name), f"office:{office}") for office, names in read_office_names().items() for name in names]
    for spelling, actor_id in (*own, *full, *surnames, *stems, *peoples, *offices):
        if not spelling.as_written:
            ids.setdefault(phrase_of(spelling.text), actor_id)
    return {words: actor_id for words, actor_id in ids.items() if words}


@once
def _openings() -> frozenset[Phrase]:
    """How the names begin that are known in full, to tell fast that a text has none of them: a word, or two of a longer name."""
    return frozenset(words[:2] for words in (*_ids(), *map(phrase_of, _state_ids())))


@once
def _held() -> frozenset[tuple[str, str]]:
    return frozenset((office.role, office.at) for person in read_persons() for office in person.offices)


@once
def _shy() -> frozenset[Phrase]:
    """Names that are other words when they are written small: orange, target, lot."""
    return frozenset(phrase_of(each.text) for body in _bodies() for each in body.names if each.unsure or each.exact)


@once
def _surname_stems() -> Mapping[Phrase, str]:
    return _stems((each, person.id) for person in reversed(read_persons()) for each in person.surnames)


@once
def _body_stems() -> Mapping[Phrase, str]:
    return _stems((each, body.id) for body in reversed(_bodies()) for each in body.names)


def _stems(spellings: Iterable[tuple[Spelling, str]]) -> Mapping[Phrase, str]:
    return {phrase_of(each.text): actor_id for each, actor_id in spellings if each.open_end and not each.unsure}


def _bodies() -> tuple[Body, ...]:
    return (*read_states().values(), *read_organisations().values())


@once
def _state_ids() -> Mapping[str, str]:
    """CLDR's names. By their letters: to take the words of 8,000 names apart would take longer than all the rest."""
    return {name.replace("|", "").casefold(): f"state:{code}" for code, names in read_state_names().items() for name in names.values()}
