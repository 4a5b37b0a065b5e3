"""robots.txt (RFC 9309): fetched through the guarded client, and read in the child that reads pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.domain.robots import Verdict
from service.feeds.errors import ParseFailed
from service.feeds.sandbox import Sandbox
from service.outbound import OutboundError, OutboundProblem, Session

MAX_BYTES = 512_000  # 500 KiB: what RFC 9309 (2.5) has a crawler read at least; what comes after is left unread
_TOO_OFTEN = 429  # of the 4xx the one that speaks of this moment


class _Answer(BaseModel):
    """What the child may say."""

    model_config = ConfigDict(extra="forbid")

    allowed: bool
    delay: Annotated[float, Field(ge=0, le=1e9)] | None


async def fetch_rules(session: Session, origin: str, *, deadline: float) -> bytes | None:
    """The robots.txt of this origin: empty where there is none, None where it cannot be reached now (RFC 9309, 2.3.1).

    Raises OutboundError where it leads to an address that is not allowed here.
    """
    try:
        answer = await session.get(
            f"{origin}/robots.txt", headers={"Accept": "text/plain"}, deadline=deadline, max_bytes=MAX_BYTES, cut=True
        )
    except OutboundError as error:
        if error.kind is OutboundProblem.REFUSED:
            raise
        return b"" if error.kind is OutboundProblem.TOO_MANY_REDIRECTS else None
    if answer.status >= 500 or answer.status == _TOO_OFTEN:
        return None
    if not 200 <= answer.status < 300:
        return b""
    if len(answer.body) >= MAX_BYTES:
        return answer.body.rpartition(b"\n")[0]  # half a line may say something else
    return answer.body if answer.complete else None


async def weigh(sandbox: Sandbox, rules: bytes, url: str, agent: str) -> Verdict:
    """What these rules say of `url` to who goes by `agent`. Raises ParseFailed."""
    if not rules:
        return Verdict()
    head = json.dumps({"robots": {"url": url, "agent": agent}}).encode()
    try:
        said = _Answer.model_validate_json(await sandbox.ask(head, rules))
    except ValidationError:
        raise ParseFailed("The answer makes no sense.") from None
    return Verdict(said.allowed, None if said.delay is None else timedelta(seconds=said.delay))
