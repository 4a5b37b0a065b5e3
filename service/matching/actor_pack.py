"""What the world calls the actor whom a user named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from functools import lru_cache

from service.matching.actor_index import find_actor, find_office
from service.matching.actor_peoples import people_of
from service.matching.actor_places import place_forms
from service.matching.actor_roles import bare_names, office_forms, role_forms
from service.matching.actor_tables import (
    Body,
    Office,
    Person,
    Spelling,
    read_institutions,
    read_organisations,
    read_persons,
    read_state_names,
    read_states,
)
from service.matching.aliases import forms_of_alias
from service.matching.cases import further_cases, inflections
from service.matching.expansion import TYPED, Expansion, without_doubles
from service.matching.forms import Form
from service.matching.name_parts import name_words
from service.matching.name_spellings import spelled_in_full
from service.matching.names import FULL, INITIALS, SURNAME, dotted, forms_of_name, inflected_forms, is_proper
from service.matching.once import once
from service.matching.short_names import beside_names
from service.matching.text import Phrase, phrase_of
from service.matching.titled import titled_surnames
from service.matching.towns import expand_town, town_of
from service.matching.typed import typed_forms

OTHER_LANGUAGE, PEOPLE, KNOWN_SURNAME, SEAT, LEADER = 0.95, 0.92, 0.9, 0.75, 0.6

_LONGEST_DOTTED = 5
_CAPITALISED = frozenset({"party", "club", "media", "city"})
_LEADING = frozenset({"president", "head-of-government", "chancellor", "leader", "supreme-leader", "foreign-minister", "pope"})
_HEADING = frozenset({"secretary-general", "director-general", "head", "president", "prosecutor", "foreign-policy-chief"})
_MINISTERS = {
    "foreign-ministry": "foreign-minister",
    "defence-ministry": "defence-minister",
    "finance-ministry": "finance-minister",
    "army": "army-chief",
}
_ATTACHED = {"arab": "وبلف", "hebr": "ובלמהש"}  # and, in, to, from: written as one with the word
_FIRST_LETTERS = {"arab": ("\u0621", "\u064a"), "hebr": ("\u05d0", "\u05ea")}


def expand_actor(name: str, aliases: Sequence[str] = ()) -> Expansion:
    """What finds the actor called `name`; each alias the user gave counts as much as the name, and needs no context.

    A name in the pack, in any of its spellings, brings its actor's forms, and so does an alias of a name that is not: the
    user says that they are the same. Without either the name brings the forms of names.py. What else looks like a name and is
    in no pack is also found in other ways to write it, which count a little less.
    """
    known = id_of_actor(name, aliases)
    own = expand_known(known) if known else expand_unknown(name)
    typed = (*typed_forms(name, own), *(form for alias in aliases for form in typed_forms(alias, own, is_alias=True)))
    written = [forms_of_alias(each, name) for each in written_beside(known, name, aliases) if not find_actor(each)]
    forms = (*typed, *own.forms, *(form for sure, _unsure in written for form in sure))
    needs_context = (*own.needs_context, *(form for _sure, unsure in written for form in unsure))
    return without_doubles(replace(own, forms=forms, needs_context=needs_context))


def expand_unknown(name: str, *, cases: bool = True) -> Expansion:
    """What finds the bearer of a name that is in no pack; without `cases` first names are not inflected."""
    town = town_of(name)
    return expand_town(town) if town else Expansion(None, None, *forms_of_name(name, cases=cases))


def written_beside(known: str | None, name: str, aliases: Sequence[str]) -> tuple[str, ...]:
    """What a rule calls an actor beside what brings the actor's forms: the one `known` by this id, or else the name."""
    return tuple(each for each in dict.fromkeys((name, *aliases)) if known or each != name)


def id_of_actor(name: str, aliases: Sequence[str] = ()) -> str | None:
    """The pack's id of the actor whom these names stand for: the first that is in the pack decides."""
    return next((found for each in (name, *aliases) if (found := find_actor(each))), None)


@lru_cache(maxsize=2048)
def expand_known(actor_id: str) -> Expansion:
    """What finds the actor who has this id in the pack."""
    kind, _, key = actor_id.partition(":")
    if kind == "person":
        return _person_forms(_persons()[actor_id])
    if kind == "state":
        state = _with_places(_body_forms(read_states()[key], (*_cldr_forms(key), *_leaders(key, _LEADING))), key)
        return _as_names(state)
    if kind == "office":
        return _office(actor_id, *key.split("@"))
    return _organisation(read_organisations()[key])


def _person_forms(person: Person) -> Expansion:
    forms: list[Form] = []
    unsure: list[Form] = []
    guesses = {"script"} if any(not each.text.isascii() for each in (*person.names, *person.surnames)) else set()
    words = {word for name in person.names for word in phrase_of(name.text)}
    for name in person.names:
        full = [form for form in forms_of_name(name.text)[0] if form.kind not in guesses and _plausible(form, words)]
        forms += full if full[0].words[0].isascii() else [form._replace(weight=min(form.weight, OTHER_LANGUAGE)) for form in full]
    forms += [*role_forms(person.offices), *titled_surnames(person)]
    for surname in person.surnames:
        (unsure if surname.unsure else forms).extend(_surname(surname))
    own = (form for form in forms if _bearers().get(form.words, person.id) == person.id)
    return without_doubles(Expansion(person.id, "person", tuple(own), tuple(unsure)))


def _plausible(form: Form, words: Set[str]) -> bool:
    """Not the initials of a name in Korean or Chinese order, or with a title before it; nor a nickname that no table has."""
    return form.weight != INITIALS or (form.words[0].isascii() and all(len(word) == 1 or word in words for word in form.words))


def _surname(spelling: Spelling) -> Iterator[Form]:
    words = phrase_of(spelling.text)
    kind, weight = ("surname" if words[-1].isascii() else "script"), (SURNAME if spelling.unsure else KNOWN_SURNAME)
    if spelling.open_end or spelling.exact or spelling.as_written:
        yield Form(words, weight, kind, spelling.open_end, written=spelling.text if spelling.as_written else "", named=True)
        return
    for each in (spelling.text, *spelled_in_full(spelling.text)):
        for form in inflected_forms(phrase_of(each), weight, kind):
            yield from _with_attached(form)
    if not spelling.unsure:
        yield from (Form((*words[:-1], each), weight, kind, named=True) for each in further_cases(words[-1]))


def _body_forms(body: Body, more: Iterable[Form]) -> Expansion:
    """A spelling marked as unsure in any of the body's lists is so in CLDR's too."""
    groups = (
        (tuple(_names(body)), OTHER_LANGUAGE, "name"),
        (body.people, PEOPLE, "people"),
        (body.related, SEAT, "capital" if body.kind == "state" else "related"),
    )
    unsure = [
        form
        for spellings, weight, kind in groups
        for spelling in spellings
        if spelling.unsure
        for form in _forms(spelling, weight, kind, body.kind)
    ]
    sure = [
        form
        for spellings, weight, kind in groups
        for spelling in spellings
        if not spelling.unsure
        for form in _forms(spelling, weight, kind, body.kind)
    ]
    doubtful = {form.words for form in unsure}
    sure += [form for form in more if not _finds(form, doubtful)]
    context = [form for spelling in body.context for form in _forms(spelling, SEAT, "related")]
    if body.kind == "company" and unsure:
        context += [Form((beginning,), SEAT, "related", open_end=True) for beginning in sorted(name_words("business"))]
    return without_doubles(Expansion(body.id, body.kind, tuple(sure), tuple(unsure), tuple(context)))


def _as_names(state: Expansion) -> Expansion:
    """A state's names and those of its places are written with capitals in every language that has some: irán is a verb."""
    names = {form.words for form in (*state.forms, *state.needs_context) if form.kind != "people" and len(form.words) == 1}
    sure, unsure = ([form._replace(named=form.words in names) for form in forms] for forms in (state.forms, state.needs_context))
    return replace(state, forms=tuple(sure), needs_context=tuple(unsure))


def _with_places(state: Expansion, code: str) -> Expansion:
    """A name that is the state's in other ways too, a capital or a leader's, stays what it was: sure, or in need of context."""
    sure, unsure = place_forms(code)
    taken = {form.words for form in (*state.forms, *state.needs_context)}
    forms = (*state.forms, *(form for form in sure if form.words not in taken))
    others = (*state.needs_context, *(form for form in unsure if form.words not in taken))
    return without_doubles(replace(state, forms=forms, needs_context=others))


def _organisation(body: Body) -> Expansion:
    """An institution that has a line of its own (the Pentagon) is also called as those of all states are."""
    offices = dict.fromkeys(find_office(name.text) for name in body.names if name.text.isascii())
    named = [form for each in offices if each for form in office_forms(*each.removeprefix("office:").split("@"))]
    return _body_forms(body, (*_leaders(body.id.removeprefix("org:"), _HEADING), *named))


def _office(office_id: str, role: str, at: str) -> Expansion:
    """An institution is named in full, or "the ministry" where its state is; a role means whoever holds it."""
    named = tuple(office_forms(role, at))
    if role not in read_institutions():
        holders = (form._replace(weight=KNOWN_SURNAME) for form in _leaders(at, frozenset({role})))
        return without_doubles(Expansion(office_id, "office", (*named, *holders)))
    state = expand_known(f"state:{at}")
    unsure = tuple(Form(words, SEAT, "name") for words in bare_names(role))
    forms = (*named, *_leaders(at, frozenset({_MINISTERS.get(role, "")})))
    context = tuple(form for form in state.forms if form.weight >= PEOPLE)
    return without_doubles(Expansion(office_id, "institution", forms, unsure, context))


def _finds(form: Form, doubtful: Iterable[Phrase]) -> bool:
    return any(form.words == words or (form.open_end and words[-1].startswith(form.words[-1])) for words in doubtful)


def _names(body: Body) -> Iterator[Spelling]:
    """As the table has them; a company's name of one word with Slavic endings, too: Siemensa, Сименсом."""
    for spelling in body.names:
        yield spelling
        yield from (replace(spelling, text=each) for each in spelled_in_full(spelling.text) if "&" in spelling.text)
        words = phrase_of(spelling.text)
        if body.kind == "company" and len(words) == 1 and not (spelling.open_end or spelling.cased):
            yield from (replace(spelling, text=form) for form in _cases(words[0]))


def _cases(word: str) -> Iterator[str]:
    """Without plurals and what becomes of a final a, which are other words: shells, moderne."""
    if not word.endswith("a"):
        yield from (form for form, _open_end in inflections(word)[1:] if not form.endswith("s"))


def _forms(spelling: Spelling, weight: float, kind: str, body: str = "") -> Iterator[Form]:
    """`body`: the kind of what has names; some kinds are written with capitals, and so is what is another word: Podemos, Orange."""
    may_be_words = body in _CAPITALISED or spelling.unsure or spelling.exact or " " in spelling.text
    is_named = may_be_words and kind == "name" and is_proper(spelling.text)
    words = phrase_of(spelling.text)
    shown = "script" if kind == "name" and not words[0].isascii() else kind
    if spelling.as_written:
        yield Form(words, weight, shown, written=spelling.text)
        return
    yield from _with_attached(Form(words, weight, shown, spelling.open_end, spelling.cased, named=is_named))
    if spelling.cased and spelling.text.isascii() and len(spelling.text) <= _LONGEST_DOTTED:
        yield dotted(spelling.text)._replace(weight=weight)


def _cldr_forms(code: str) -> Iterator[Form]:
    yield from (Form(phrase_of(written), OTHER_LANGUAGE, "name", written=written) for written in beside_names(code))
    for language, name in read_state_names()[code].items():
        stem, bar, rest = name.partition("|")
        words = phrase_of(stem + rest)
        kind = "name" if words[0].isascii() else "script"
        yield from _with_attached(Form(words, TYPED if language == "en" else OTHER_LANGUAGE, kind))
        if bar:
            yield from _with_attached(Form(phrase_of(stem), OTHER_LANGUAGE, kind, open_end=True))
        else:
            yield from (Form(phrase_of(word), PEOPLE, "people", open_end) for word, open_end in people_of(language, name))


def _with_attached(form: Form) -> Iterator[Form]:
    """The form, and with the little words that Arabic and Hebrew write as one with it."""
    yield form
    first = form.words[0]
    for script, (low, high) in _FIRST_LETTERS.items():
        if low <= first[0] <= high:
            for letter in _ATTACHED[script]:
                attached = "لل" + first[2:] if letter == "ل" and first.startswith("ال") else letter + first
                yield form._replace(words=(attached, *form.words[1:]))


def _leaders(at: str, roles: frozenset[str]) -> Iterator[Form]:
    """The names of those who speak for a body, while they do."""
    for person, office in _holders().get(at, ()):
        if office.role in roles:
            names = [form for name in person.names for form in forms_of_name(name.text)[0] if form.kind == "name" and form.weight == FULL]
            for form in (*names, *(form for each in person.surnames if not each.unsure for form in _surname(each))):
                yield form._replace(weight=LEADER, kind="related", since=office.since, until=office.until)


@once
def _persons() -> Mapping[str, Person]:
    return {person.id: person for person in read_persons()}


@once
def _bearers() -> Mapping[Phrase, str]:
    """Full names as the table has them: Donald Trump is not Donald Trump Jr without Jr."""
    return {phrase_of(name.text): person.id for person in reversed(read_persons()) for name in person.names}


@once
def _holders() -> Mapping[str, Sequence[tuple[Person, Office]]]:
    holders: dict[str, list[tuple[Person, Office]]] = {}
    for person in read_persons():
        for office in person.offices:
            holders.setdefault(office.at, []).append((person, office))
    return holders
