"""What actors go by, and what the workspace adds to it and strikes from it: /v1/actors."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, RootModel

from service.api.actor_views import ActorView, view_actor
from service.api.auth import caller, workspace
from service.api.errors import Fault, invalid, missing
from service.api.forms import Form, PageQuery, PageView, Query, View, answer, answer_nothing, answer_page
from service.api.routing import nouns, route
from service.domain.actors import MAX_WORDS, ActorChange
from service.domain.rules import Actor, Line, RuleSpec
from service.edges import Edges
from service.matching.actor_changes import actor_key
from service.matching.rules import check_terms
from service.matching.strikes import takes_away

LONGEST_CURSOR = 3000  # a cursor holds an actor's key, which may be a long name in any script


class ActorQuery(Query):
    """Which actor."""

    name: Line = Field(description="any of its names", examples=["Mark Rutte"])


class ActorsQuery(PageQuery):
    """Which actor, or which page of those that the workspace has changed."""

    name: Line | None = Field(default=None, description="any name of an actor; none: list the changes", examples=["Mark Rutte"])
    cursor: str | None = Field(
        default=None, max_length=LONGEST_CURSOR, description="`next_cursor` of the page before; none: the first page"
    )


class ActorChangeForm(Form):
    """What the workspace says of an actor, in place of what it said before."""

    aliases: tuple[Line, ...] = Field(
        default=(), max_length=MAX_WORDS, description="more names it goes by", examples=[["Rutte the Dutchman"]]
    )
    strikes: tuple[Line, ...] = Field(
        default=(),
        max_length=MAX_WORDS,
        description="words that do not mean it, though it goes by them; a star at the end stands for endings",
        examples=[["Kremlin Cup", "kreml*"]],
    )


class ActorChangeView(View):
    """What the workspace says of an actor."""

    actor: str = Field(description="the same for all names of one actor", examples=["person:mark-rutte"])
    name: str = Field(description="what it was called when this was said")
    aliases: list[str]
    strikes: list[str]


class ActorChangesView(PageView):
    """A page of actors of whom the workspace has said something."""

    items: list[ActorChangeView]


class ActorsAnswer(RootModel[ActorView | ActorChangesView]):
    """With a name, what the actor goes by; without, a page of the workspace's changes."""


def actors_api(edges: Edges) -> APIBlueprint:
    """The routes of actors."""
    api = nouns("actors", "What people, organisations and countries go by")
    store = edges.store.actors

    @route(api, "get", "/v1/actors", needs="read", answers={200: ActorsAnswer})
    def show_actors(query: ActorsQuery) -> Response:
        """Show what an actor goes by, given its name. Without one, list whom your workspace has changed, the last change first."""
        if query.name is not None:
            return answer(view_actor(query.name, store.find_change(workspace(), actor_key(query.name))))
        page = store.list_changes(workspace(), cursor=query.cursor, limit=query.limit)
        return answer_page(ActorChangesView, page, ActorChangeView.model_validate)

    @route(api, "put", "/v1/actors", needs="write", answers={200: ActorView})
    def change_actor(query: ActorQuery, body: ActorChangeForm) -> Response:
        """Say what else an actor goes by and which words do not mean it, for all rules of the workspace, from the next article on."""
        change = ActorChange(actor_key(query.name), query.name, body.aliases, body.strikes)
        _check(change)
        store.save_change(change, caller=caller(edges))
        return answer(view_actor(query.name, change))

    @route(api, "delete", "/v1/actors", needs="write", answers={204: None}, problems=[404])
    def delete_actor_change(query: ActorQuery) -> Response:
        """Take back all that your workspace has said of an actor."""
        if not store.delete_change(actor_key(query.name), caller=caller(edges)):
            raise missing("change of an actor")
        return answer_nothing()

    return api


def _check(change: ActorChange) -> None:
    faults = [*_term_faults(change), *_contradictions(change)]
    if not (change.aliases or change.strikes):
        faults.append(Fault(at="", message="say at least one alias or strike; DELETE takes back what was said"))
    if faults:
        raise invalid(faults, "change")


def _term_faults(change: ActorChange) -> Iterator[Fault]:
    actor = Actor(name=change.name, aliases=change.aliases, strikes=change.strikes)
    for at, message in check_terms(RuleSpec(name=change.name, actors=(actor,))):
        place = at.removeprefix("/actors/0")
        yield Fault(at="query/name" if place == "/name" else place, message=message)


def _contradictions(change: ActorChange) -> Iterator[Fault]:
    for number, strike in enumerate(change.strikes):
        lost = next((alias for alias in change.aliases if takes_away(strike, alias)), None)
        if lost is not None:
            yield Fault(at=f"/strikes/{number}", message=f'this strikes the alias "{lost}"; keep one of the two')
