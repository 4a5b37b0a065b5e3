"""The API over a fresh house, with a key of each scope in two workspaces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_openapi import utils
from werkzeug.test import TestResponse

from service.api.app import create_app
from service.domain.keys import NewKey, new_key
from service.edges import Edges
from service.pipeline.match import Matcher
from service.storage.audit import Caller
from service.storage.tables import article
from service.storage.workspaces import ApiKey, Scope
from tests.conftest import Clock


@dataclass
class Api:
    """A caller of the API with one key."""

    client: FlaskClient
    key: str
    workspace: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Send JSON, get the answer."""
        given = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        if body is None:
            return self.client.open(path, method=method, headers=given)
        return self.client.open(path, method=method, headers=given, data=json.dumps(body), content_type="application/json")

    def get(self, path: str) -> Any:
        """The JSON of a GET that must succeed."""
        return self.expect(200, "GET", path)

    def expect(self, status: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of a call that must give this status."""
        response = self.call(method, path, body, headers)
        assert response.status_code == status, response.text
        return response.json if response.data else None


def make_key(edges: Edges, workspace: str, scope: Scope, **changes: Any) -> NewKey:
    """A key of this scope in the workspace of this name."""
    by = edges.store.workspaces.get_or_add_workspace(workspace, new_id=edges.new_id("ws"), now=edges.now())
    made = new_key(edges.random_bytes)
    values = {"expires_at": None, "last_used_at": None, "revoked_at": None, **changes}
    key = ApiKey(id=made.id, workspace=by.id, name=scope, last4=made.last4, scope=scope, created_at=edges.now(), **values)
    edges.store.workspaces.add_key(key, made.secret, caller=Caller(by.id, "cli", edges.now(), edges.new_id("au")))
    return made


def workspace_id(edges: Edges, name: str) -> str:
    """The id of the workspace of this name."""
    found = edges.store.workspaces.find_workspace(name)
    assert found is not None
    return found.id


@pytest.fixture(scope="session", autouse=True)
def schemas_made_once() -> Iterator[None]:
    """Every test has an app of its own; the JSON Schemas of its forms, which take most of the app's making, are the same in all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "get_model_schema", cache(utils.get_model_schema))  # read, never changed
        yield


@pytest.fixture
def app(edges: Edges) -> Flask:
    return create_app(edges)


@pytest.fixture
def api(app: Flask, edges: Edges) -> Api:
    """An admin of the workspace "ours"."""
    key = make_key(edges, "ours", "admin").secret
    return Api(app.test_client(), key, workspace_id(edges, "ours"))


@pytest.fixture
def neighbour(app: Flask, edges: Edges) -> Api:
    """An admin of another workspace."""
    key = make_key(edges, "theirs", "admin").secret
    return Api(app.test_client(), key, workspace_id(edges, "theirs"))


@dataclass
class World:
    """What a workspace has after its first alert: an id of each noun."""

    feed: str
    rule: str
    channel: str
    article: str
    match: str
    alert: str
    delivery: str
    key: str
    story: str
    out_feed: str


def add_article(edges: Edges, feed: str, number: int, title: str, **changes: Any) -> str:
    """An article that waits to be matched; its id."""
    now = edges.now()
    values: dict[str, Any] = {
        "id": f"ar_{number:026x}",
        "feed": feed,
        "url": f"https://gazette.example/{number}",
        "dedup_key": f"gazette.example/{number}",
        "content_hash": "",
        "title": title,
        "summary": "",
        "body": "",
        "author": "",
        "language": "en",
        "source": "The Gazette",
        "baseline": False,
        "first_seen_at": now,
        "changed_at": now,
        "next_at": now,
    }
    with edges.store.database.write() as connection:
        connection.execute(article.insert().values({**values, **changes}))
    return str(values["id"])


@pytest.fixture
def world(api: Api, edges: Edges, clock: Clock) -> World:
    """A feed, a rule and a webhook channel in "ours", and one article that has become an alert."""
    feed = api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "tags": ["world"]})["id"]
    hook = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example/in?token=hush"}}
    channel = api.expect(201, "POST", "/v1/channels", hook)["id"]
    rule = api.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["harbour bridge"], "channels": [channel]})["id"]
    clock.advance(minutes=1)
    found = add_article(edges, feed, 1, "Harbour bridge opens")
    Matcher(edges).match_due(lambda: None)
    [match] = api.get("/v1/matches")["items"]
    [delivery] = api.get("/v1/deliveries")["items"]
    key = api.expect(201, "POST", "/v1/keys", {"name": "spare"})["id"]
    [story] = api.get("/v1/stories")["items"]
    out_feed = api.expect(201, "POST", "/v1/out-feeds", {"name": "Bridges", "rule": rule})["id"]
    return World(feed, rule, channel, found, match["id"], match["alert"], delivery["id"], key, story["id"], out_feed)
