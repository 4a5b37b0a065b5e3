"""Names and topics as the press writes them: what actors and topics go by, with endings and capitals."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from service.domain.rules import Actor
from service.matching.actors import forms_of_actor
from service.matching.forms import Form
from service.matching.phrases import PhraseBook
from service.matching.text import Phrase
from service.matching.topics import groups_of_topic

WORDS = [
    "peace",
    "deal",
    "Ukraine",
    "Öl",
    "和",
    "平",
    "us",
    "…",
    "former",
    "South",
    "ובהסכם",
    "השלום",
    "מלבנון",
    "Ukrainakrise",
    "Atomwaffensanktionen",
]
NAMES = ["Mark Rutte", "Volodymyr Zelensky", "Russia", "Georgia", "Sudan", "NATO", "ICE"]  # of the pack
NAMES += [
    "Tanaka Berilu",
    "Kim Sun Ok",
    "Pieter von der Quelle",
    "Тарас Гончаренко",
    "George B. Tallis",
    "이서준",
    "דוד קורטל",
]  # of nobody
TOPICS = [
    "peace deal",
    "Ukraine peace deal",
    "Black Sea grain deal",
    "grain exports",
    "sanctions",
    "nuclear weapons",
    "평화협정",
    "הסכם שלום",
]


def _written(forms: Iterable[Form]) -> list[str]:
    return [" ".join(form.words).upper() if form.cased else " ".join(form.words) + "*" * form.open_end for form in forms]


def _forms_of(name: str) -> list[str]:
    forms = forms_of_actor(Actor(name=name))
    return _written((*forms.sure, *forms.needs_context, *forms.context))


def _parts_of(topic: str) -> list[str]:
    return [written for part in groups_of_topic(topic) for written in _written(part.group.expand().sure)]


def _ended(forms: list[str]) -> st.SearchStrategy[str]:
    endings = st.sampled_from(["", "a", "owi", "는"])
    return st.builds(lambda form, ending: form.replace("*", ending), st.sampled_from(forms), endings)


names_as_written = st.one_of([_ended(_forms_of(name)) for name in NAMES])
topics_as_written = st.one_of([_ended(_parts_of(topic)) for topic in TOPICS])


def book_of(phrases: Iterable[Phrase]) -> PhraseBook[Phrase]:
    """A book in which each phrase is its own owner."""
    book = PhraseBook[Phrase]()
    for phrase in phrases:
        book.add(phrase, phrase)
    return book
