"""How the press writes a name that stands in no pack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import regex

from service.matching.cases import given_name_cases, inflections, stem_without_vowel
from service.matching.forms import Form
from service.matching.name_parts import name_words, surname_of, turned, untitled, without_legal_form
from service.matching.name_spellings import names_elsewhere, spelled_in_full, surname_elsewhere
from service.matching.name_variants import variants, with_initials_apart, without_patronymic
from service.matching.text import Phrase, phrase_of
from service.matching.typed_names import in_brackets

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
    sure, unsure = _forms_as_typed(name, cases)
    for other in (*spelled_in_full(name), *turned(name), *_bracketed(name)):
        forms, further = _forms_as_typed(other, cases)
        sure, unsure = (*sure, *(form for form in forms if form not in sure)), (*unsure, *(form for form in further if form not in unsure))
    return sure, unsure


def _bracketed(name: str) -> Iterator[str]:
    """Tallis Institute, and its acronym, of "Tallis Institute (TIN)"."""
    if parts := in_brackets(name):
        yield parts[0]
        yield from (each for each in parts[1:] if each.isalpha() and each.isupper())


def _forms_as_typed(name: str, cases: bool) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    words = phrase_of(name)
    if not words:
        return (), ()
    literal = Form(words, FULL, "name", cased=is_acronym(name), named=is_proper(name))  # Gap, and mind the gap
    bare = _without_article(words)
    if bare != words:
        return (literal, *_plural_forms(bare)), ()
    person = () if _has_legal_form(name, words) else _person(words)
    if len(person) == 1 < len(words):
        return (literal,), tuple(_surname_forms(person))  # Pope Francis, Prime Minister Popescu
    if len(person) == 1:
        return (literal, *(form._replace(named=literal.named) for form in _word_forms(person[0], literal.cased))), ()
    if not 1 < len(person) <= _LONGEST_NAME:
        sure, unsure = _short_forms(words)
        return (literal, *sure), unsure
    surname = surname_of(person)
    given = person[: len(person) - len(surname)] if person[-1] == surname[-1] else ()
    apart = with_initials_apart(name)
    initials = [Form(apart, INITIALS, "name")] if apart else []
    full = dict.fromkeys([literal, *initials, *_full_forms(person, given, surname, cases), *_with_fathers_surname(person)])
    if literal.named:
        full = dict.fromkeys(form._replace(named=True) for form in full)
    return tuple(full), tuple(dict.fromkeys([*_surname_forms(surname), *_fathers_surname(person)]))


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


def _short_forms(words: Phrase) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """Ferriter for Ferriter Ltd, which headlines leave out, and, beside the whole name, for Ferriter Group: without what it is."""
    without = without_legal_form(words)
    sure = [Form(without, INFLECTED, "name", named=len(without) == 1)] if len(without) < len(words) else []
    end = len(without)
    while end > 1 and without[end - 1] in name_words("tail"):
        end -= 1
    is_short = end < len(without) and name_words("thing").isdisjoint(without[:end]) and len(without[end - 1]) >= _SHORTEST_SURNAME
    return tuple(sure), (Form(without[:end], SURNAME, "name", named=end == 1),) if is_short else ()


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
    """Whether it is one word, after an article or not, typed with a capital: what is written small is another word, as gap is.

    Or several of which each is a word, all with capitals: Just Eat, Save the Children.
    """
    before, _, word = name.strip().rpartition(" ")
    if not word[:1].isupper():
        return False
    if not before or before.casefold() in name_words("article"):
        return True
    words = [each for each in name.split() if each.casefold() not in name_words("article")]
    return all(each[0].isupper() and each.casefold() in name_words("also-a-word-en") for each in words)


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


def _has_legal_form(name: str, words: Phrase) -> bool:
    """Whether it ends in one, in capitals or with full stops, so that it is no surname: Ferriter ASA."""
    *_before, last = name.split()
    return (last.isupper() or "." in last.strip(".")) and len(without_legal_form(words)) < len(words)


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
    others = dict.fromkeys(each for each in variants(person) if each != person) if given else ()
    yield from (Form(words, INITIALS, "name", open_end=_inflects(words)) for words in others)
    for words in dict.fromkeys((*names_elsewhere(person), *names_elsewhere(without_patronymic(person)))):
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
