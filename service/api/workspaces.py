"""What a workspace has chosen for itself: /v1/workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field, ValidationError

from service.api.auth import caller, workspace
from service.api.bodies import faults_of
from service.api.errors import invalid, unknown
from service.api.forms import Form, Id, View, answer
from service.api.merging import merge_patch
from service.api.routing import nouns, route
from service.domain.policies import KINDS_OF_WHEN, Defaults
from service.edges import Edges


class WorkspaceChangeForm(Form):
    """What to change of the workspace."""

    health_channel: Id | None = Field(
        default=None, description="the channel that is told when a feed fails, falls silent, moves ...; null: none"
    )
    alerting: dict[str, Any] | None = Field(
        default=None,
        description="a JSON Merge Patch (RFC 7396) of what holds for all rules without a setting of their own; null: nothing chosen",
        examples=[{"timezone": "Europe/Brussels", "quiet_hours": {"from": "22:00", "to": "07:00"}, "budget": 50}],
    )


class WorkspaceView(View):
    """The workspace that your key opens."""

    id: str
    name: str
    created_at: datetime
    alerting: Defaults = Field(description="what holds for all rules without a setting of their own, and for all together")
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
        """Choose what holds for all your rules, and the channel that is told of your feeds' health.

        That is told once when a feed's state changes, and when all is well again. What is left out stays as it is.
        """
        by = caller(edges)
        if "health_channel" in body.model_fields_set:
            _check_channel(body.health_channel)
        if "alerting" in body.model_fields_set:
            store.workspaces.change_alerting(lambda old: _patched(old, body.alerting), caller=by)
        if "health_channel" in body.model_fields_set:
            store.workspaces.choose_health_channel(body.health_channel, caller=caller(edges))
        return answer(WorkspaceView.model_validate(store.workspaces.get_workspace(workspace())))

    def _check_channel(chosen: str | None) -> None:
        if chosen is not None and store.channels.find_channel(workspace(), chosen) is None:
            raise invalid([unknown("/health_channel", "channel", chosen)], "workspace")

    return api


def _patched(old: Defaults, patch: dict[str, Any] | None) -> Defaults:
    merged = {} if patch is None else merge_patch(old.model_dump(mode="json"), patch, anew=KINDS_OF_WHEN)
    try:
        return Defaults.model_validate(merged)
    except ValidationError as error:
        raise invalid(faults_of(error, merged, Defaults, "/alerting"), "workspace") from error
