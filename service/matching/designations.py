"""Letters and numbers that stand for a thing, written in several ways: F-16, F16 and F-16s; two-state and 2-state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from service.matching.text import Phrase, Word

_JOINED = regex.compile(r"([a-z]{1,5})(\d{1,4})(s?)")
_LETTERS, _DIGITS = regex.compile("[a-z]{1,3}"), regex.compile(r"(\d{1,4})s?")
_NUMBERS = {
    "2": ("two", "zwei", "deux", "dos"),
    "3": ("three", "drei", "trois", "tres"),
    "4": ("four", "vier", "quatre", "cuatro"),
    "5": ("five", "funf", "cinq", "cinco"),
    "6": ("six", "sechs"),
    "7": ("seven", "sieben", "sept", "siete"),
    "8": ("eight", "acht", "huit", "ocho"),
    "9": ("nine", "neun", "neuf", "nueve"),
    "10": ("ten", "zehn", "dix", "diez"),
}
_DIGIT_OF = {word: digits for digits, words in _NUMBERS.items() for word in words if word != "dos"}  # Portuguese for "of the"


def in_one_number(words: Sequence[Word]) -> list[Word]:
    """A topic's words with designations in the singular: F16 of "F16s", F-16 of "F-16s"."""
    forms = [word.form for word in words]
    ends = [form.endswith("s") and _is_designation(forms[max(at - 1, 0) : at], form) for at, form in enumerate(forms)]
    return [word._replace(form=word.form[:-1]) if plural else word for word, plural in zip(words, ends, strict=True)]


def other_ways(phrase: Phrase) -> Iterator[Phrase]:
    """How else the press writes the phrase, if a designation or a small number is in it; most phrases have no other ways."""
    for at, word in enumerate(phrase):
        before, after = phrase[:at], phrase[at + 1 :]
        if word[-1:].isdigit() and not word.isdigit():
            if joined := _JOINED.fullmatch(word):
                yield (*before, joined[1], joined[2], *after)
        elif word.isdigit() and before and _LETTERS.fullmatch(before[-1]):
            yield (*before[:-1], before[-1] + word, *after)
        if len(phrase) > 1:
            yield from ((*before, number, *after) for number in _NUMBERS.get(word, ()))
            if word in _DIGIT_OF:
                yield (*before, _DIGIT_OF[word], *after)


def all_ways(phrase: Phrase) -> tuple[Phrase, ...]:
    """The phrase and other ways to write it, in either number where it ends in a designation."""
    *before, last = phrase
    if last.endswith("s") and _is_designation(before[-1:], last):
        phrase = (*before, last[:-1])
    ways = (phrase, *other_ways(phrase))
    return (*ways, *((*way[:-1], way[-1] + "s") for way in ways if way[-1][-1:].isdigit() and _is_designation(way[-2:-1], way[-1])))


def _is_designation(before: Sequence[str], last: str) -> bool:
    return bool(_JOINED.fullmatch(last) or (before and _LETTERS.fullmatch(before[0]) and _DIGITS.fullmatch(last)))
