"""Regions that tell towns of one name apart (Alabama, England), and where the town is that a name alone means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from service.matching.actor_tables import read_hand_kept_places, read_homes, read_regions, read_state_names, read_states
from service.matching.once import once
from service.matching.text import Phrase, phrase_of


def regions_called(written: str) -> frozenset[str]:
    """The regions ("US-AL") and states ("GB") that are called so: nothing in small letters, short forms in capitals or with their dot."""
    bare = written.strip()
    without_dots = bare.replace(".", "")
    short = _short_forms().get((without_dots if without_dots.isupper() else bare,), frozenset())
    return short | _names().get(phrase_of(bare), frozenset()) if bare[:1].isupper() else frozenset()


def ways_to_write(region: str) -> Iterator[Phrase]:
    """Its names and short forms, with dots and without: N.H., NH."""
    for name in read_regions().get(region) or (read_state_names()[region]["en"].replace("|", ""),):
        yield phrase_of(name)
        if name.isupper():
            yield tuple(name.casefold())


def homes_of(town: Phrase) -> frozenset[str]:
    """Where the town is that the name alone means: a state, or a region; nothing where that is not known."""
    return _homes().get(town, frozenset())


def is_in(region: str, other: str) -> bool:
    """Whether it is the other, or a region of it."""
    return region == other or region.startswith(other + "-")


def _is_short(name: str) -> bool:
    return name.isupper() or name.endswith(".")


@once
def _names() -> Mapping[Phrase, frozenset[str]]:
    states = ((phrase_of(name.replace("|", "")), code) for code, names in read_state_names().items() for name in names.values())
    return _filed((*states, *((phrase_of(name), code) for code, names in read_regions().items() for name in names if not _is_short(name))))


@once
def _short_forms() -> Mapping[Phrase, frozenset[str]]:
    return _filed(((name,), code) for code, names in read_regions().items() for name in names if _is_short(name))


@once
def _homes() -> Mapping[Phrase, frozenset[str]]:
    places = [(each, code) for code, several in read_hand_kept_places().items() for each in several]
    seats = [(each, code) for code, state in read_states().items() for each in state.related]
    known = _filed((phrase_of(each.text), code) for each, code in (*places, *seats) if not (each.open_end or each.cased))
    return {**known, **{phrase_of(town): frozenset([home]) for town, home in read_homes().items()}}


def _filed(pairs: Iterable[tuple[Phrase, str]]) -> dict[Phrase, frozenset[str]]:
    filed: dict[Phrase, set[str]] = {}
    for key, code in pairs:
        filed.setdefault(key, set()).add(code)
    return {key: frozenset(codes) for key, codes in filed.items()}
