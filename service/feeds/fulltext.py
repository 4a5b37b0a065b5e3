"""From an article's page to its text, where the `fulltext` extra is installed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from importlib.util import find_spec
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from yarl import URL

from service.domain.pages import LEAST, PageFailed, is_passing
from service.feeds.errors import ParseFailed
from service.feeds.sandbox import Sandbox
from service.outbound import OutboundError, OutboundProblem, Session
from service.outbound.waits import parse_retry_after

CHILD = "service.feeds.page_child"
MAX_PAGE = 5_000_000  # bytes
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_WEB_PAGES = ("text/html", "application/xhtml+xml", "")


class _Answer(BaseModel):
    """What the child may say."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=100_000)]


def is_installed() -> bool:
    """Whether texts can be found in pages, and robots.txt be read."""
    return all(find_spec(name) is not None for name in ("trafilatura", "protego"))


async def read_page(
    session: Session,
    sandbox: Sandbox,
    url: str,
    *,
    deadline: float,
    max_bytes: int,
    now: datetime,
    feed_url: str,
    access: Mapping[str, str],
    admit: Callable[[str], Awaitable[None]],
) -> str:
    """The text of the article at `url`. The headers of `access` go to the origin of its feed alone.

    `admit` is called with each address on the way there and raises PageFailed where it may not be asked. Raises PageFailed.
    """
    headers = {"Accept": ACCEPT, **(access if _same_origin(url, feed_url) else {})}
    try:
        answer = await session.get(url, headers=headers, deadline=deadline, max_bytes=min(max_bytes, MAX_PAGE), before=admit)
    except OutboundError as error:
        raise PageFailed(str(error), passing=error.kind not in (OutboundProblem.REFUSED, OutboundProblem.TOO_LARGE)) from error
    if answer.status != 200:
        respite = parse_retry_after(answer.headers.get("retry-after"), now) if answer.status in (429, 503) else None
        raise PageFailed(f"the server answers HTTP {answer.status}", is_passing(answer.status), respite)
    if answer.headers.get("content-type", "").split(";")[0].strip().lower() not in _WEB_PAGES:
        raise PageFailed("it is no web page")
    return await _extract(sandbox, answer.body)


async def _extract(sandbox: Sandbox, body: bytes) -> str:
    try:
        text = _Answer.model_validate_json(await sandbox.ask(b"{}", body)).text
    except (ParseFailed, ValidationError) as error:
        raise PageFailed("no text could be found in it within the limits") from error
    if len(text) < LEAST:
        raise PageFailed("there is no article in it")
    return text


def _same_origin(one: str, other: str) -> bool:
    try:
        return URL(one).origin() == URL(other).origin()
    except ValueError:
        return False
