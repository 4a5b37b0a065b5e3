"""A full text on its way through real workers."""

from __future__ import annotations

import pytest

from tests.newsroom import Answer, Story
from tests.workers.conftest import House

pytestmark = pytest.mark.faults

PARTS = "".join(f"<p>Part {number}: the mayor thanked all {number * 7} guests who had come to the quay.</p>" for number in range(1, 9))


def test_what_only_the_page_says_becomes_an_alert(house: House) -> None:
    store = house.edges.store
    [feed] = store.feeds.list_feeds("ws_1").items
    store.feeds.change_subscription(feed.id, paused=None, tags=None, full_text=True, caller=house.caller())
    html = f"<html><body><article>{PARTS}<p>It was a harbour bridge.</p></article></body></html>"
    house.newsroom.answers["/a/1"] = Answer(html.encode(), headers={"Content-Type": "text/html"})
    house.newsroom.publish("/feed", [Story("Opening today", path="1")])
    house.machine.start_worker()
    house.machine.start_beat()
    house.wait_until_told(1)
