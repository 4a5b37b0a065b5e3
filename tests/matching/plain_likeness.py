"""What one article has in common with another, said plainly over sets of words: what arrays have to come to as well."""

from __future__ import annotations

from collections.abc import Callable
from math import log1p, sqrt

from service.matching.prints import Print

Square = Callable[[str], float]

ACTORS = ("state:", "person:", "org:", "office:")


def plain_features(one: Print, other: Print, square: Square, cosine: float | None) -> dict[str, float]:
    """The features of two prints; `square`: of the weight of a term."""
    hours = abs((one.at - other.at).total_seconds()) / 3600
    titles, texts = (set(one.title), set(other.title)), ({*one.title, *one.lede}, {*other.title, *other.lede})
    title, two_languages = alike(*titles, square), float("" != one.language != other.language != "")
    return {
        "title": title,
        "across": (alike(titles[0], texts[1], square) + alike(texts[0], titles[1], square)) / 2,
        "text": alike(*texts, square),
        "title_things": alike(one.title_things, other.title_things, square),
        "things": alike(one.things, other.things, square),
        "swapped": title * swapped(one, other),
        "swapped_names": title * (lacks_a_name(one, other) and lacks_a_name(other, one)),
        "other_actors": apart(*({each for each in side.title_things if each.startswith(ACTORS)} for side in (one, other))),
        "other_numbers": apart(one.title_numbers, other.title_numbers),
        "same_numbers": float(bool(one.title_numbers & other.title_numbers)),
        "shared_numbers": float(bool(one.numbers & other.numbers)),
        "gap": log1p(hours / 6),
        "same_source": float(one.source == other.source),
        "two_languages": two_languages,
        "other_counters": float(count_apart(one.counters, other.counters)),
        "row_gap": min(hours, 24) / 24 if one.series and other.series else 0.0,
        "cosine": cosine or 0.0,
        "two_languages_cosine": (cosine or 0.0) * two_languages,
    }


def alike(one: set[str] | frozenset[str], other: set[str] | frozenset[str], square: Square) -> float:
    return sum(map(square, one & other)) / (sqrt(sum(map(square, one)) * sum(map(square, other))) or 1.0)


def swapped(one: Print, other: Print) -> bool:
    return any(
        any(each.startswith(kind) for each in one.title_things - other.things)
        and any(each.startswith(kind) for each in other.title_things - one.things)
        for kind in ("state:", "person:")
    )


def lacks_a_name(each: Print, other: Print) -> bool:
    text = {*each.title, *each.lede}
    beginnings = {term[:4] for term in text}
    return any(name[:4] not in beginnings for name in other.title_names - text)


def apart(one: set[str] | frozenset[str], other: set[str] | frozenset[str]) -> float:
    return float(bool(one and other) and not one & other)


def count_apart(one: frozenset[str], other: frozenset[str]) -> bool:
    both = {each.split(" ")[0] for each in one} & {each.split(" ")[0] for each in other}
    return bool(both) and not one & other
