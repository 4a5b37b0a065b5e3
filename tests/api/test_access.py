"""Who may call what: every route, with every kind of key."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from service.edges import Edges
from service.storage.workspaces import Scope
from tests.api.conftest import Api, World, make_key
from tests.conftest import Clock

PUBLIC = {
    "GET /", "GET /docs", "GET /assets/<name>", "GET /openapi.json", "GET /healthz", "GET /readyz", "GET /metrics",
    "GET /unsubscribe/<token>", "POST /unsubscribe/<token>", "GET /confirm/<token>", "POST /confirm/<token>",
    "GET /feedback/<token>", "POST /feedback/<token>", "GET /mute/<token>", "POST /mute/<token>",
    "GET /feeds/<token>.atom", "GET /feeds/<token>.json",
    "GET /websub/<subscription>", "POST /websub/<subscription>",
}  # fmt: skip

READ = {
    "GET /v1/feeds", "GET /v1/feeds/<id>", "GET /v1/feeds/<id>/pages", "GET /v1/rules", "GET /v1/rules/<id>", "GET /v1/rules/<id>/volume",
    "POST /v1/rules/preview", "GET /v1/channels",
    "GET /v1/channels/<id>", "GET /v1/channel-kinds", "GET /v1/out-feeds", "GET /v1/stream", "POST /v1/channels/preview",
    "GET /v1/articles", "GET /v1/articles/<id>",
    "GET /v1/articles/<id>/explain", "GET /v1/matches", "GET /v1/matches/<id>",
    "GET /v1/alerts", "GET /v1/alerts/<id>", "GET /v1/deliveries", "GET /v1/deliveries/<id>", "GET /v1/actors", "GET /v1/workspace",
    "GET /v1/stories", "GET /v1/stories/<id>", "GET /v1/opml", "GET /v1/starter-feeds",
    "GET /v1/digests", "GET /v1/digests/<id>", "GET /v1/silences", "GET /v1/silences/<id>",
    "GET /v1/alerts/<id>/feedback", "GET /v1/feedback", "GET /v1/mutes", "GET /v1/rules/<id>/feedback",
}  # fmt: skip

WRITE = {
    "POST /v1/feeds", "PATCH /v1/feeds/<id>", "DELETE /v1/feeds/<id>", "POST /v1/feeds/<id>/poll", "POST /v1/rules",
    "PUT /v1/rules/<id>", "PATCH /v1/rules/<id>", "DELETE /v1/rules/<id>", "POST /v1/channels", "PATCH /v1/channels/<id>",
    "POST /v1/out-feeds", "POST /v1/out-feeds/<id>/renew", "DELETE /v1/out-feeds/<id>",
    "DELETE /v1/channels/<id>", "POST /v1/channels/<id>/test", "POST /v1/channels/<id>/rotate-secret",
    "POST /v1/channels/<id>/enable", "POST /v1/channels/<id>/replay", "POST /v1/channels/<id>/confirmation",
    "POST /v1/deliveries/<id>/redeliver", "PUT /v1/actors", "DELETE /v1/actors",
    "PATCH /v1/workspace", "POST /v1/stories/<id>/merge", "POST /v1/stories/<id>/split", "POST /v1/feeds/bulk", "POST /v1/opml",
    "POST /v1/silences", "DELETE /v1/silences/<id>",
    "PUT /v1/alerts/<id>/feedback", "DELETE /v1/alerts/<id>/feedback", "DELETE /v1/mutes/<id>",
}  # fmt: skip

ADMIN = {"GET /v1/keys", "POST /v1/keys", "DELETE /v1/keys/<id>"}

CLOSED = sorted(READ | WRITE | ADMIN)
BODIES = {
    "PUT /v1/rules/<id>": {"name": "Mine now", "topics": ["theft"]},
    "PATCH /v1/rules/<id>": {"name": "Mine now"},
    "PATCH /v1/feeds/<id>": {"paused": True},
    "PATCH /v1/channels/<id>": {"name": "Mine now"},
    "PUT /v1/alerts/<id>/feedback": {"relevant": False},
    "POST /v1/channels/<id>/replay": {"since": "2026-03-01T00:00:00Z"},
    "POST /v1/stories/<id>/merge": {"stories": ["st_1"]},
    "POST /v1/stories/<id>/split": {"articles": ["ar_1"]},
}


def routes(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}" for rule in app.url_map.iter_rules() for method in rule.methods or () if method not in {"HEAD", "OPTIONS"}
    }


def test_every_route_is_in_the_tables(app: Flask) -> None:
    assert routes(app) == PUBLIC | READ | WRITE | ADMIN


def test_without_a_valid_key_every_route_answers_401_and_nothing_more(app: Flask, edges: Edges, clock: Clock) -> None:
    revoked = make_key(edges, "ours", "admin", revoked_at=clock()).secret
    expired = make_key(edges, "ours", "admin", expires_at=clock() - timedelta(seconds=1)).secret
    valid = make_key(edges, "ours", "admin").secret
    nearly = valid[:-1] + ("0" if valid[-1] != "0" else "1")
    tries = ["", f"Bearer {revoked}", f"Bearer {expired}", f"Bearer {nearly}", f"Basic {valid}", "Bearer", f"Bearer {valid}\u00e9"]
    answers = set()
    for name in CLOSED:
        method, path = name.split()
        for given in tries:
            response = app.test_client().open(path.replace("<id>", "x_1"), method=method, headers={"Authorization": given})
            assert response.status_code == 401, (name, given)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")
            answers.add(response.text)
    assert len(answers) == 1, "the answers differ, and so tell something"


@pytest.mark.parametrize("scope", ["read", "write", "admin"])
def test_each_scope_opens_its_routes_and_no_others(scope: Scope, app: Flask, edges: Edges) -> None:
    opened = {"read": READ, "write": READ | WRITE, "admin": READ | WRITE | ADMIN}[scope]
    one = Api(app.test_client(), make_key(edges, "ours", scope).secret, "")
    for name in CLOSED:
        method, path = name.split()
        status = one.call(method, path.replace("<id>", "x_1"), {} if method != "GET" else None).status_code
        assert (status != 403) is (name in opened), (name, status)
        assert status != 401, name


def test_what_belongs_to_another_workspace_is_not_there(world: World, api: Api, neighbour: Api) -> None:
    ours = {
        "feeds": world.feed, "rules": world.rule, "channels": world.channel, "articles": world.article, "matches": world.match,
        "alerts": world.alert, "deliveries": world.delivery, "keys": world.key,
        "stories": world.story, "out-feeds": world.out_feed, "silences": "sl_none", "digests": "dg_none",  # see test_policies
        "mutes": "mu_none",  # see test_alert_links
    }  # fmt: skip
    before = _everything(api)
    for name in CLOSED:
        method, path = name.split()
        if "<id>" not in path:
            continue
        body = None if method == "GET" else BODIES.get(name, {})
        asked = f"?rule={world.rule}" if path.endswith("/explain") else ""
        theirs = neighbour.call(method, path.replace("<id>", ours[path.split("/")[2]]) + asked, body)
        nobodys = neighbour.call(method, path.replace("<id>", "xx_1") + asked, body)
        assert theirs.status_code == 404, name
        assert theirs.text == nobodys.text, f"{name}: the answer tells that it exists"
    assert _everything(api) == before


def test_lists_hold_nothing_of_another_workspace(world: World, api: Api, neighbour: Api) -> None:
    for noun in ("feeds", "rules", "channels", "articles", "stories", "matches", "alerts", "deliveries", "out-feeds"):
        assert api.get(f"/v1/{noun}")["items"], noun
        assert neighbour.get(f"/v1/{noun}")["items"] == [], noun


def test_a_feed_two_workspaces_follow_is_one_feed_with_two_sets_of_tags(world: World, api: Api, neighbour: Api) -> None:
    theirs = neighbour.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed", "tags": ["rivals"]})
    assert theirs["id"] == world.feed
    assert api.get(f"/v1/feeds/{world.feed}")["tags"] == ["world"]


def test_a_rule_cannot_name_another_workspaces_channel_or_feed(world: World, neighbour: Api) -> None:
    body = {"name": "Spy", "topics": ["bridge"], "channels": [world.channel], "feeds": [world.feed]}
    refused = neighbour.expect(422, "POST", "/v1/rules", body)
    assert [error["at"] for error in refused["errors"]] == ["/channels/0", "/feeds/0"]


def _everything(api: Api) -> dict[str, object]:
    nouns = ("feeds", "rules", "channels", "deliveries", "out-feeds")
    found: dict[str, object] = {noun: api.get(f"/v1/{noun}")["items"] for noun in nouns}
    found["keys"] = [{**key, "last_used_at": None} for key in api.get("/v1/keys")["items"]]
    return found
