"""What the readers of channels have muted by the links in their mails: /v1/mutes."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import found
from service.api.forms import ById, PageQuery, PageView, View, answer, answer_page
from service.api.routing import nouns, route
from service.edges import Edges


class MuteQuery(PageQuery):
    """Which mutes."""

    ended: bool = Field(default=False, description="those that have ended, too")


class MuteView(View):
    """What one channel is not told for some time; the others are."""

    id: str
    channel: str
    rule: str | None = Field(description="the rule that is muted; null: a story is")
    story: str | None = Field(description="the story that is muted; null: a rule is, or the alert alone, which has no story")
    alert: str = Field(description="by whose message it was muted")
    since: datetime
    ends_at: datetime


class MutesView(PageView):
    """A page of mutes."""

    items: list[MuteView]


def mutes_api(edges: Edges) -> APIBlueprint:
    """The routes of mutes."""
    api = nouns("mutes", "What readers have muted for their channel alone")
    store = edges.store.mutes

    @route(api, "get", "/v1/mutes", needs="read", answers={200: MutesView})
    def list_mutes(query: MuteQuery) -> Response:
        """List mutes that have not ended, newest first."""
        after = None if query.ended else edges.now()
        page = store.list_mutes(workspace(), ends_after=after, cursor=query.cursor, limit=query.limit)
        return answer_page(MutesView, page, MuteView.model_validate)

    @route(api, "delete", "/v1/mutes/<id>", needs="write", answers={200: MuteView})
    def end_mute(path: ById) -> Response:
        """End a mute now. What was called off meanwhile can be redelivered."""
        return answer(MuteView.model_validate(found(store.end_mute(path.id, caller=caller(edges)), "mute")))

    return api
