"""From offices to the ways the press writes them: "NATO chief" while Mark Rutte is its secretary general."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

import regex

from service.matching.actor_peoples import people_of
from service.matching.actor_tables import (
    Office,
    Title,
    Ways,
    read_institutions,
    read_office_names,
    read_roles,
    read_state_names,
    read_states,
    read_titles,
)
from service.matching.forms import Form
from service.matching.name_parts import name_words
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

ROLE, OTHER_WAYS = 0.9, 0.95

_SHORTEST_TITLE = 2  # letters: "en" is what a German adjective leaves
_SHORT_TITLES = ("pm", "ag")
_SHORTEST_ROLE = 3  # letters: "of", "de" and "s" stand around roles
_TITLE = regex.compile(r"[\p{Latin} ]+|[\p{Cyrillic} ]+")
_FILLED_IN = regex.compile(r"\{\w+\}")

# Languages in which a role takes the name of a state as it stands.
_UNINFLECTED = {"es": "de {}"} | dict.fromkeys(("tr", "nl", "ja", "zh", "he", "ar", "fa", "hi", "ur", "ko", "th", "vi", "id", "sw"), "{}")


def role_forms(offices: Iterable[Office]) -> Iterator[Form]:
    """What stands for whoever held these offices, on the days on which they did."""
    for office in offices:
        for words in phrases_of(office.role, office.at):
            yield Form(words, ROLE, "role", since=office.since, until=office.until)


def office_forms(role: str, at: str) -> Iterator[Form]:
    """The ways to write the role, or the institution, whoever it is."""
    return (Form(words, OTHER_WAYS, "name") for words in phrases_of(role, at))


def roles_in(words: Phrase) -> Iterator[tuple[str, Phrase]]:
    """Roles that an English phrase may name, each with the words for the body: president and "ukrainian"."""
    for at in range(1, len(words)):
        yield from ((role, _without_genitive(words[:at])) for role in _roles_behind().get(words[at:], ()))
        yield from ((role, words[at:]) for role in (*_roles_before().get(words[:at], ()), *_roles_before().get((*words[:at], "of"), ())))


@lru_cache(maxsize=64)
def titles_of(role: str) -> tuple[Phrase, ...]:
    """The ways to write a role before the name of whoever has it, in all languages that do: president, premiera."""
    texts = (text for templates in read_roles()[role].values() for template in templates for text in _either(template))
    bare = (_FILLED_IN.sub(" ", text) for text in texts if not text.startswith(("the ", "top ")))
    words = (tuple(word for word in phrase_of(text) if len(word) > _SHORTEST_TITLE or word in _SHORT_TITLES) for text in bare)
    return tuple(dict.fromkeys(title for title in words if title and _TITLE.fullmatch(" ".join(title))))


def bare_names(institution: str) -> Iterator[Phrase]:
    """What an article that has named the state calls its institution: foreign ministry, parliament."""
    return (words for words, roles in _roles_behind().items() if institution in roles)


@once
def role_words() -> frozenset[str]:
    """The words of roles in all languages, and others that say what somebody is: chief, министр, envoy."""
    templates = (text for languages in read_roles().values() for ways in languages.values() for text in ways)
    words = frozenset(form for text in templates for form in phrase_of(_FILLED_IN.sub(" ", text)) if len(form) >= _SHORTEST_ROLE)
    return words - name_words("particle") - name_words("article") | name_words("title") | name_words("role")


def _without_genitive(words: Phrase) -> Phrase:
    return words[:-1] if len(words) > 1 and words[-1] == "s" else words


@once
def _roles_behind() -> Mapping[Phrase, tuple[str, ...]]:
    """Of "{n} president", "{adj} president"."""
    return _by_words((role, text.partition("}")[2]) for role, text in _english() if text.startswith("{"))


@once
def _roles_before() -> Mapping[Phrase, tuple[str, ...]]:
    """Of "president of {n}"."""
    return _by_words((role, text.partition("{")[0]) for role, text in _english() if text.endswith("}"))


@once
def _ways_to_write() -> Mapping[str, Ways]:
    return {**read_roles(), **read_institutions()}


def _english() -> Iterator[tuple[str, str]]:
    return ((role, text) for role, languages in _ways_to_write().items() for text in languages["en"])


def _by_words(roles: Iterable[tuple[str, str]]) -> Mapping[Phrase, tuple[str, ...]]:
    found: dict[Phrase, dict[str, None]] = {}
    for role, text in roles:
        found.setdefault(phrase_of(text.replace(" s ", " ")), {})[role] = None
    return {words: tuple(several) for words, several in found.items() if words}


@lru_cache(maxsize=1024)
def phrases_of(role: str, at: str) -> tuple[Phrase, ...]:
    """Every way to write the role at this body, in all languages."""
    titles = _titles(at)
    written = {
        text
        for language, templates in _ways_to_write()[role].items()
        for template in templates
        for text in _filled(template, titles.get(language), at)
    }
    own = read_office_names().get(f"{role}@{at}", ())
    return tuple(sorted({phrase_of(text) for text in (*written, *own)}))


def _titles(at: str) -> Mapping[str, Title]:
    """As the table has them, and CLDR's names where that will do."""
    names = read_state_names().get(at, {})
    plain = {
        language: Title((shape.format(_bare(names[language])),), _adjective(language, names[language]))
        for language, shape in _UNINFLECTED.items()
        if language in names
    }
    if at in read_states():
        plain["en"] = Title((_bare(names["en"]),), read_states()[at].people[0].text if read_states()[at].people else None)
    return {**plain, **read_titles().get(at, {})}


def _adjective(language: str, name: str) -> str | None:
    return next((word for word, _open_end in people_of(language, name)), None)


def _filled(template: str, title: Title | None, at: str) -> Iterator[str]:
    if "{" not in template:
        yield from _either(template)
    elif title is not None and ("{adj}" not in template or title.adjective):
        for of in title.of:
            yield from (text.format(of=of, n=_noun(of, at), adj=title.adjective) for text in _either(template))


def _noun(of: str, at: str) -> str:
    """Spanish titles of states come with "de", which a template that takes the bare name has no use for."""
    return of.removeprefix("de ") if at in read_states() else of


def _either(template: str) -> Iterator[str]:
    """One text for each choice of words: "szef/szefa {of}" is two."""
    return (" ".join(words) for words in product(*(token.split("/") for token in template.split())))


def _bare(name: str) -> str:
    return name.replace("|", "")
