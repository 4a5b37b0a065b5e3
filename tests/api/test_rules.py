"""Rules over the API: changes, merge patches, and nobody's change overwritten."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.merging import merge_patch
from tests.api.conftest import Api, World

UNSAID = {
    "when": None, "stories": "developments", "group_wait": None, "cooldown": None, "quiet_hours": None, "urgent": False,
    "mute_until": None, "cap": None,
}  # fmt: skip
RULE = {"name": "Bridges", "topics": ["bridge"], "alerting": {"cooldown": "PT4H"}}


def make(api: Api) -> str:
    return str(api.expect(201, "POST", "/v1/rules", RULE)["id"])


def test_a_rule_comes_back_as_it_was_sent_with_its_defaults(api: Api) -> None:
    made = api.expect(201, "POST", "/v1/rules", RULE)
    shown = api.call("GET", f"/v1/rules/{made['id']}")
    assert shown.json == made
    assert shown.headers["ETag"] == f'"{made["revision"]}"'
    assert made["rule"]["alerting"] == {
        **UNSAID, "cooldown": "PT4H",
    }  # fmt: skip
    assert made["rule"]["channels"] is None


@pytest.mark.parametrize(
    ("patch", "field", "becomes"),
    [
        pytest.param({"enabled": False}, "enabled", False, id="a switch"),
        pytest.param({"topics": ["tunnel", "ferry"]}, "topics", ["tunnel", "ferry"], id="a list is replaced"),
        pytest.param(
            {"alerting": {"mute_until": "2026-04-01T00:00:00Z"}}, "alerting",
            {**UNSAID, "cooldown": "PT4H", "mute_until": "2026-04-01T00:00:00Z"},
            id="an object is merged",
        ),
        pytest.param({"feeds": ["tag:world"]}, "feeds", ["tag:world"], id="tags are not checked"),
        pytest.param(
            {"alerting": None}, "alerting",
            UNSAID, id="null takes the default",
        ),
    ],
)  # fmt: skip
def test_a_patch_changes_what_it_names(patch: dict[str, Any], field: str, becomes: Any, api: Api) -> None:
    changed = api.expect(200, "PATCH", f"/v1/rules/{make(api)}", patch)["rule"]
    assert changed[field] == becomes
    assert changed["name"] == "Bridges"


def test_a_patch_that_breaks_the_rule_is_refused_and_changes_nothing(api: Api) -> None:
    rule = make(api)
    before = api.get(f"/v1/rules/{rule}")
    refused = api.expect(422, "PATCH", f"/v1/rules/{rule}", {"topics": []})
    assert "at least one actor or topic" in refused["errors"][0]["message"]
    refused = api.expect(422, "PATCH", f"/v1/rules/{rule}", {"alerting": {"cooldwn": "PT1H"}})
    assert refused["errors"][0]["at"] == "/alerting/cooldwn"
    assert api.get(f"/v1/rules/{rule}") == before


def test_merge_patches_have_their_own_media_type_too(api: Api) -> None:
    response = api.client.patch(
        f"/v1/rules/{make(api)}", data='{"enabled": false}', content_type="application/merge-patch+json",
        headers={"Authorization": f"Bearer {api.key}"},
    )  # fmt: skip
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_change_of_something_that_has_changed_meanwhile_is_refused(method: str, api: Api) -> None:
    rule = make(api)
    seen = api.call("GET", f"/v1/rules/{rule}").headers["ETag"]
    api.expect(200, "PATCH", f"/v1/rules/{rule}", {"name": "Quays"}, {"If-Match": seen})
    api.expect(412, method, f"/v1/rules/{rule}", RULE if method != "DELETE" else None, {"If-Match": seen})
    assert api.get(f"/v1/rules/{rule}")["rule"]["name"] == "Quays"
    now = api.call("GET", f"/v1/rules/{rule}").headers["ETag"]
    assert api.call(method, f"/v1/rules/{rule}", RULE if method != "DELETE" else None, {"If-Match": f'"1", {now}'}).status_code < 300


def test_if_match_any_wants_no_revision(api: Api) -> None:
    api.expect(200, "PATCH", f"/v1/rules/{make(api)}", {"enabled": False}, {"If-Match": "*"})


def test_an_if_match_that_is_no_revision_matches_none(api: Api) -> None:
    api.expect(412, "PATCH", f"/v1/rules/{make(api)}", {"enabled": False}, {"If-Match": '"abc"'})
    api.expect(412, "PATCH", f"/v1/rules/{make(api)}", {"enabled": False}, {"If-Match": '""'})


def test_a_deleted_rule_is_gone(api: Api) -> None:
    rule = make(api)
    api.expect(204, "DELETE", f"/v1/rules/{rule}")
    api.expect(404, "GET", f"/v1/rules/{rule}")
    api.expect(404, "PUT", f"/v1/rules/{rule}", RULE)
    assert api.get("/v1/rules")["items"] == []


def test_a_rule_may_keep_a_feed_that_is_followed_no_more(world: World, api: Api) -> None:
    body = {**RULE, "feeds": [world.feed, "tag:world"]}
    rule = api.expect(201, "POST", "/v1/rules", body)["id"]
    api.expect(204, "DELETE", f"/v1/feeds/{world.feed}")
    api.expect(200, "PATCH", f"/v1/rules/{rule}", {"name": "Still here"})
    api.expect(422, "POST", "/v1/rules", body)


# The examples of RFC 7396, appendix A.
@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_what_the_standard_says(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_patching_twice_is_patching_once_and_touches_nothing(target: Any, patch: Any) -> None:
    before = repr(target)
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once
    assert repr(target) == before
