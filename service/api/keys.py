"""API keys: /v1/keys."""

from __future__ import annotations

from datetime import datetime

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from pydantic import Field

from service.api.auth import caller, workspace
from service.api.errors import Fault, found, invalid
from service.api.forms import ById, Form, View, answer
from service.api.routing import nouns, route
from service.domain.keys import new_key
from service.domain.rules import Line
from service.domain.written_times import Moment
from service.edges import Edges
from service.storage.workspaces import ApiKey, Scope


class NewKeyForm(Form):
    """A key to be made."""

    name: Line = Field(description="what it is for, so that you know it in the list")
    scope: Scope = Field(default="read", description="write includes read, admin includes both")
    expires_at: Moment | None = Field(default=None, description="when it stops to open anything; null: never")


class KeyView(View):
    """A key as it is stored: never the key itself."""

    id: str
    name: str
    last4: str
    scope: Scope
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewKeyView(KeyView):
    """A key just made."""

    key: str = Field(description="the key itself: shown this once, store it now")


class KeysView(View):
    """Every key of the workspace, oldest first."""

    items: list[KeyView]


def keys_api(edges: Edges) -> APIBlueprint:
    """The routes of keys."""
    api = nouns("keys", "Keys that open this API for one workspace")
    store = edges.store.workspaces

    @route(api, "get", "/v1/keys", needs="admin", answers={200: KeysView})
    def list_keys() -> Response:
        """List all keys, the revoked ones too."""
        return answer(KeysView(items=[KeyView.model_validate(key) for key in store.list_keys(workspace())]))

    @route(api, "post", "/v1/keys", needs="admin", answers={201: NewKeyView})
    def create_key(body: NewKeyForm) -> Response:
        """Make a key. It is shown in this answer and never again."""
        by, made = caller(edges), new_key(edges.random_bytes)
        if body.expires_at is not None and body.expires_at <= by.now:
            raise invalid([Fault(at="/expires_at", message="this time has passed")])
        key = ApiKey(made.id, by.workspace, body.name, made.last4, body.scope, by.now, body.expires_at, None, None)
        store.add_key(key, made.secret, caller=by)
        return answer(NewKeyView(**KeyView.model_validate(key).model_dump(), key=made.secret), 201)

    @route(api, "delete", "/v1/keys/<id>", needs="admin", answers={200: KeyView})
    def revoke_key(path: ById) -> Response:
        """Revoke a key: it opens nothing from now on, and stays in the list."""
        return answer(KeyView.model_validate(found(store.revoke_key(path.id, caller=caller(edges)), "key")))

    return api
