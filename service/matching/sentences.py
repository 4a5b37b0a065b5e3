"""Where sentences and paragraphs begin, in every script."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.resources import files

from service.matching.text import Span, Word, phrase_of

LONGEST = 60  # words; a text without stops has nearness too
_LONGEST_UNSPACED = 120  # a Chinese or Thai word is a character
_LETTERS_A_WORD = 3  # with less text to a word, the script is one without spaces

_ORDINAL = 2  # digits: "am 3. Mai"
_NO_ORDINAL = frozenset("-–:,./")  # before the digits: a score, a time or an amount ends there

# Stops of scripts that have no capitals, and bullets: always an end. Then stops that may be something else.
_CLEAR = "。！？｡．؟۔।॥։።፧፨។៕။།༎•▪■●‣►|"
_UNCLEAR = ".!?…;"
_CLOSING = "\"'”’»«“)\\]}」』）］】》〉"
# The run of stops is looked at once, from its first: megabytes of dots take linear time. 」と, and speech goes on: no end.
_STOP = re.compile(
    rf"[\n{re.escape(_CLEAR + _UNCLEAR)}](?:"
    r"(?<=\n)(?P<lines>\s*+)"
    rf"|(?<=[{_CLEAR}])(?<!\S\|)(?!(?<=．)\d)[{_CLEAR}…]*+[{_CLOSING}]*+(?!(?<=[」』])と)"
    r"|(?<=;)(?<=[Ͱ-Ͽἀ-῿];)(?P<greek>(?=\s))"
    rf"|(?<=[.!?…])(?<![.!?…].)(?P<western>[.!?…]*+[{_CLOSING}]*+(?:(?=\s|\Z)|(?<=[!?])(?=[぀-ヿ一-鿿])|(?<=[^\W\d_][^\W\d_]\.)(?=[A-ZА-Я])))"
    r")"
)
_SEMICOLONS = ";；؛"


def sentences_of(text: str, forms: Sequence[str], spans: Sequence[Span]) -> list[int]:
    """The numbers of the words of `text` with which its sentences begin, ascending, 0 first; none where there are no words.

    `forms` and `spans` are those of its words: what they are, and where they stand.
    A stop after an abbreviation, an initial or an ordinal, or before a small letter, ends nothing; a closing quotation
    mark belongs to the sentence before it. A line of the text is a paragraph, so it ends a sentence, too. A sentence of
    more than 60 words (120 characters where each is a word) is cut, at a semicolon if it has one. Takes linear time.
    """
    if not spans:
        return []
    starts = [0]
    for stop in _STOP.finditer(text, spans[0][1], spans[-1][1]):
        first = bisect_left(spans, (stop.end(),), starts[-1])
        if starts[-1] < first < len(spans) and _ends_sentence(text, stop, first, forms, spans):
            starts.append(first)
    return list(_without_long(text, spans, starts))


def paragraphs_of(text: str, spans: Sequence[Span]) -> list[int]:
    """The numbers of the words with which the lines of `text` begin, ascending, 0 first; none where there are no words."""
    if not spans:
        return []
    starts = [0]
    at = text.find("\n", spans[0][1])
    while 0 <= at < spans[-1][0]:
        starts.append(bisect_left(spans, (at,), starts[-1]))
        at = text.find("\n", spans[starts[-1]][1])
    return starts


def _ends_sentence(text: str, stop: re.Match[str], first: int, forms: Sequence[str], spans: Sequence[Span]) -> bool:
    """Whether a sentence ends at the stop before the word `first`."""
    goes_on_small = text[spans[first][0]].islower()
    if stop["lines"] is not None:
        return "\n" in stop["lines"] or not goes_on_small  # a line broken for its length goes on small
    if stop["western"] is None and stop["greek"] is None:
        return True
    if goes_on_small:
        return False
    end = spans[first - 1][1]
    only_a_dot = end == stop.start() and text[end] == "." and text[end + 1 : end + 2] not in (".", "…")
    return not (only_a_dot and _is_shortened(text, Word(forms[first - 1], *spans[first - 1]), forms[first]))


def _is_shortened(text: str, word: Word, after: str) -> bool:
    """Whether the dot between `word` and `after` rather belongs to the word: an initial, an abbreviation, an ordinal."""
    preceding = text[word.start - 1] if word.start else ""
    one_letter = word.end - word.start == 1
    if word.form in _listed("title") or (one_letter and preceding != "." and text[word.start].isupper()):
        return True
    if after in _listed("starter"):
        return False
    if word.form.isdigit():
        return len(word.form) <= _ORDINAL and preceding not in _NO_ORDINAL
    if word.form in _listed("numbered") and after[0].isdigit():
        return True
    return word.form in _listed("abbreviation") or (one_letter and preceding == ".")


def _without_long(text: str, spans: Sequence[Span], starts: Sequence[int]) -> Iterator[int]:
    """The starts, and those at which sentences that are too long are cut."""
    for start, end in zip(starts, (*starts[1:], len(spans)), strict=True):
        first = start
        yield first
        while end - first > (longest := _longest(spans, first)):
            first = _cut(text, spans, first, first + longest)
            yield first


def _longest(spans: Sequence[Span], first: int) -> int:
    last = min(first + LONGEST, len(spans) - 1)
    spaced = spans[last][0] - spans[first][0] > (last - first) * _LETTERS_A_WORD
    return LONGEST if spaced else _LONGEST_UNSPACED


def _cut(text: str, spans: Sequence[Span], first: int, end: int) -> int:
    """The word after the last semicolon between the words `first` and `end`, or `end` where there is none."""
    begin, limit = spans[first][1], spans[end][0]
    at = max(text.rfind(sign, begin, limit) for sign in _SEMICOLONS)
    return end if at < 0 else bisect_left(spans, (at,), first, end)


@lru_cache(maxsize=4)
def _listed(kind: str) -> frozenset[str]:
    """The words of one kind from the package's table, in normal form."""
    table = files("service.matching").joinpath("data/sentence_words.txt").read_text("utf-8")
    lines = (line.partition(": ") for line in table.splitlines())
    return frozenset(form for name, _, words in lines if name.split(" ")[0] == kind for form in phrase_of(words))
