"""Who calls, and whether they may: keys with one scope each, read < write < admin."""

from __future__ import annotations

from typing import Literal

from flask import Flask, g, request

from service.api.errors import Problem
from service.domain.channels import Channel
from service.domain.keys import find_key_id
from service.edges import Edges
from service.storage.audit import Caller
from service.storage.workspaces import ApiKey

Need = Literal["nothing", "read", "write", "admin"]
RANK = {"read": 1, "write": 2, "admin": 3}


def install_auth(app: Flask, edges: Edges) -> None:
    """Check every request before it reaches its handler; a route that does not say what it needs needs `admin`."""

    @app.before_request
    def admit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None:
            return  # no such route: 404 or 405, the same for everybody
        need: Need = getattr(view, "needs", "admin")
        if need != "nothing":
            g.key = _authenticate(edges)
            _authorise(g.key, need)


def workspace() -> str:
    """The workspace that this request's key opens: never one that the request names."""
    key: ApiKey = g.key
    return key.workspace


def caller(edges: Edges) -> Caller:
    """Who changes something now, for the audit trail."""
    key: ApiKey = g.key
    return Caller(workspace=key.workspace, name=key.id, now=edges.now(), entry=edges.new_id("au"))


def reader_of(edges: Edges, channel: Channel) -> Caller:
    """Who follows a link in a channel's message, for the audit trail. They have no key: the link proves what it may."""
    return Caller(channel.workspace, "recipient", edges.now(), edges.new_id("au"))


def _authenticate(edges: Edges) -> ApiKey:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    key_id = find_key_id(secret.strip())
    key = None
    if scheme.lower() == "bearer" and key_id:
        key = edges.store.workspaces.find_key(key_id, secret.strip(), now=edges.now())
    if key is None:
        # One answer for unknown, wrong, revoked and expired: a try tells nothing about which keys exist.
        detail = "A valid API key is needed: send Authorization: Bearer ww_..."
        raise Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="wirewatch"'})
    return key


def _authorise(key: ApiKey, need: Need) -> None:
    if RANK[key.scope] < RANK[need]:
        raise Problem(403, f"This needs a key with the scope {need}; yours has {key.scope}.")
