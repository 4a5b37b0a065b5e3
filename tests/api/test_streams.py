"""The stream: what is new comes once and in order, nothing is lost between connections, and places are limited."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
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
    clock.advance(seconds=1)
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
    late = tell(edges, world, 2, created_at=edges.now() - timedelta(seconds=0.5))
    clock.advance(seconds=1)
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


@given(st.sets(MARKS, min_size=1, max_size=300), st.sets(MARKS, max_size=300), st.data())
def test_who_comes_back_has_had_what_was_sent_and_nothing_else(told: set[Mark], others: set[Mark], data: st.DataObject) -> None:
    last = data.draw(st.sampled_from(sorted(told)))
    sent = {each for each in told if each.at != last.at or each <= last}
    late = {each for each in others if each.at not in {mark.at for mark in told}}
    had = read_id(write_id(last, sent))
    assert had.at == max(sent).at
    assert had.among(sorted(told | late)) == sent


def test_where_two_transactions_had_one_moment_nothing_is_lost() -> None:
    sent = [Mark(START, f"al_{number}", 0) for number in (1, 3)]
    last, late = Mark(START + timedelta(seconds=1), "al_4", 0), Mark(START, "al_2", 0)
    assert read_id(write_id(last, {*sent, last})).among([*sent, late, last]) == {last}


def test_an_id_of_very_many_moments_is_short_enough_for_a_header_and_names_the_newest() -> None:
    sent = [Mark(START + timedelta(milliseconds=number), f"al_{number}", 0) for number in range(2 * NAMED)]
    written = write_id(sent[-1], sent)
    assert read_id(written).among(sent) == {*sent[-NAMED:]}
    assert len(written) < 8000


def test_nothing_of_a_great_burst_comes_twice(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    stream = open_stream(api)
    for number in range(150):
        tell(edges, world, number)
    clock.advance(seconds=1)
    tell(edges, world, 150)
    last = [read(next(stream))["id"] for _ in range(151)][-1]
    tell(edges, world, 151)
    assert read(next(open_stream(api, last)))["id"].split("~")[1] == "al_151"


def test_who_comes_back_in_the_middle_of_a_burst_gets_the_rest(world: World, api: Api, edges: Edges) -> None:
    stream = open_stream(api)
    for number in range(150):
        tell(edges, world, number)
    last = [read(next(stream))["id"] for _ in range(120)][-1]
    back = open_stream(api, last)
    assert [read(next(back))["id"].split("~")[1] for _ in range(30)] == [f"al_{number}" for number in range(120, 150)]


def test_an_id_as_it_was_written_before_is_understood(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    clock.advance(minutes=2)
    for number in (1, 2, 3):
        tell(edges, world, number)
        clock.advance(seconds=1)
    at = (clock.at - timedelta(seconds=1) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    names_of_the_first = base64.urlsafe_b64encode(hashlib.sha256(b"al_001~0").digest())[:6].decode()
    back = open_stream(api, f"{at}~al_003~0~{names_of_the_first}")
    assert read(next(back))["id"].split("~")[1] == "al_002"
    tell(edges, world, 4)
    assert read(next(back))["id"].split("~")[1] == "al_004"


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


@pytest.mark.parametrize(
    "last",
    [
        "yesterday",
        "9" * 40,
        "-" + "9" * 30,
        "1~",
        "~",
        "1~~~",
        "1772442000000000~al_1~0",
        "1~al_1~0~.",
        "1~al_1~0~.AAA",
        "1~al_1~x~.AAAAAAAB",
        "1~al_1~0~.ä",
    ],
)
def test_an_id_that_is_none_is_refused_or_harmless(api: Api, last: str) -> None:
    response = api.call("GET", "/v1/stream", headers={"Last-Event-ID": last})
    assert response.status_code in (200, 422)
    response.close()
