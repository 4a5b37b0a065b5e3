"""Keeping what is claimed while work on it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from service.edges import Edges
from service.storage.claims import forgive, renew_leases
from service.storage.database import BLAMELESS

LONGEST = timedelta(minutes=15)  # that work may take: whoever hangs must not keep rows for ever

log = structlog.get_logger()


@contextmanager
def forgiven(edges: Edges, table: Table, token: str) -> Iterator[None]:
    """Where the database fails inside it, that counts nothing against what `token` has claimed of `table`.

    A disk that is full for some minutes would else set aside whatever came meanwhile.
    """
    try:
        yield
    except BLAMELESS:
        try:
            forgive(edges.store.database, table, token=token)
        except SQLAlchemyError as error:
            log.warning("claims are counted although the database failed", table=table.name, error=type(error).__name__)
        raise


@contextmanager
def kept_leases(edges: Edges, table: Table, token: str) -> Iterator[None]:
    """Inside it what `token` has claimed of `table` stays ours, however slow the machine or the database is.

    So a lease that runs out tells of a worker that died or of a database that failed, and only the first counts against a row
    (decision 0003).
    """
    ended = Event()
    keeper = Thread(target=_keep, args=(edges, table, token, ended), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()  # one that waits for the database ends by itself: a token that holds nothing more renews nothing


def _keep(edges: Edges, table: Table, token: str, ended: Event) -> None:
    every = edges.settings.lease / 3
    for _ in range(int(LONGEST.total_seconds() / every)):
        if ended.wait(every):
            return
        try:
            renew_leases(edges.store.database, table, token=token, now=edges.now())
        except SQLAlchemyError as error:
            log.warning("a lease was not renewed", table=table.name, error=type(error).__name__)
