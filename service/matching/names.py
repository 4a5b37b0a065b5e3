"""How the press writes a name that stands in no pack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

import regex

from service.matching.cases import given_name_cases, inflections, stem_without_vowel
from service.matching.forms import Form
from service.matching.name_spellings import names_elsewhere, surname_elsewhere
from service.matching.text import Phrase, phrase_of

FULL, INFLECTED, INITIALS, SURNAME, SCRIPT = 1.0, 0.97, 0.9, 0.8, 0.75

_LONGEST_NAME = 5  # words
_SHORTEST_SURNAME = 3
_SHORTEST_PLURAL = 5
_SHORTEST_SHORT_STEM = 5
_SHORTEST_STEM = 6  # a shorter one begins other words: trump, trumpet
_LONG_ENOUGH_TO_CUT = 5
_LETTERS = regex.compile(r"\p{L}[\p{L}\p{M}]*")  # Indic vowels are marks
_SLAVIC_OR_GERMAN = regex.compile(r"[a-z]+|\p{Cyrillic}+", regex.V1)


def forms_of_name(name: str, *, cases: bool = True) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """What finds the bearer of `name` by itself, and what does so only in an article that has one of those: the surname.

    The name as written, its inflections, initials and transliteration are of the first kind. A name that does not look
    like a person's, or of more than five words, has only itself; one of no word at all has nothing. Without `cases` first
    names are not inflected: enough where names are told by initials, and most of the forms are such cases.
    """
    words = phrase_of(name)
    if not words:
        return (), ()
    literal = Form(words, FULL, "name", cased=is_acronym(name))
    bare = _without_article(words)
    if bare != words:
        return (literal, *_plural_forms(bare)), ()
    person = _person(words)
    if len(person) == 1 < len(words):
        return (literal,), tuple(_surname_forms(person))  # Pope Francis, Prime Minister Popescu
    if len(person) == 1:
        literal = literal._replace(named=is_proper(name))
        return (literal, *(form._replace(named=literal.named) for form in _word_forms(person[0], literal.cased))), ()
    if not 1 < len(person) <= _LONGEST_NAME:
        return (literal,), tuple(_short_forms(words))
    surname = surname_of(person)
    given = person[: len(person) - len(surname)] if person[-1] == surname[-1] else ()
    full = dict.fromkeys([literal, *_full_forms(person, given, surname, cases), *_with_fathers_surname(person)])
    return tuple(full), tuple(dict.fromkeys([*_surname_forms(surname), *_fathers_surname(person)]))


def surname_of(words: Phrase) -> Phrase:
    """The part of a person's full name, of two words or more, that an article uses alone; with its particle ("von der Leyen")."""
    if words[0] in name_words("family"):
        return words[:1]
    for number, word in enumerate(words[1:-1], start=1):
        if word in name_words("particle"):
            return words[number:]
    return words[-1:]


def untitled(words: Phrase) -> Phrase:
    """The name without the titles that come before it and "Jr" behind it; whole if nothing would be left."""
    start, end = 0, len(words)
    while start < end and words[start] in name_words("title"):
        start += 1
    while end > start + 1 and words[end - 1] in name_words("suffix"):
        end -= 1
    return words[start:end] or words


def _without_article(words: Phrase) -> Phrase:
    """The Rolling Stones, the Zetas; but the Sun, the Who and the Times keep theirs."""
    rest = words[1:]
    if not rest or words[0] not in name_words("article"):
        return words
    return rest if len(rest) > 1 or (_is_plural(rest[0]) and rest[0] not in name_words("thing")) else words


def _is_plural(word: str) -> bool:
    return len(word) >= _SHORTEST_PLURAL and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _plural_forms(words: Phrase) -> Iterator[Form]:
    yield Form(words, INFLECTED, "name")
    if len(words) == 1:
        yield Form((words[0].removesuffix("s"),), INFLECTED, "inflection")


def _short_forms(words: Phrase) -> Iterator[Form]:
    """Ferriter for Ferriter Group: a thing's name without the words that say what it is."""
    end = len(words)
    while end > 1 and words[end - 1] in name_words("legal") | name_words("tail"):
        end -= 1
    if end < len(words) and name_words("thing").isdisjoint(words[:end]) and len(words[end - 1]) >= _SHORTEST_SURNAME:
        yield Form(words[:end], SURNAME, "name")


def _fathers_surname(person: Phrase) -> Iterator[Form]:
    """García Márquez, and García, of Gabriel García Márquez."""
    if len(person) > 2 and person[0] in name_words("iberian") and not {person[-2]} & (name_words("iberian") | name_words("particle")):
        yield Form(person[-2:], SURNAME, "surname")
        yield from inflected_forms(person[-2:-1], SURNAME, "surname")


def _with_fathers_surname(person: Phrase) -> Iterator[Form]:
    """Claudia Sheinbaum, of Claudia Sheinbaum Pardo."""
    if any(_fathers_surname(person)):
        yield Form(person[:-1], INITIALS, "name")


def is_acronym(name: str) -> bool:
    """Whether it is so short, and in capitals, that written small it would be another word: ICE, WHO, US."""
    bare = name.strip()
    return len(bare) <= _SHORTEST_SURNAME and bare.isascii() and bare.isalpha() and bare.isupper()


def is_proper(name: str) -> bool:
    """Whether it is typed with a capital, so that what an article writes small is another word: Gap, Boots."""
    return name.strip()[:1].isupper()


def dotted(acronym: str) -> Form:
    """U.S. for US: its letters, each a word."""
    return Form(tuple(acronym.casefold()), FULL, "name", cased=True)


def inflected_forms(words: Phrase, weight: float, kind: str) -> Iterator[Form]:
    """The surname with the endings of its last word: one form with an open end where the stem is long, else one for each."""
    stem = _stem(words[-1])
    if len(stem) >= _SHORTEST_STEM:
        yield from (Form((*words[:-1], each), weight, kind, open_end=True, named=True) for each in _stems(words[-1]))
    else:
        yield from (Form((*words[:-1], form), weight, kind, open_end, named=True) for form, open_end in inflections(words[-1]))


def _person(words: Phrase) -> Phrase:
    """The words of a person's name, or nothing where it is something else's."""
    bare = untitled(words)
    looks_like_one = all(map(_LETTERS.fullmatch, bare)) and name_words("thing").isdisjoint(bare)
    return bare if looks_like_one else ()


def _word_forms(word: str, cased: bool) -> Iterator[Form]:
    if cased:
        yield dotted(word)
    else:
        yield from (Form((form,), INFLECTED, "inflection", open_end) for form, open_end in inflections(word) if open_end or form != word)


def _full_forms(person: Phrase, given: Phrase, surname: Phrase, cases: bool) -> Iterator[Form]:
    yield Form(person, FULL, "name", open_end=_inflects(person))
    if given and len(given[0]) > 1:
        yield from _inflected(given, surname, cases)
        yield Form((*(word[0] for word in given), *surname), INITIALS, "name")
        if len(given) > 1:
            yield Form((given[0], *surname), INITIALS, "name")  # George W. Bush: George Bush
            yield Form((given[0], *(word[0] for word in given[1:]), *surname), INITIALS, "name")
    for words in names_elsewhere(person):
        yield Form((*words[:-1], _stem(words[-1])), SCRIPT, "script", open_end=_inflects(words))


def _inflected(given: Phrase, surname: Phrase, cases: bool) -> Iterator[Form]:
    """Marka Ruttego, Марком Рютте."""
    if _inflects(surname) and _SLAVIC_OR_GERMAN.fullmatch(given[-1]):
        stems = tuple(_stems(surname[-1]))
        for form in given_name_cases(given[-1]) if cases else given[-1:]:
            for stem in stems:
                yield Form((*given[:-1], form, *surname[:-1], stem), INFLECTED, "inflection", open_end=True)


@lru_cache(maxsize=4_000)  # the aliases of an actor repeat it
def _surname_forms(surname: Phrase) -> Sequence[Form]:
    forms = [*inflected_forms(surname, SURNAME, "surname")]
    if len(surname) > 1 and len(surname[-1]) >= _SHORTEST_SURNAME:
        forms += inflected_forms(surname[-1:], SURNAME, "surname")  # de Moraes, and Moraes
    return [*forms, *(form for word in surname_elsewhere(surname[-1]) for form in inflected_forms((word,), SCRIPT, "script"))]


def _inflects(words: Phrase) -> bool:
    _, open_end = inflections(words[-1])[0]
    return open_end or len(words[-1]) > _SHORTEST_SURNAME


def _stem(word: str) -> str:
    """What the inflected forms of a surname have in common, at least four letters of it."""
    stems = [form for form, open_end in inflections(word) if open_end]
    if stems:
        return stems[0]
    return word[:-1] if len(word) >= _LONG_ENOUGH_TO_CUT and word[-1] in "aаяйьо" else word


def _stems(word: str) -> Iterator[str]:
    yield _stem(word)
    without_vowel = stem_without_vowel(word)
    if without_vowel and len(without_vowel) >= _SHORTEST_SHORT_STEM:
        yield without_vowel


@lru_cache(maxsize=16)
def name_words(kind: str) -> frozenset[str]:
    """The words of one kind from the package's table: "title", "particle", "former" and so on."""
    table = files("service.matching").joinpath("data/actors/name_words.txt").read_text("utf-8")
    lines = (line.partition(": ") for line in table.splitlines())
    return frozenset(form for name, _, words in lines if name == kind for form in phrase_of(words))
