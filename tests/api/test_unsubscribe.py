"""The link in every mail."""

from __future__ import annotations

import pytest

from service.delivery.unsubscribe import unsubscribe_token
from service.edges import Edges
from tests.api.conftest import Api, World


@pytest.fixture
def link(world: World, edges: Edges) -> str:
    return f"/unsubscribe/{unsubscribe_token(world.channel, edges.secret_key)}"


def test_looking_at_the_page_changes_nothing(link: str, world: World, api: Api) -> None:
    page = api.client.get(link)
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "<button>" in page.text
    assert api.get(f"/v1/channels/{world.channel}")["disabled_at"] is None


@pytest.mark.parametrize("times", [1, 2])
def test_one_click_disables_the_channel(times: int, link: str, world: World, api: Api) -> None:
    for _ in range(times):
        page = api.client.post(link, data={"List-Unsubscribe": "One-Click"})
        assert page.status_code == 200
        assert "You are unsubscribed" in page.text
    assert api.get(f"/v1/channels/{world.channel}")["disabled_reason"] == "unsubscribed by the recipient"
    assert api.get(f"/v1/deliveries/{world.delivery}")["state"] == "dead"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_does_nothing(method: str, link: str, world: World, api: Api) -> None:
    for wrong in (link[:-1], link.replace(world.channel, "ch_other"), "/unsubscribe/x", "/unsubscribe/%00", "/unsubscribe/a.%F0%9F%98%80"):
        page = api.client.open(wrong, method=method)
        assert page.status_code == 404, wrong
        assert "does not work" in page.text
    assert api.get(f"/v1/channels/{world.channel}")["disabled_at"] is None


def test_a_deleted_channel_has_no_page(link: str, world: World, api: Api) -> None:
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": []})
    api.expect(204, "DELETE", f"/v1/channels/{world.channel}")
    assert api.client.get(link).status_code == 404
