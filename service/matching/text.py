"""Text to words with offsets and normal forms, in every script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple
from unicodedata import decimal, normalize

import regex

from service.matching.han import SIMPLIFIED

MATCHED_LENGTH = 32_000  # characters of one field that are matched; the rest of a longer one is not read
_LONGEST_WORD = 200  # characters of one word that count: normalising long runs of marks is quadratic
_CACHED_WORD = 64  # longer words are rare and would let hostile text fill the cache

Phrase = tuple[str, ...]  # the forms of consecutive words
Span = tuple[int, int]  # where a word begins and ends


class Word(NamedTuple):
    """A word's normal form and where it stands: code-point offsets into the original text."""

    form: str
    start: int
    end: int


# Scripts written without spaces: each character, with its marks, is a word, so a phrase is found as a substring.
# Numbers, too: NFKC takes the brackets from ㈠.
_UNSPACED = r"[[\p{L}\p{Nl}\p{No}]&&[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]&&[^ﾞﾟ]]"
# U+02B9 to U+02BF are letters to Unicode and apostrophes to writers (Ukrainian, Hawaiian).
_LETTER = rf"[[\p{{L}}\p{{N}}]--\p{{DI}}--[\u02B9-\u02BFﾞﾟ]--{_UNSPACED}]"
_REST = rf"[[\p{{L}}\p{{N}}\p{{M}}]--\p{{DI}}--[\u02B9-\u02BF]--{_UNSPACED}]"
# \p{DI}: soft hyphens, zero-width and bidi characters, which readers do not see. U+0345: a mark, and a Greek letter when it is folded.
_ANY_SCRIPT = rf"{_LETTER}{_REST}*+(?:\p{{DI}}++{_REST}++)*+|(?=[^\x00-\x7F]){_UNSPACED}[[\p{{M}}ﾞﾟ]--\u0345]*+"
# Plain ASCII words first: testing a character against the large sets takes most of the time.
_WORD = regex.compile(rf"(?V1)[A-Za-z0-9]++(?![^\x00-\x7F])|(?![\x00-\x2F])(?:{_ANY_SCRIPT})")

_PLAIN_WORD = re.compile("[a-z0-9]+")
_SIGNS = "“”‘’«»–—…•·€£°\u00a0\u202f"
_LATIN_LETTERS = re.compile("[À-ÖØ-öø-ɏ]")  # with their accents: each a part of a word, as "x" is

_IGNORED = regex.compile(r"\p{DI}|\p{Me}")
_NOT_IN_WORDS = regex.compile(r"[^\p{L}\p{N}\p{M}]|[\u02B9-\u02BF]")  # NFKC writes some letters as several words: U+FDFA
_DIGIT = regex.compile(r"\p{Nd}")
_ACCENTS = regex.compile(r"([\p{Latin}\p{Greek}\p{Hebrew}])\p{M}+")
_STRESS = regex.compile(r"(?<=[аеиоуыэюяієѣѵ]\p{Mn}*)[\u0300\u0301\u030F\u0311]|(?<=е)\u0308")
_ARABIC_SIGNS = regex.compile(
    r"[\u0610-\u061A\u0640\u064B-\u0652\u0656-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E4\u06E7\u06E8\u06EA-\u06ED]|(?<=ا)[\u0653-\u0655]"
)
# Letters that Unicode does not take apart. The Arabic ones are one letter on the keyboards of two languages.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "n", "ı": "i", "ĸ": "k"}
    | {"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ی": "ي", "ى": "ي", "ک": "ك"}
)
_LETTERS.update(SIMPLIFIED)
# What writers of Hindi put in or leave out: the dot below, one sign or another for a nasal vowel, a nasal consonant or a sign for it.
_INDIC = regex.compile(r"[\u0900-\u097F]")
_DOT_BELOW = "\u093c"
_NASAL = regex.compile(r"\u0901|(?<=.)[ङञणनम]\u094D(?=[क-घच-झट-ढत-धप-भ])")
_NASAL_SIGN = "\u0902"

# Letters of scripts without spaces that NFKC takes apart, into what would be two words, or into a mark that begins none.
_WHOLE = (
    ("\u0e4d\u0e32", "\u0e33"),  # Thai and Lao am
    ("\u0ecd\u0eb2", "\u0eb3"),
    ("\u0eab\u0e99", "\u0edc"),  # Lao ho no and ho mo
    ("\u0eab\u0ea1", "\u0edd"),
    ("\u3088\u308a", "\u309f"),  # the digraphs yori and koto
    ("\u30b3\u30c8", "\u30ff"),
)


def words_of(text: str, most: int = MATCHED_LENGTH) -> list[Word]:
    """The words of the first 32,000 characters of `text`, `most` of them, in order; no two overlap.

    Punctuation, hyphens and apostrophes of all kinds split words; characters that nobody sees (soft hyphens,
    zero-width and bidi characters) do not, and are left out of the form. See `_UNSPACED` for scripts without spaces.
    """
    plain = _plain(text[:MATCHED_LENGTH])
    if len(text) <= MATCHED_LENGTH and plain.isascii():
        return [Word(match[0][:_LONGEST_WORD], *match.span()) for match in islice(_PLAIN_WORD.finditer(plain.lower()), most)]
    matches = _WORD.finditer(text, endpos=MATCHED_LENGTH)
    words = list(islice((Word(form, *match.span()) for match in matches if (form := form_of(match[0]))), most))
    if len(text) > MATCHED_LENGTH and words and words[-1].end == MATCHED_LENGTH:
        del words[-1]  # probably half a word
    return words


def forms_of(text: str, most: int = MATCHED_LENGTH) -> list[str]:
    """The forms of `words_of(text, most)`, several times faster for not telling where they stand."""
    if len(text) > MATCHED_LENGTH:
        return [form for form, _start, _end in words_of(text, most)]
    plain = _plain(text)
    if not plain.isascii():
        return _forms_of_pieces(text.split(), most)
    forms = _PLAIN_WORD.findall(plain.lower())[:most]
    return forms if max(map(len, forms), default=0) <= _LONGEST_WORD else [form[:_LONGEST_WORD] for form in forms]


def spans_of(text: str, most: int = MATCHED_LENGTH) -> list[Span]:
    """Where the `words_of(text, most)` stand, several times faster for not telling their forms."""
    plain = _LATIN_LETTERS.sub("x", _plain(text))
    if len(text) > MATCHED_LENGTH or not plain.isascii():
        return [(start, end) for _form, start, end in words_of(text, most)]
    return [match.span() for match in islice(_PLAIN_WORD.finditer(plain.lower()), most)]


def _forms_of_pieces(pieces: Sequence[str], most: int) -> list[str]:
    if max(map(len, pieces), default=0) <= _CACHED_WORD:
        return list(chain.from_iterable(map(_cached_phrase, pieces)))[:most]
    return list(islice((form for piece in pieces for form in _forms_of_piece(piece)), most))


def _forms_of_piece(piece: str) -> Iterable[str]:
    if len(piece) <= _CACHED_WORD:
        return _cached_phrase(piece)
    return (form for match in _WORD.finditer(piece) if (form := form_of(match[0])))  # one by one: a text may be one piece


def _plain(text: str) -> str:
    """The text with spaces for the signs that typesetters put into a text of plain letters, none of them part of a word."""
    if not text.isascii():
        for sign in _SIGNS:
            text = text.replace(sign, " ")
    return text


def phrase_of(term: str) -> Phrase:
    """The forms that `term`, as a user wrote it, has in a text; empty when it holds no word at all."""
    return _cached_phrase(term) if len(term) <= _CACHED_WORD else _phrase(term)


def _phrase(term: str) -> Phrase:
    letters = term.replace(" ", "")
    if letters.isascii() and letters.isalnum():  # most of the tables' names, and their words stand as they are
        return tuple([word[:_LONGEST_WORD] for word in term.lower().split()])
    return tuple([form for raw in _WORD.findall(term) if (form := form_of(raw))])


def form_of(raw: str) -> str:
    """The form of one word as a text has it, or as NFKC leaves it, which takes some words apart."""
    return _cached_form(raw) if len(raw) <= _CACHED_WORD else _fold(raw)


def _fold(raw: str) -> str:
    """NFKC, casefolded, without what writers of the same word leave out: accents of Latin and Greek letters, points
    and harakat, stress marks, the dot below of Hindi. Marks that make another letter stay: й, ї, the vowel signs of Indic scripts.

    The dotted and the dotless i of Turkish are both folded to i, since readers of other languages write them so. Chinese characters are
    folded to those of the mainland.
    """
    if raw.isascii():
        return raw[:_LONGEST_WORD].lower()
    shown = _IGNORED.sub("", raw)[:_LONGEST_WORD]
    apart = normalize("NFKD", normalize("NFKC", shown).casefold())
    bare = _ARABIC_SIGNS.sub("", _STRESS.sub("", _ACCENTS.sub(r"\1", apart)))
    digits = _DIGIT.sub(lambda digit: str(decimal(digit[0], digit[0])), bare)  # some are younger than Python's tables
    form: str = _NOT_IN_WORDS.sub("", normalize("NFKC", digits))
    if _INDIC.search(form):
        form = _NASAL.sub(_NASAL_SIGN, form.replace(_DOT_BELOW, ""))
    for parts, letter in _WHOLE:
        form = form.replace(parts, letter)
    return form.translate(_LETTERS)


# News repeats its words, and rules are asked for the same names again and again: most look-ups end here.
_cached_form = lru_cache(maxsize=100_000)(_fold)
_cached_phrase = lru_cache(maxsize=50_000)(_phrase)
