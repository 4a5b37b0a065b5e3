"""The stream: what is new comes once and in order, nothing is lost between connections, and places are limited."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.app import create_app
from service.api.stream_ids import NAMED, read_id, write_id
from service.api.streams import HEARTBEAT, Listener, follow
from service.domain.alerts import Alert
from service.edges import Edges
from service.storage.alerts import dump_content
from service.storage.audit import Caller
from service.storage.tables import alert, alert_update
from service.storage.told import PAGE, Mark
from tests.api.conftest import Api, World, make_key
from tests.conftest import START, Clock
from tests.delivery.builders import an_alert, an_update


def tell(edges: Edges, world: World, number: int, **changes: Any) -> str:
    """An alert of the world's rule, told now."""
    told: Alert = an_alert()
    values = {
        "id": f"al_{number:03}", "workspace": edges.store.workspaces.list_workspaces()[0].id, "rule": world.rule, "subject": str(number),
        "content": dump_content(told), "created_at": edges.now(), **changes,
    }  # fmt: skip
    with edges.store.database.write() as connection:
        connection.execute(alert.insert().values(**values))
    return str(values["id"])


def tell_update(edges: Edges, alert_id: str) -> None:
    values = {"alert": alert_id, "number": 1, "content": dump_content(an_update()), "created_at": edges.now()}
    with edges.store.database.write() as connection:
        connection.execute(alert_update.insert().values(**values, workspace=edges.store.workspaces.list_workspaces()[0].id))


def open_stream(api: Api, last: str | None = None, query: str = "") -> Iterator[str]:
    """The stream's pieces, after the first, which sets how soon to come back."""
    response = api.call("GET", f"/v1/stream{query}", headers={"Last-Event-ID": last} if last else None)
    assert (response.status_code, response.mimetype) == (200, "text/event-stream")
    pieces = (piece.decode() if isinstance(piece, bytes) else piece for piece in response.response)
    assert next(pieces) == "retry: 1000\n\n"
    return pieces


def read(piece: str) -> dict[str, str]:
    assert piece.endswith("\n\n")
    return dict(line.split(": ", 1) for line in piece.strip().split("\n"))


def test_what_is_told_after_the_beginning_comes_in_order(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    stream = open_stream(api)
    first = tell(edges, world, 1)
    clock.advance(seconds=1)
    tell_update(edges, first)
    created, updated = read(next(stream)), read(next(stream))
    assert (created["event"], updated["event"]) == ("alert.created", "alert.updated")
    body = json.loads(created["data"])
    assert (body["type"], body["data"]["id"]) == ("alert.created", first)


def test_who_comes_back_misses_nothing_of_a_long_absence_and_gets_nothing_twice(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    stream = open_stream(api)
    tell(edges, world, 0)
    last = read(next(stream))["id"]
    missed = []
    for number in range(1, PAGE + 20):
        clock.advance(seconds=number % 3)
        missed.append(tell(edges, world, number))
    clock.advance(days=2)
    back = open_stream(api, last)
    assert [read(next(back))["id"].split("~")[1] for _ in missed] == missed


def test_who_comes_back_gets_what_became_visible_late_and_nothing_else_again(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    stream = open_stream(api)
    for number in (1, 3):
        clock.advance(seconds=1)
        tell(edges, world, number)
    last = [read(next(stream))["id"] for _ in range(2)][-1]
    late = tell(edges, world, 2, created_at=edges.now() - timedelta(seconds=1))
    tell_update(edges, "al_003")
    clock.advance(seconds=2)
    newest = tell(edges, world, 4)
    back = open_stream(api, last)
    told = [read(next(back)) for _ in range(3)]
    assert [each["id"].split("~")[1] for each in told] == [late, "al_003", newest]
    assert [each["event"] for each in told] == ["alert.created", "alert.updated", "alert.created"]
    for number, (name, kind) in enumerate((("al_003", "alert.updated"), (newest, "alert.created"))):
        again = read(next(open_stream(api, told[number]["id"])))
        assert (again["id"].split("~")[1], again["event"]) == (name, kind)


MARKS = st.builds(
    Mark,
    st.integers(0, 59).map(lambda second: START + timedelta(seconds=second)),
    st.from_regex(r"al_[0-9a-f]{4}", fullmatch=True),
    st.integers(0, 3),
)


@given(MARKS, st.sets(MARKS, max_size=NAMED), MARKS)
def test_an_id_names_what_was_sent_and_nothing_else(last: Mark, sent: set[Mark], other: Mark) -> None:
    had = read_id(write_id(last, sent))
    assert had.at == max({last, *sent}).at
    assert all(map(had.has, {last, *sent}))
    assert had.has(other) is ((other.alert, other.number) in {(each.alert, each.number) for each in (last, *sent)})


def test_of_very_many_an_id_names_the_newest() -> None:
    sent = [Mark(START + timedelta(milliseconds=number), f"al_{number}", 0) for number in range(2 * NAMED)]
    written = write_id(sent[-1], sent)
    had = read_id(written)
    assert [had.has(each) for each in sent].count(True) == NAMED + 1
    assert len(written) < 1000


def test_what_becomes_visible_late_is_not_lost(world: World, edges: Edges, clock: Clock, api: Api) -> None:
    listener = Listener(edges, api.workspace, None, edges.now() - timedelta(seconds=60))
    listener.skip()
    tell(edges, world, 2)
    assert ["al_002" in each for each in listener.news()] == [True]
    tell(edges, world, 1, created_at=edges.now() - timedelta(seconds=30))
    assert ["al_001" in each for each in listener.news()] == [True]
    assert [*listener.news()] == []
    clock.advance(hours=1)
    tell(edges, world, 3)
    assert ["al_003" in each for each in listener.news()] == [True]
    assert len(listener.sent) == 1, "what is sent is forgotten with its time"


@pytest.mark.parametrize("how", ["revoked", "expired"])
def test_a_stream_ends_with_its_key(how: str, world: World, edges: Edges, clock: Clock) -> None:
    key = make_key(edges, "ours", "read", expires_at=clock.at + timedelta(hours=1))
    stream = open_stream(Api(create_app(edges).test_client(), key.secret, ""))
    tell(edges, world, 1)
    assert "al_001" in next(stream)
    if how == "revoked":
        owner = Caller(edges.store.workspaces.list_workspaces()[0].id, "test", edges.now(), edges.new_id("au"))
        assert edges.store.workspaces.revoke_key(key.id, caller=owner)
    else:
        clock.advance(hours=1)
    tell(edges, world, 2)
    assert next(stream, None) is None


def test_a_quiet_stream_shows_that_it_lives_and_ends(edges: Edges, api: Api) -> None:
    listener = Listener(edges, api.workspace, None, edges.now())
    pieces = [*follow(listener, lambda: None, looks=2 * HEARTBEAT)]
    assert pieces == ["retry: 1000\n\n", ": still here\n\n", ": still here\n\n"]


def test_one_rules_alerts_alone(world: World, api: Api, edges: Edges) -> None:
    other = api.expect(201, "POST", "/v1/rules", {"name": "Cats", "topics": ["cats"]})["id"]
    stream = open_stream(api, query=f"?rule={other}")
    tell_update(edges, tell(edges, world, 1))
    tell(edges, world, 2, rule=other)
    assert json.loads(read(next(stream))["data"])["data"]["id"] == "al_002"


def test_a_rule_that_is_not_ours_is_refused_at_once(api: Api, neighbour: Api) -> None:
    theirs = neighbour.expect(201, "POST", "/v1/rules", {"name": "Cats", "topics": ["cats"]})["id"]
    for rule in ("ru_0", theirs):
        (error,) = api.expect(422, "GET", f"/v1/stream?rule={rule}")["errors"]
        assert error == {"at": "query/rule", "message": f'there is no rule "{rule}" in this workspace; see GET /v1/rules'}


def test_a_neighbours_alerts_never_come(world: World, neighbour: Api, edges: Edges) -> None:
    listener = Listener(edges, neighbour.workspace, None, edges.now() - timedelta(days=9))
    tell_update(edges, tell(edges, world, 1))
    assert [*listener.news()] == []


def test_places_are_limited_and_given_back(open_house: Callable[..., Edges]) -> None:
    edges = open_house(stream_connections=1)
    api = Api(create_app(edges).test_client(), make_key(edges, "ours", "read").secret, "")
    held = api.call("GET", "/v1/stream")
    full = api.call("GET", "/v1/stream")
    assert (full.status_code, full.headers["Retry-After"]) == (503, "10")
    held.close()
    again = api.call("GET", "/v1/stream")
    assert again.status_code == 200
    again.close()


@pytest.mark.parametrize("last", ["yesterday", "9" * 40, "-" + "9" * 30, "1~", "~", "1~~~", "1772442000000000~al_1~0"])
def test_an_id_that_is_none_is_refused_or_harmless(api: Api, last: str) -> None:
    response = api.call("GET", "/v1/stream", headers={"Last-Event-ID": last})
    assert response.status_code in (200, 422)
    response.close()
