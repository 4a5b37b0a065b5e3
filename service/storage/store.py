"""The store: one field per noun, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from service.storage.actors import Actors
from service.storage.alerts import Alerts
from service.storage.articles import Articles
from service.storage.channels import Channels
from service.storage.confirmations import Confirmations
from service.storage.database import Database
from service.storage.deliveries import Deliveries
from service.storage.digests import Digests
from service.storage.feedback import GivenFeedback
from service.storage.feeds import Feeds
from service.storage.judged import JudgedAlerts
from service.storage.listings import Listings
from service.storage.matches import Matches
from service.storage.mutes import Mutes
from service.storage.out_feeds import OutFeeds
from service.storage.pages import Pages
from service.storage.replays import Replays
from service.storage.robots import KnownRobots
from service.storage.rules import Rules
from service.storage.sealing import Sealer
from service.storage.silences import Silences
from service.storage.stories import StoredStories
from service.storage.told import Told
from service.storage.vectors import StoredVectors
from service.storage.volumes import Volumes
from service.storage.websub import WebSub
from service.storage.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept. Safe to share between threads, not across a fork."""

    database: Database
    workspaces: Workspaces
    feeds: Feeds
    listings: Listings
    articles: Articles
    pages: Pages
    robots: KnownRobots
    websub: WebSub
    rules: Rules
    actors: Actors
    matches: Matches
    alerts: Alerts
    channels: Channels
    deliveries: Deliveries
    digests: Digests
    silences: Silences
    mutes: Mutes
    feedback: GivenFeedback
    judged: JudgedAlerts
    confirmations: Confirmations
    replays: Replays
    out_feeds: OutFeeds
    told: Told
    volumes: Volumes
    vectors: StoredVectors
    stories: StoredStories


def open_store(database: Database, sealer: Sealer) -> Store:
    """The store over this database, which must be migrated; `sealer` keeps the secrets of channels."""
    return Store(
        database,
        Workspaces(database),
        Feeds(database),
        Listings(database),
        Articles(database),
        Pages(database),
        KnownRobots(database),
        WebSub(database),
        Rules(database),
        Actors(database),
        Matches(database),
        Alerts(database),
        Channels(database, sealer),
        Deliveries(database, sealer),
        Digests(database),
        Silences(database),
        Mutes(database),
        GivenFeedback(database),
        JudgedAlerts(database),
        Confirmations(database),
        Replays(database),
        OutFeeds(database),
        Told(database),
        Volumes(database),
        StoredVectors(database),
        StoredStories(database),
    )
