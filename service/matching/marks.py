"""What a phrase may ask of its words besides their forms, as marks on them: `ukrain*`, `=US`, `source:reuters`.

No form holds such a sign, so marked phrases live beside plain ones in every table, and cost nothing where they are not used.
"""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import normalize

import regex

from service.matching.text import Phrase, Span, form_of, phrase_of, spans_of

OPEN, CASED, JOINED = "*", "=", "^"
_UNSEEN = regex.compile(r"\p{DI}")


def open_ended(phrase: Phrase) -> Phrase:
    """The phrase, whose last word may go on for a few letters."""
    return (*phrase[:-1], phrase[-1] + OPEN) if phrase else phrase


def in_capitals(phrase: Phrase) -> Phrase:
    """The phrase, only where the text writes it in capitals."""
    return tuple(CASED + form.upper() for form in phrase)


def in_any_case(phrase: Phrase) -> Phrase:
    """The phrase without what it asks for of capitals and accents."""
    return tuple(_in_any_case(item) if CASED in item else item for item in phrase)


def as_written(written: str) -> Phrase:
    """The words of `written`, only where the text writes them with these capitals and accents."""
    return shapes_of(written, spans_of(written))


def shapes_of(text: str, spans: Iterable[Span]) -> Phrase:
    """The words at these places of `text` as they are written, marked; compatibility forms are made one, unseen characters left out."""
    return tuple(CASED + _shape(text[start:end]) for start, end in spans)


def after(beginning: str, word: str) -> str:
    """`word` where the word before it begins so, or is the first letter of that: what all ways to write a full name have in common.

    A phrase book takes reading.HEAD letters of a beginning at most.
    """
    return f"{beginning}{JOINED}{word}"


def comes_after(before: str, beginning: str) -> bool:
    """Whether `before` is such a word."""
    return before.startswith(beginning) or before == beginning[0]


def known_about(field: str, phrase: Phrase) -> Phrase:
    """The phrase, only in what is known about the article: its source, its author."""
    return tuple(f"{field}:{form}" for form in phrase)


def _in_any_case(item: str) -> str:
    field, _, shape = item.rpartition(CASED)
    word = shape.removesuffix(OPEN)
    form = "".join(phrase_of(word)) if word.isascii() else form_of(word)  # of one word, though NFKC makes "(10)" of "⑽"
    return field + form + (OPEN if word != shape else "")


def _shape(raw: str) -> str:
    return raw if raw.isascii() else normalize("NFKC", _UNSEEN.sub("", raw))
