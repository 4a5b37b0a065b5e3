"""The demo as a user of the HTTP API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

PAUSE = 0.1  # seconds between two looks


class DemoFailed(Exception):
    """The demo did not go as it should; the message says where."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API, called with a key."""

    client: aiohttp.ClientSession

    async def get(self, path: str) -> Any:
        """GET a document. Raises DemoFailed."""
        return await self._call("GET", path, None)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST a document and return the answer. Raises DemoFailed."""
        return await self._call("POST", path, body)

    async def until_polled(self, feed_id: str) -> dict[str, Any]:
        """The feed after its first good poll. Raises DemoFailed if the poll failed."""
        while True:
            feed: dict[str, Any] = await self.get(f"/v1/feeds/{feed_id}")
            if feed["state"] == "ok":
                return feed
            if feed["state"] != "new":
                raise DemoFailed(f"the feed {feed['url']} could not be read: {feed['state']}, {feed['reason']}")
            await asyncio.sleep(PAUSE)

    async def until_matched(self) -> None:
        """Return once the articles that were there have been matched, and one of them did."""
        while True:
            if (await self.get("/v1/matches"))["items"]:
                return
            await asyncio.sleep(PAUSE)

    async def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        try:
            async with self.client.request(method, path, json=body) as answer:
                if answer.status >= 400:
                    raise DemoFailed(f"{method} {path} was answered with HTTP {answer.status}: {(await answer.text())[:500]}")
                return await answer.json()
        except aiohttp.ClientError as error:
            raise DemoFailed(f"{method} {path}: the API does not answer ({type(error).__name__})") from error


@asynccontextmanager
async def open_api(url: str, key: str) -> AsyncIterator[Api]:
    """The API at this address."""
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(url, headers=headers, timeout=aiohttp.ClientTimeout(total=20), trust_env=False) as client:
        yield Api(client)
