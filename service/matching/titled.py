"""Surnames that many people have, behind the title or the country of somebody known: President Lee, China's Xi."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from service.matching.actor_roles import phrases_of, titles_of
from service.matching.actor_sounds import bearers_of
from service.matching.actor_tables import Office, Person, read_state_names
from service.matching.forms import Form
from service.matching.name_parts import surname_of, untitled
from service.matching.names import inflected_forms
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

_TITLES = (
    "president",
    "vice-president",
    "head-of-government",
    "chancellor",
    "king",
    "pope",
    "governor",
    "mayor",
    "speaker",
    "senator",
    "attorney-general",
    "exchequer",
    "foreign-minister",
    "defence-minister",
)
_WHOSE = ("president", "head-of-government", "chancellor", "supreme-leader")
_TITLED = 0.9


def titled_surnames(person: Person) -> Iterator[Form]:
    """From the first day of an office on; those whose surname is enough have none."""
    for surname in dict.fromkeys(_common_surnames(person)):
        for form in inflected_forms(surname, _TITLED, "surname"):
            for office in person.offices:
                titles = titles_of(office.role) if office.role in _TITLES else ()
                alike = (title for title in titles if title[0].isascii() == surname[0].isascii())
                yield from (form._replace(words=(*title, *form.words), since=office.since) for title in alike)
                if office.role in _WHOSE and surname[0].isascii() and office.at in _english():
                    yield form._replace(words=(*_english()[office.at], "s", *form.words), since=office.since, until=office.until)


def find_titled(name: str) -> str | None:
    """The id of the person whom a user called by a title or an office and the surname: Speaker Johnson, London mayor Khan.

    Of several who held it the last is meant.
    """
    *title, surname = phrase_of(name) or ("",)
    offices = [(office, person) for person in bearers_of((surname,)) for office in person.offices] if title else []
    fitting = [(office.since, person.id) for office, person in offices if _fits(tuple(title), office)]
    return max(fitting)[1] if fitting else None


def _fits(title: Phrase, office: Office) -> bool:
    return (office.role in _TITLES and title in titles_of(office.role)) or title in phrases_of(office.role, office.at)


def _common_surnames(person: Person) -> Iterator[Phrase]:
    sure = {phrase_of(each.text) for each in person.surnames if not each.unsure}
    yield from (phrase_of(each.text) for each in person.surnames if each.unsure and not (each.open_end or each.exact or each.as_written))
    for name in person.names[:1]:
        words = untitled(phrase_of(name.text))
        surname = surname_of(words) if len(words) > 1 else ()
        if surname and surname not in sure and words[0].isascii():
            yield surname


@once
def _english() -> Mapping[str, Phrase]:
    return {code: phrase_of(names["en"].replace("|", "")) for code, names in read_state_names().items()}
