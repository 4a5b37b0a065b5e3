"""The demo's scene: feeds followed, channels made, rules watching; then an article at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from service.cli.demo.client import Api
from service.cli.demo.desk import Desk
from service.cli.demo.mailbox import ADDRESS
from service.cli.demo.newsroom import Newsroom
from service.cli.demo.receiver import Receiver
from service.cli.demo.story import Piece


@dataclass(frozen=True, slots=True)
class Scene:
    """Everybody who takes part; `feeds` maps outlets to the ids of their feeds."""

    desk: Desk
    newsroom: Newsroom
    api: Api
    now: Callable[[], datetime]
    feeds: dict[str, str]
    url: str
    key: str


async def open_scene(scene: Scene, news_url: str, hook_url: str, receiver: Receiver) -> None:
    """Set everything up over the API, as a user would, and wait until what the feeds hold was read and matched. Raises DemoFailed."""
    api, screen, story = scene.api, scene.desk.screen, scene.desk.story
    screen.say()
    channel = await api.post("/v1/channels", {"kind": "webhook", "name": "desk webhook", "settings": {"url": f"{hook_url}/alerts"}})
    receiver.secret = channel["secret"]
    await api.post("/v1/channels", {"kind": "email", "name": "desk mail", "settings": {"to": ADDRESS}})
    screen.fact("channels", f"a webhook to {hook_url}/alerts, mail to {ADDRESS}")
    for rule in story.rules.values():
        await api.post("/v1/rules", rule)
        screen.fact("rule", rule["name"])
    for outlet in story.outlets:
        feed = await api.post("/v1/feeds", {"url": f"{news_url}/{outlet.id}/feed.xml"})
        scene.feeds[outlet.id] = feed["id"]
    screen.fact("feeds", f"reading {len(scene.feeds)} for the first time, while the worker loads its tables of names and concepts ...")
    await asyncio.gather(*(api.until_polled(feed) for feed in scene.feeds.values()))
    await api.until_matched()
    screen.fact("feeds", f"read and matched; the {len(story.opening)} articles they held are the baseline, which alerts nobody")


async def publish(scene: Scene, piece: Piece) -> None:
    """Publish a piece, and ask for a poll of its feed instead of waiting for the next."""
    outlet = next(each.name for each in scene.desk.story.outlets if each.id == piece.outlet)
    scene.newsroom.publish(piece, scene.now())
    scene.desk.note_published(piece, outlet)
    await scene.api.post(f"/v1/feeds/{scene.feeds[piece.outlet]}/poll")
