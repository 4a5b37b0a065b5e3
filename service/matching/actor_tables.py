"""The actor pack's tables, read from the package: states, persons, organisations, roles and titles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from service.matching.once import once
from service.matching.text import phrase_of

Ways = Mapping[str, tuple[str, ...]]

_HOME = "home"  # of a line of regions.txt: the towns that it names


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write an actor, as a table has it: the text without the marks that the fields stand for."""

    text: str
    open_end: bool = False  # word*
    cased: bool = False  # =WORD
    unsure: bool = False  # ?word
    exact: bool = False  # !word
    famous: bool = False  # +word
    as_written: bool = False  # ==Word


@dataclass(frozen=True, slots=True)
class Office:
    """A role somebody holds, or held, at a state or an organisation; both days inclusive."""

    role: str
    at: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the news: full names, surnames that are enough, offices."""

    id: str
    names: tuple[Spelling, ...]
    surnames: tuple[Spelling, ...]
    offices: tuple[Office, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A state or an organisation. `related` are capitals and seats, or parts; `context` only says that it is meant."""

    id: str
    kind: str
    names: tuple[Spelling, ...]
    people: tuple[Spelling, ...]
    related: tuple[Spelling, ...]
    context: tuple[Spelling, ...]


@dataclass(frozen=True, slots=True)
class Title:
    """How roles name a body in one language: "of Ukraine", and the adjective if there is one."""

    of: tuple[str, ...]
    adjective: str | None


def person_id(name: str) -> str:
    """The pack's id of the person whose first name in the table this is."""
    return "person:" + "-".join(phrase_of(name))


@once
def read_persons() -> tuple[Person, ...]:
    """Every person, in the table's order."""
    return tuple(_person(*row) for row in _rows("persons.txt"))


@once
def _read_spellings() -> Mapping[str, Sequence[str]]:
    """A person's first name in the table, "@" and an organisation's key, or a state's code -> the cells with its spellings elsewhere."""
    return {name: cells for name, *cells in _rows("spellings.txt")}


@once
def read_organisations() -> Mapping[str, Body]:
    """Organisations, companies, armed groups, territories and peoples by their key in the table ("nato")."""
    bodies = {}
    for key, kind, names, *rest in _rows("organisations.txt"):
        related, context = (*rest, "", "")[:2]
        spellings = tuple(dict.fromkeys([*_spellings(names), *_spellings("".join(_read_spellings().get(f"@{key}", ())))]))
        bodies[key] = Body(f"org:{key}", kind, spellings, (), _spellings(related), _spellings(context))
    return bodies


@once
def read_states() -> Mapping[str, Body]:
    """States by ISO 3166 code; `names` are the hand-kept ones, `read_state_names` has CLDR's."""
    states = {}
    for code, people, seats, names, *rest in _rows("states.txt"):
        more_names, more_people = (*_read_spellings().get(code, ()), "", "")[:2]
        called = tuple(dict.fromkeys([*_spellings(names), *_spellings(more_names)]))
        own = tuple(dict.fromkeys([*_spellings(people), *_spellings(more_people)]))
        states[code] = Body(f"state:{code}", "state", called, own, _spellings(seats), _spellings("".join(rest)))
    return states


@once
def read_state_names() -> Mapping[str, Mapping[str, str]]:
    """Code -> CLDR's language -> name. A bar in a name stands where the stem ends that all its inflections share."""
    head, *lines = _text("state_names.tsv").splitlines()
    languages = head.split("\t")[1:]
    rows = (line.split("\t") for line in lines)
    return {code: {language: name for language, name in zip(languages, names, strict=True) if name} for code, *names in rows}


@once
def read_places() -> Mapping[str, tuple[Spelling, ...]]:
    """State code -> its cities, regions, islands and straits, and how other scripts spell the cities."""
    places = {code: [*spellings] for code, spellings in read_hand_kept_places().items()}
    for line in _text("place_names.tsv").splitlines():
        code, _city, names = line.split("\t")
        places.setdefault(code, []).extend(_spellings(names))
    return {code: tuple(spellings) for code, spellings in places.items()}


@once
def read_hand_kept_places() -> Mapping[str, tuple[Spelling, ...]]:
    """`read_places` without what is built from it. "@crimea" stands for the names of an organisation of that key."""
    return {code: tuple(_places(cell)) for code, cell in _rows("places.txt")}


def _places(cell: str) -> Iterator[Spelling]:
    for text in _split(cell):
        if text.startswith("@"):
            yield from read_organisations()[text[1:]].names
        else:
            yield _spelling(text)


@once
def read_roles() -> Mapping[str, Ways]:
    """Role -> language -> ways to write it, with `{of}`, `{adj}` and `{n}` to be filled in and a/b for either word."""
    return dict(_ways("roles.txt"))


@once
def read_office_names() -> Mapping[str, tuple[str, ...]]:
    """Office ("president@US") -> the names that it has of its own: POTUS."""
    return {office: tuple(_split(names)) for office, names in _rows("offices.txt")}


@once
def read_institutions() -> Mapping[str, Ways]:
    """What every state has, an army or a foreign ministry, in the form of `read_roles`."""
    return dict(_ways("institutions.txt"))


@once
def read_titles() -> Mapping[str, Mapping[str, Title]]:
    """State code or organisation's key -> language -> how roles name it."""
    return {key: {language: _title(text) for language, text in _by_language(cells)} for key, *cells in _rows("titles.txt")}


@once
def read_other_names() -> tuple[str, ...]:
    """Names of other things with an actor's name in them: New Mexico, Paris Agreement."""
    return tuple(name for (line,) in _rows("other_names.txt") for name in _split(line))


@once
def read_regions() -> Mapping[str, tuple[str, ...]]:
    """State and region ("US-AL"), or a state alone, -> its names and short forms, as they are written."""
    return {code: tuple(_split(names)) for code, names, *_towns in _rows("regions.txt") if code != _HOME}


@once
def read_homes() -> Mapping[str, str]:
    """Towns -> the state, or the state and region, where the one is that the name alone means."""
    return {town: cells[1] for cells in _rows("regions.txt") if cells[0] == _HOME for town in _split(cells[2])}


def _ways(table: str) -> Iterator[tuple[str, Ways]]:
    for role, *cells in _rows(table):
        yield role, {language: tuple(_split(ways)) for language, ways in _by_language(cells)}


def _person(names: str, surnames: str, offices: str) -> Person:
    first, *others = _spellings(names)
    more_surnames, more_names = (*_read_spellings().get(first.text, ()), "", "")[:2]
    full = dict.fromkeys([first, *others, *_spellings(more_names)])
    enough = dict.fromkeys([*_spellings(surnames), *_spellings(more_surnames)])
    return Person(person_id(first.text), tuple(full), tuple(enough), tuple(map(_office, _split(offices, ";"))))


def _office(text: str) -> Office:
    """Of "secretary-general@nato 2014-10-01..2024-09-30"."""
    where, _, period = text.partition(" ")
    role, _, at = where.partition("@")
    since, _, until = period.partition("..")
    return Office(role, at, date.fromisoformat(since), date.fromisoformat(until) if until else None)


def _title(text: str) -> Title:
    of, _, adjective = text.rpartition("/") if "/" in text else (text, "", "")
    return Title(tuple(_split(of)), adjective or None)


def _spellings(cell: str) -> tuple[Spelling, ...]:
    return tuple(_spelling(text) for text in _split(cell))


def _spelling(text: str) -> Spelling:
    bare = text.lstrip("?=!+").rstrip("*")
    marks = text[: len(text) - len(text.lstrip("?=!+"))]
    shape = marks.count("=")
    sure = {"unsure": "?" in marks, "exact": "!" in marks, "famous": "+" in marks}
    return Spelling(bare, text.endswith("*"), cased=shape == 1, as_written=shape > 1, **sure)


def _by_language(cells: list[str]) -> Iterator[tuple[str, str]]:
    for cell in cells:
        language, _, text = cell.partition(":")
        yield language, text.strip()


def _split(text: str, separator: str = ",") -> list[str]:
    return [part.strip() for part in text.split(separator) if part.strip()]


def _rows(name: str) -> Iterator[list[str]]:
    lines = (line for line in _text(name).splitlines() if line and not line.startswith("#"))
    return ([cell.strip() for cell in line.split("|")] for line in lines)


def _text(name: str) -> str:
    return files("service.matching").joinpath("data/actors", name).read_text("utf-8")
