"""API keys: their form, and their life over the API."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.keys import find_key_id, new_key
from service.edges import Edges
from service.storage.tables import api_key, audit
from tests.api.conftest import Api


def test_a_key_is_shown_once_and_stored_as_a_hash(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/keys", {"name": "Dashboard"})
    assert made["scope"] == "read"
    assert made["key"].endswith(made["last4"])
    assert made["key"] not in api.call("GET", "/v1/keys").text
    with edges.store.database.read() as connection:
        assert made["key"] not in str(connection.execute(api_key.select()).all())


def test_a_new_key_opens_its_scope_until_it_is_revoked(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/keys", {"name": "Script", "scope": "write"})
    script = Api(api.client, made["key"], api.workspace)
    script.expect(201, "POST", "/v1/rules", {"name": "Bridges", "topics": ["bridge"]})
    script.expect(403, "GET", "/v1/keys")
    assert api.expect(200, "DELETE", f"/v1/keys/{made['id']}")["revoked_at"] is not None
    script.expect(401, "GET", "/v1/rules")
    assert made["id"] in [key["id"] for key in api.get("/v1/keys")["items"]]


def test_what_was_done_with_keys_is_in_the_audit_trail(api: Api, edges: Edges) -> None:
    made = api.expect(201, "POST", "/v1/keys", {"name": "Script"})
    api.expect(200, "DELETE", f"/v1/keys/{made['id']}")
    with edges.store.database.read() as connection:
        rows = connection.execute(audit.select().where(audit.c.object == made["id"])).all()
    assert {(row.action, row.caller) for row in rows} == {("key.create", find_key_id(api.key)), ("key.revoke", find_key_id(api.key))}


@given(st.binary(min_size=32, max_size=32))
def test_every_key_has_the_form_that_is_read_back(raw: bytes) -> None:
    made = new_key(lambda count: raw[:count])
    assert find_key_id(made.secret) == made.id
    assert len(made.secret) == 3 + 8 + 1 + 43


def test_keys_use_all_their_random_bits() -> None:
    lowest = new_key(lambda count: bytes(count))
    for byte in range(32):
        raw = bytearray(32)
        raw[byte] = 1
        other = new_key(lambda count, raw=bytes(raw): raw if count == 32 else bytes(count))  # type: ignore[misc]
        assert other.id == lowest.id
        assert other.secret != lowest.secret


@pytest.mark.parametrize(
    "text", ["", "ww_", "ww_12345678_", "ww_1234567_" + "a" * 43, "ww_12345678_" + "a" * 42, "ww_12345678_" + "é" * 43]
)
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert find_key_id(text) is None
