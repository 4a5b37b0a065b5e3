"""Aliases that are in no pack: which of them look like names, and what else then finds their bearer."""

from __future__ import annotations

from service.matching.actor_index import find_actor
from service.matching.actor_roles import role_words
from service.matching.actor_tables import read_persons
from service.matching.forms import Form
from service.matching.name_parts import name_words
from service.matching.names import INFLECTED, forms_of_name
from service.matching.once import once
from service.matching.text import Phrase, phrase_of, words_of


def forms_of_alias(alias: str, name: str, *, cases: bool = True) -> tuple[tuple[Form, ...], tuple[Form, ...]]:
    """What finds the bearer of an alias besides the very words, and what does so in an article that has one of those.

    Nothing for what somebody is rather than is called: "NATO's new chief", "Iron Lady", "EU Trade Commissioner". Users write
    names with capitals: "the bear" stays as it is. Its last word alone (Martin) is a surname only behind a first name,
    one of somebody in the pack or that of the actor's `name`, if it is another; the rest of a nickname (Teflon Mark) is not.
    `cases`: as `forms_of_name` has them.
    """
    words = phrase_of(alias)
    if not words or not _has_capitals(alias) or _is_role(words):
        return (), ()
    sure, unsure = forms_of_name(alias, cases=cases)
    is_surname = words[0] in _first_names() or (alias != name and words[:1] == phrase_of(name)[:-1][:1])
    lighter = tuple(form._replace(weight=INFLECTED) if form.weight > INFLECTED else form for form in sure)
    return lighter, unsure if is_surname else ()


def _has_capitals(alias: str) -> bool:
    """Whether no word is written small, but for "de" and "the"; scripts without capitals pass."""
    small = name_words("particle") | name_words("article")
    return all(word.form in small or not alias[word.start].islower() for word in words_of(alias))


def _is_role(words: Phrase) -> bool:
    """Whether, behind its titles, it has a role's word, or a body of the pack to which its bearer belongs: "Iron Lady", "EU Hawk"."""
    named = words
    while named and named[0] in name_words("title"):
        named = named[1:]
    told = named[1:] if named[:1] and named[0] in _first_names() else named
    return not named or not role_words().isdisjoint(named) or (len(named) > 1 and any(map(_is_body, told)))


def _is_body(word: str) -> bool:
    return not (find_actor(word) or "person:").startswith("person:")


@once
def _first_names() -> frozenset[str]:
    names = (phrase_of(name.text) for person in read_persons() for name in person.names)
    return frozenset(words[0] for words in names if len(words) > 1 < len(words[0])) - role_words()
