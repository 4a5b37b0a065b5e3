"""What an actor goes by, in an order that a reader can follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from pydantic import Field

from service.api.forms import View
from service.domain.actors import ActorChange
from service.matching.actor_pack import expand_actor
from service.matching.expansion import Expansion
from service.matching.forms import Form
from service.matching.name_shadows import longer_names
from service.matching.strikes import takes_away_form
from service.matching.text import Phrase, phrase_of


class FormView(View):
    """One way to write the actor."""

    text: str = Field(description="without capitals and accents; a star where endings may follow", examples=["zelensk*"])
    weight: float = Field(description="how strongly it speaks of the actor: 1 for what you typed")
    capitals: bool = Field(description="only where the article writes it in capitals: US, not us")
    since: date | None = Field(description="the first day on which it holds; null: always has")
    until: date | None = Field(description="the last day; null: to this day")
    struck: bool = Field(description="your workspace says that it does not mean the actor")


class FormsView(View):
    """The ways to write the actor, by what they are."""

    names: list[FormView] = Field(description="full names, your aliases among them")
    scripts: list[FormView] = Field(description="names in other scripts")
    inflections: list[FormView]
    surnames: list[FormView]
    roles: list[FormView] = Field(description="offices, on the days on which the actor holds them")
    people: list[FormView] = Field(description="a state's people, and its adjective")
    seats: list[FormView] = Field(description="capitals and seats, used for the government")
    places: list[FormView] = Field(description="of a state: its cities, regions and straits; what happens there happens in it")
    related: list[FormView] = Field(description="those who speak for it, and its parts")


class ActorView(View):
    """What an actor goes by in this workspace."""

    name: str = Field(description="as you asked")
    id: str | None = Field(description="in the pack of known actors; null: in no pack, found by the rules of names", examples=["state:UA"])
    kind: str | None = Field(description="person, state, alliance ...; null: in no pack", examples=["person"])
    forms: FormsView = Field(description="each of these finds the actor")
    needs_context: list[FormView] = Field(description="these do so only in an article that has one of `forms` or of `context`")
    context: list[FormView] = Field(description="words that say who is meant, and are no sign of the actor themselves")
    hidden_in: list[str] = Field(description="longer names of others, in which these words do not mean the actor: south sudan")
    aliases: list[str] = Field(description="what your workspace adds")
    strikes: list[str] = Field(description="what your workspace says does not mean the actor")


_GROUPS = {  # where forms of a kind are shown; all others are related
    "name": "names",
    "script": "scripts",
    "inflection": "inflections",
    "surname": "surnames",
    "role": "roles",
    "people": "people",
    "capital": "seats",
    "place": "places",
}


def view_actor(name: str, change: ActorChange | None) -> ActorView:
    """What the actor called `name` goes by, with what the workspace says of it."""
    aliases, strikes = (change.aliases, change.strikes) if change else ((), ())
    known = expand_actor(name, aliases)
    return ActorView(
        name=name,
        id=known.id,
        kind=known.kind,
        forms=_grouped(known.forms, strikes),
        needs_context=_shown(known.needs_context, strikes),
        context=_shown(known.context, strikes),
        hidden_in=_hidden_in(known),
        aliases=list(aliases),
        strikes=list(strikes),
    )


def _grouped(forms: Sequence[Form], strikes: Sequence[str]) -> FormsView:
    groups: dict[str, list[Form]] = {name: [] for name in FormsView.model_fields}
    for form in forms:
        groups[_GROUPS.get(form.kind, "related")].append(form)
    return FormsView.model_validate({name: _shown(members, strikes) for name, members in groups.items()})


def _shown(forms: Iterable[Form], strikes: Sequence[str]) -> list[FormView]:
    return [
        FormView(
            text=_text(form),
            weight=form.weight,
            capitals=form.cased,
            since=form.since,
            until=form.until,
            struck=any(takes_away_form(strike, form) for strike in strikes),
        )
        for form in forms
    ]


def _text(form: Form) -> str:
    if form.written:
        return form.written
    if not form.cased:
        return _joined(form.words) + "*" * form.open_end
    if len(form.words) > 1 and all(len(word) == 1 for word in form.words):
        return "".join(f"{letter.upper()}." for letter in form.words)
    return _joined(form.words).upper()


def _joined(words: Phrase) -> str:
    """The words with spaces between them, but for scripts that are written without."""
    text, last = "", ""
    for word in words:
        apart = last and phrase_of(last + word) != (last, word)
        text, last = f"{text} {word}" if apart else text + word, word
    return text


def _hidden_in(known: Expansion) -> list[str]:
    around = (each for phrases in longer_names(known).values() for each in phrases)
    return list(dict.fromkeys(map(_joined, around)))
