"""From a state's name to its people and all that is its own, in the languages in which a rule tells: איראן is איראני, ইরান is ইরানের."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain

Ending = tuple[str, bool]  # a word as it is written, and whether letters may follow

_SHORTEST = 4  # letters: what a rule makes of a shorter name is too often another word
_SHORTEST_ARABIC = 3
# Sugar, money, slowness, the West, what follows, first names and surnames, a shawl, an excuse.
_OTHER_WORDS = frozenset({"چینی", "چکی", "پیروی", "سوری", "چيني", "مالي", "تركي", "كوبي", "كندي", "مغربي", "קובי", "קנדי"})
_OTHER_WORDS |= {"चीनी", "भारती", "চাদর", "ნიგერ", "დანი"}
_NOT_LAST = str.maketrans("ךםןףץ", "כמנפצ")  # Hebrew letters that have another shape at the end of a word
_BENGALI = ("র", "ের", "ে", "কে", "য়", "তে", "ি")


def people_of(language: str, name: str) -> Iterator[Ending]:
    """What a state of this name, one word of the language, calls its own; nothing in other languages and of longer names."""
    rule = _RULES.get(language)
    if rule and name.isprintable() and len(name.split()) == 1:
        yield from (each for each in rule(name) if each[0] not in _OTHER_WORDS)


def _hebrew(name: str) -> Iterator[Ending]:
    stem = name.removesuffix("ה").removesuffix("י").translate(_NOT_LAST)
    if len(name) >= _SHORTEST <= len(stem) + 1 and "׳" not in name:
        yield from ((stem + ending, False) for ending in ("י", "ית", "ים", "יות", "יים"))


def _arabic(name: str) -> Iterator[Ending]:
    bare = name.removeprefix("ال")
    stem = next((bare.removesuffix(ending) for ending in ("يا", "ا", "ة") if bare.endswith(ending)), bare)
    if len(stem) >= _SHORTEST_ARABIC:
        yield from ((stem + ending, False) for ending in ("ي", "ية", "يون", "يين"))


def _persian(name: str) -> Iterator[Ending]:
    if name.endswith("ه"):
        yield name + "ای", False
        yield from chain(_ended(name[:-1], ("", "ها")) if name.endswith("یه") else ())
    else:
        yield from _ended(name, ("یی",) if name.endswith("ا") else ("ی", "یها"))


def _urdu(name: str) -> Iterator[Ending]:
    if not name.endswith(("ا", "ہ", "ی")):
        yield from _ended(name, ("ی", "یوں"))


def _hindi(name: str) -> Iterator[Ending]:
    if not name.endswith(("ी", "े", "ो")):
        yield from _ended(name.removesuffix("ा"), ("ी", "ियों"))


def _bengali(name: str) -> Iterator[Ending]:
    yield from _ended(name, _BENGALI)


def _georgian(name: str) -> Iterator[Ending]:
    if len(name) > _SHORTEST and name[-1] in "აი":
        yield name[:-1], True


def _ended(name: str, endings: tuple[str, ...]) -> Iterator[Ending]:
    if len(name) > 1:
        yield from ((name + ending, False) for ending in endings)


_RULES: Mapping[str, Callable[[str], Iterator[Ending]]] = {
    "he": _hebrew,
    "ar": _arabic,
    "fa": _persian,
    "ur": _urdu,
    "hi": _hindi,
    "bn": _bengali,
    "ka": _georgian,
}
