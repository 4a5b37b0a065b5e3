"""What a workspace has chosen for itself: /v1/workspace."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import Fault, invalid
from service.api.forms import Form, Id, View, answer
from service.api.routing import nouns, route
from service.edges import Edges


class WorkspaceChangeForm(Form):
    """What to change of the workspace."""

    health_channel: Id | None = Field(description="the channel that is told when a feed fails, falls silent, moves ...; null: none")


class WorkspaceView(View):
    """The workspace that your key opens."""

    id: str
    name: str
    created_at: datetime
    health_channel: str | None = Field(description="where you are told of your feeds' health; null: nowhere, only GET /v1/feeds shows it")


def workspaces_api(edges: Edges) -> APIBlueprint:
    """The routes of the caller's workspace."""
    api = nouns("workspace", "What holds for your whole workspace")
    store = edges.store

    @route(api, "get", "/v1/workspace", needs="read", answers={200: WorkspaceView})
    def get_workspace() -> Response:
        """Show the workspace that your key opens."""
        return answer(WorkspaceView.model_validate(store.workspaces.get_workspace(workspace())))

    @route(api, "patch", "/v1/workspace", needs="write", answers={200: WorkspaceView})
    def change_workspace(body: WorkspaceChangeForm) -> Response:
        """Choose the channel that is told of your feeds' health: once when a feed's state changes, and when all is well again."""
        chosen = body.health_channel
        if chosen is not None and store.channels.find_channel(workspace(), chosen) is None:
            message = f'there is no channel "{chosen}" in this workspace; see GET /v1/channels'
            raise invalid([Fault(at="/health_channel", message=message)], "workspace")
        return answer(WorkspaceView.model_validate(store.workspaces.choose_health_channel(chosen, caller=caller(edges))))

    return api
