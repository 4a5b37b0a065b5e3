"""The words that a compound is made of: Ukrainakriget is Ukraine and a war, rauhansopimusneuvottelut a peace agreement and talks.

Only in articles of languages that write so, and only where both sides are words that are known in that language: those of the concept
table, names of states, and some that compounds often begin or end with (data/compounds.txt). A word that the table has as it is, is no
compound: a trade war is what it says there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib.resources import files

from service.matching.actor_tables import read_organisations, read_state_names
from service.matching.attached import Inner
from service.matching.concepts import load_concepts
from service.matching.once import once
from service.matching.text import phrase_of

_SHORTEST = 9  # letters of a compound
_HALF = 4  # of each of its words
_LONG = 5  # of a word that has endings at the end of a compound
_ENDING = 3  # letters that an inflected word of the table may have behind its stem
_AGGLUTINATING = frozenset({"fi", "hu", "et"})  # of others a word with an ending is another word: a war memorial is of Krieger
_LONGEST_ENDING = 6  # behind the second word
_TABLES = {"no": "da", "nb": "da", "nn": "da"}  # whose words are in another language's
_REGIONS = frozenset({"territory", "region"})
_OF_STATES = {"da": ("da", "nb"), "de": ("de",), "nl": ("nl",), "sv": ("sv",)}  # others write them apart, or with a hyphen


@dataclass(frozen=True, slots=True)
class _Words:
    """Of one language: words as they are, beginnings of words, what may stand between two, and what else compounds begin and end with.

    `ending`: how many letters the first of two may have behind its beginning.
    """

    whole: frozenset[str]
    stems: frozenset[str]
    ending: int
    links: tuple[str, ...]
    first: frozenset[str]
    last: frozenset[str]


def compounds_of(language: str) -> Inner | None:
    """What tells the words of a compound, in normal form as it is; None of a language that does not write them as one."""
    code = language.strip().lower()[:2]
    known = _TABLES.get(code, code)
    return partial(words_in, known) if known in _settings() else None


@lru_cache(maxsize=50_000)
def words_in(language: str, word: str) -> tuple[str, ...]:
    """The two words that this one is made of, of which the first may be a compound again; none where it is no compound that we know."""
    words = _words(language)
    if len(word) < _SHORTEST or not word.isalpha() or _is_known(word, words, _ENDING):
        return ()
    for cut in range(_HALF, len(word) - _HALF + 1):
        second = word[cut:]
        if _ends_one(second, words) or _is_known(second, words, _LONGEST_ENDING):
            first = _first(word[:cut], words)
            if first:
                return (*first, second)
    return ()


def _first(written: str, words: _Words) -> tuple[str, ...]:
    """The first word of a compound, as it is and without what links it to the second; none if it is not known."""
    bare = [written.removesuffix(link) for link in words.links if written.endswith(link) and len(written) - len(link) >= _HALF]
    known = [each for each in (written, *bare) if each in words.first or _is_known(each, words, words.ending)]
    return tuple(dict.fromkeys((written, *known))) if known else ()


def _ends_one(written: str, words: _Words) -> bool:
    """Whether compounds often end so, in languages that hang many endings on a word with one of those."""
    stems = range(max(_LONG, len(written) - words.ending - 1), len(written)) if words.ending else ()
    return written in words.last or any(written[:length] in words.last for length in stems)


def _is_known(word: str, words: _Words, ending: int) -> bool:
    stems = range(max(_HALF, len(word) - ending), len(word) + 1)
    return word in words.whole or any(word[:length] in words.stems for length in stems)


@lru_cache(maxsize=16)
def _words(language: str) -> _Words:
    patterns = [
        (pattern.slots[0], pattern.open_end)
        for concept in load_concepts().concepts.values()
        for pattern in concept.patterns
        if pattern.language == language and len(pattern.slots) == 1 and not (pattern.weak or pattern.typed or pattern.cased)
    ]
    whole = {word for slot, open_end in patterns if not open_end for word in slot if len(word) >= _HALF}
    stems = {word for slot, open_end in patterns if open_end for word in slot if len(word) >= _HALF}
    names = (names.get(code, "") for names in read_state_names().values() for code in _OF_STATES.get(language, ()))
    phrases = [phrase_of(name.replace("|", "")) for name in names]
    if language in _OF_STATES:
        phrases += [phrase_of(name.text) for body in read_organisations().values() if body.kind in _REGIONS for name in body.names]
    states = {words[0] for words in phrases if len(words) == 1 and len(words[0]) >= _HALF}
    settings = _settings()[language]
    first, last = (frozenset(settings.get(kind, ())) for kind in ("first", "last"))
    ending = _ENDING if language in _AGGLUTINATING else 0
    return _Words(frozenset(whole), frozenset(stems), ending, settings.get("links", ()), first | states, last)


@once
def _settings() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Language -> "links", "first" or "last" -> what the table has."""
    settings: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in files("service.matching").joinpath("data/compounds.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, kind, *words = line.split()
            settings.setdefault(language, {})[kind] = tuple(words)
    return settings
