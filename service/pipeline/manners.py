"""What sites let us read: their robots.txt, asked for once a day and kept for all workers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from yarl import URL

from service.domain.pages import PageFailed
from service.domain.robots import FORBIDDEN, UNREACHED, UNREADABLE, Robots, Verdict, after_asking
from service.edges import Edges
from service.feeds.errors import ParseFailed
from service.feeds.robots import fetch_rules, weigh
from service.feeds.sandbox import Sandbox
from service.outbound import OutboundError, Session

SHARE = 1 / 3  # of a fetch's deadline that robots.txt may take, for the page is to follow


@dataclass(slots=True)
class Manners:
    """Asks for robots.txt on the way to one page. `delay` is what the sites on the way want between two of their pages."""

    edges: Edges
    session: Session
    sandbox: Sandbox
    delay: timedelta | None = None

    async def admit(self, url: str) -> None:
        """Raises PageFailed where the site of `url` does not let us read it, or cannot be asked."""
        known = await self._robots(str(URL(url).origin()))
        if known.rules is None:
            raise PageFailed(UNREACHED, passing=True)
        verdict = await self._weigh(known.rules, url)
        if verdict.delay is not None:
            self.delay = max(verdict.delay, self.delay or verdict.delay)
        if not verdict.allowed:
            raise PageFailed(FORBIDDEN)

    async def _robots(self, origin: str) -> Robots:
        store, now = self.edges.store.robots, await asyncio.to_thread(self.edges.now)
        known = await asyncio.to_thread(store.find_robots, origin)
        if known is not None and known.is_fresh(now):
            return known
        try:
            rules = await fetch_rules(self.session, origin, deadline=self.edges.settings.fetch_deadline * SHARE)
        except OutboundError as error:
            raise PageFailed(f"its robots.txt cannot be read: {error}") from error
        found = after_asking(origin, known, rules, now)
        await asyncio.to_thread(store.save_robots, found)
        return found

    async def _weigh(self, rules: bytes, url: str) -> Verdict:
        agent = self.edges.outbound.user_agent.partition("/")[0]
        try:
            return await weigh(self.sandbox, rules, url, agent)
        except ParseFailed as error:
            raise PageFailed(UNREADABLE) from error
