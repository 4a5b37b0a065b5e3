"""A query's text, cut into tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import regex

from service.matching.query import METADATA, MOST_TIMES, SHORTEST_STEM, TEXT_FIELDS, USUAL_DISTANCE, WIDEST, Named, QueryError, Words
from service.matching.text import phrase_of

LONGEST_WORDS = 200  # characters of one word, phrase or name
QUOTES = '"“”„‟«»＂'
NAMES: Mapping[str, Literal["actor", "topic", "rule"]] = {"actor": "actor", "topic": "topic", "rule": "rule"}
FIELDS = TEXT_FIELDS | METADATA | NAMES.keys()
CAPITALS = regex.compile(r"and|or|not|(?:o?near|atleast)(?:/\d*+)?", regex.IGNORECASE)  # what the language has words for

_TOKEN = regex.compile(
    rf"(?P<space>\s++)|(?P<paren>[()])|(?P<quoted>=?[{QUOTES}](?P<inside>[^{QUOTES}]*+)(?P<closed>[{QUOTES}]?))"
    rf"|(?P<field>[^\W\d_]++:)|(?P<bare>[^\s(){QUOTES}]++)"
)
_UNPRINTABLE = regex.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\uD800-\uDFFF]")
_OPERATOR = regex.compile(r"(?P<name>AND|OR|NOT|O?NEAR|ATLEAST)(?:/(?P<number>.*))?", regex.DOTALL)
_ELSEWHERE = {  # what other query languages begin a word with
    "-": "to exclude a word write NOT before it",
    "!": "to exclude a word write NOT before it",
    "~": "for words near each other write: peace NEAR/5 deal",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One token at text[at:end]. `kind` is "(", ")", "AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST", "field" or "words".

    `number` is that of NEAR and ATLEAST, `field` the name before a colon; `leaf` is what "words" stand for.
    """

    kind: str
    at: int
    end: int
    text: str
    number: int = 0
    field: str = ""
    leaf: Words | Named | None = None


def tokens_of(text: str) -> list[Token]:
    """The tokens of a query, in order; `actor:`, `topic:` and `rule:` are one with the name behind them.

    Raises:
        QueryError: for quotes left open, unknown fields and operators, and words that can never be found.
    """
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        raise QueryError(unprintable.start(), unprintable.end(), "this character cannot be printed", "remove it")
    tokens = list(_named([_token(found) for found in _TOKEN.finditer(text) if not found["space"]]))
    _refuse_small_operators(tokens)
    return tokens


def named_in(query: str | None, kind: Literal["actor", "topic", "rule"]) -> list[tuple[Token, str]]:
    """What a query names behind `actor:`, `topic:` or `rule:`, with its token; nothing in one that is no query."""
    if query is None or f"{kind}:" not in query.lower():
        return []  # nearly all: an index asks this of every rule
    try:
        tokens = tokens_of(query)
    except QueryError:
        return []
    return [(token, token.leaf.name) for token in tokens if isinstance(token.leaf, Named) and token.leaf.kind == kind]


def names_in(query: str | None, kind: Literal["actor", "topic", "rule"]) -> tuple[str, ...]:
    """The names alone."""
    return tuple(name for _token, name in named_in(query, kind))


def _token(found: regex.Match[str]) -> Token:
    at, end = found.span()
    if found["paren"]:
        return Token(found[0], at, end, found[0])
    if found["field"]:
        return Token("field", at, end, found[0], field=_field(found))
    if found["quoted"]:
        if not found["closed"]:
            raise QueryError(at, end, "this quotation mark is never closed", 'close the phrase: "peace deal"')
        return Token("words", at, end, found[0], leaf=_words(found["inside"], at, end, cased=found[0][0] == "="))
    operator = _OPERATOR.fullmatch(found[0])
    if operator:
        return _operator(operator, at, end)
    return Token("words", at, end, found[0], leaf=_bare(found[0], at, end))


def _field(found: regex.Match[str]) -> str:
    name: str = found["field"][:-1].lower()
    if name not in FIELDS:
        hint = f"the fields are {', '.join(sorted(FIELDS))}; a colon inside a term needs quotation marks around the whole"
        raise QueryError(found.start(), found.end(), f'there is no field "{name}"', hint)
    return name


def _operator(found: regex.Match[str], at: int, end: int) -> Token:
    name, number = found["name"], found["number"]
    if name in ("AND", "OR", "NOT"):
        if number is not None:
            raise QueryError(at, end, f"{name} takes no number", f'write {name} alone, or "{found[0]}" in quotation marks')
        return Token(name, at, end, found[0])
    least, most = (1, MOST_TIMES) if name == "ATLEAST" else (0, WIDEST)
    if number is None and name != "ATLEAST":
        return Token(name, at, end, found[0], USUAL_DISTANCE)
    if not (number and number.isascii() and number.isdigit() and len(number) < 5 and least <= int(number) <= most):
        raise QueryError(at, end, f"{name}/ needs a number from {least} to {most}", f"write {name}/5")
    return Token(name, at, end, found[0], int(number))


def _bare(written: str, at: int, end: int) -> Words:
    if written[0] in _ELSEWHERE:
        raise QueryError(at, end, f'a term does not begin with "{written[0]}"', _ELSEWHERE[written[0]])
    cased = written[0] == "="
    return _words(written[cased:], at, end, cased=cased)


def _words(written: str, at: int, end: int, *, cased: bool) -> Words:
    words = " ".join(written.split())
    open_end = words.endswith("*")
    words = words[: len(words) - open_end].rstrip()
    phrase = phrase_of(words)
    if "*" in words or regex.search(r"\w\?\w", words):
        raise QueryError(at, end, "* can only stand at the end of a term, and ? nowhere", "write the beginning of the word: negotiat*")
    if open_end and (not phrase or len(phrase[-1]) < SHORTEST_STEM):
        raise QueryError(at, end, f"* needs at least {SHORTEST_STEM} letters before it", "write more of the word: negotiat*")
    if not phrase:
        raise QueryError(at, end, "there is no letter or digit to look for", "write at least one word")
    if len(words) > LONGEST_WORDS or sum(map(len, phrase)) > 2 * LONGEST_WORDS:
        raise QueryError(at, end, f"a term may have {LONGEST_WORDS} characters", "shorten it, or join shorter ones with NEAR")
    return Words(words, open_end, cased)


def _named(tokens: list[Token]) -> Iterator[Token]:
    """The tokens, with each `actor:`, `topic:` or `rule:` and the words behind it made one."""
    waiting: Token | None = None
    for token in tokens:
        if waiting is not None:
            yield _name(waiting, token)
            waiting = None
        elif token.field in NAMES:
            waiting = token
        else:
            yield token
    if waiting is not None:
        raise _nameless(waiting)


def _name(prefix: Token, token: Token) -> Token:
    leaf = token.leaf
    if not isinstance(leaf, Words) or leaf.open_end or leaf.cased:
        raise _nameless(prefix)
    return Token("words", prefix.at, token.end, prefix.text + token.text, leaf=Named(NAMES[prefix.field], leaf.written))


def _nameless(prefix: Token) -> QueryError:
    return QueryError(
        prefix.at, prefix.end, f"{prefix.text} needs a name behind it", f'write {prefix.text}"..." with the name, without * and ='
    )


def _refuse_small_operators(tokens: list[Token]) -> None:
    """`peace and deal` would look for the word "and", which hardly anybody means."""
    for before, token in pairwise(tokens[:-1]):
        if before.kind in ("words", ")") and token.kind == "words" and CAPITALS.fullmatch(token.text):
            word = token.text.upper()
            hint = f'write {word} in capitals, or "{token.text}" in quotation marks to look for the word'
            raise QueryError(token.at, token.end, f"{token.text} is a word here, as it is not in capitals", hint)
