"""The kinds of channel. To add one, write its file and its line in KINDS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from types import MappingProxyType
from typing import Any

from service.config import Settings
from service.delivery.apprise import APPRISE
from service.delivery.discord import DISCORD
from service.delivery.email import EMAIL
from service.delivery.kinds import FieldError, Kind, Sender, SenderParts, check_settings
from service.delivery.mattermost import MATTERMOST
from service.delivery.ntfy import NTFY
from service.delivery.pagerduty import PAGERDUTY
from service.delivery.secrecy import DiscreetSender
from service.delivery.slack import SLACK
from service.delivery.teams import TEAMS
from service.delivery.telegram import TELEGRAM
from service.delivery.webhook import WEBHOOK
from service.outbound import Outbound

KINDS: Mapping[str, Kind[Any]] = MappingProxyType(
    {
        "webhook": WEBHOOK,
        "email": EMAIL,
        "slack": SLACK,
        "teams": TEAMS,
        "discord": DISCORD,
        "telegram": TELEGRAM,
        "mattermost": MATTERMOST,
        "ntfy": NTFY,
        "pagerduty": PAGERDUTY,
        "apprise": APPRISE,
    }
)

MAIL_THREADS = 8


@asynccontextmanager
async def open_senders(outbound: Outbound, settings: Settings, secret_key: bytes) -> AsyncIterator[Mapping[str, Sender]]:
    """A sender for each kind of channel, for the running event loop, with the connections that they keep."""
    # Threads of their own: a mail server that hangs must not hold those that the database is reached through.
    threads = ThreadPoolExecutor(MAIL_THREADS, thread_name_prefix="sender")
    held = ExitStack()
    try:
        async with outbound.session() as session:
            parts = SenderParts(session, settings, secret_key, threads, held)
            yield {name: DiscreetSender(kind.make_sender(parts), kind.form) for name, kind in KINDS.items()}
    finally:
        held.close()
        threads.shutdown(wait=False, cancel_futures=True)


__all__ = ["KINDS", "FieldError", "Kind", "Sender", "check_settings", "open_senders"]
