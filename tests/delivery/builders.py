"""Builders of what is delivered, and one way to send it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from service.config import Settings
from service.delivery import open_senders
from service.delivery.standard_webhooks import new_secret
from service.domain.alerts import Alert, AlertedArticle, Passage, Update, quote_article
from service.domain.channels import Channel, Secret
from service.domain.coverage import Coverage, Report, coverage_of
from service.domain.deliveries import DeliveryToSend, Receipt
from service.domain.developments import Development, News
from service.domain.digests import Digest, DigestKind
from service.domain.evidence import Evidence
from service.domain.spikes import Basis, Spike
from service.outbound import Outbound
from tests.make import an_article

NOW = datetime(2026, 3, 2, 12, 0, 7, tzinfo=UTC)
CREATED = NOW - timedelta(minutes=5)
SECRET = new_secret(bytes(range(32)))
KEY = b"a key for tests"
UTC_ZONE = ZoneInfo("UTC")
TITLE = "NATO chief Rutte welcomes peace deal"
LEDE = "Mark Rutte said the peace deal was a first step."


def some_settings(**changes: Any) -> Settings:
    """Settings with loopback allowed."""
    values: dict[str, Any] = {"allowed_networks": (ip_network("127.0.0.0/8"),), "secret_key": KEY.decode()}
    return Settings.model_validate({**values, **changes})


def a_channel(kind: str = "webhook", secrets: tuple[Secret, ...] = (Secret(SECRET),), **settings: str) -> Channel:
    """A channel of this kind."""
    return Channel("ch_1", "ws_1", kind, "News desk", settings, secrets, CREATED)


def found(text: str, term: str, *, field: str = "title", part: str = "/topics/0") -> Evidence:
    """The evidence of `term` in `text`."""
    start = text.index(term)
    return Evidence(part, term, field, start, start + len(term), term)


def alerted(**changes: Any) -> AlertedArticle:
    """An article as an alert quotes it, with evidence in title and lede."""
    evidence = (found(TITLE, "NATO", part="/actors/0"), found(TITLE, "peace deal"), found(LEDE, "peace deal", field="lede"))
    return quote_article(an_article(**{"title": TITLE, "summary": LEDE, **changes}), evidence)


def titled(title: str) -> AlertedArticle:
    """An article with this title and nothing found in it."""
    return AlertedArticle("ar_1", title, "https://gazette.example/1", title, None, CREATED, "en", (Passage("title", title[:1000], ()),), ())


NEWS = tuple(News(kind, what) for kind, what in zip(Development, ("Kim Jong Un", "10", "Correction: a peace plan", "26"), strict=False))

SPIKE = Spike(
    "hour", "normal", 14, 2.0, 12, Basis.WEEKS, 8, CREATED - timedelta(hours=1), CREATED, "Europe/Brussels"
)  # fmt: skip


def a_coverage(*titles: str) -> Coverage:
    """An outlet for each title, half an hour apart; the odd ones are German and print an agency's text."""
    return coverage_of(
        Report(
            f"outlet{number}.example", f"Outlet {number}", f"ar_o{number}", title, f"https://outlet{number}.example/deal",
            ("en", "de")[number % 2], CREATED + number * timedelta(minutes=30), ("reuters",) * (number % 2),
        )
        for number, title in enumerate(titles)
    )  # fmt: skip


def an_alert(*articles: AlertedArticle, rule_name: str = "NATO on the peace deal", story: bool = False) -> Alert:
    """An alert about these articles."""
    about = ("st_1", a_coverage("NATO chief Rutte welcomes peace deal")) if story else (None, None)
    return Alert("al_1", "ws_1", "ru_1", rule_name, CREATED, articles or (alerted(),), *about)


def an_update(news: tuple[News, ...] = NEWS, coverage: Coverage | None = None) -> Alert:
    """The second update of an alert."""
    coverage = coverage or a_coverage("NATO chief Rutte welcomes peace deal", "Rutte lobt Friedensplan", "NATO welcomes deal")
    return replace(an_alert(), story="st_1", coverage=coverage, update=Update(2, CREATED, news))


def a_spike(told: int | None = None) -> Alert:
    """An alert on volume, with two stories that four outlets report; with `told`, the update that says that it has grown."""
    coverage = a_coverage("NATO chief Rutte welcomes peace deal", "Rutte lobt Friedensplan", "Kyiv signs", "Moscow waits")
    update = Update(1, CREATED, (News(Development.GREW, "14"),)) if told else None
    articles = (alerted(id="ar_o0"), replace(titled("Kyiv signs the peace deal"), id="ar_o2"))
    return replace(an_alert(*articles), coverage=coverage, update=update, spike=replace(SPIKE, told=told))


def a_digest(*alerts: Alert, kind: DigestKind = DigestKind.DIGEST, rule: str | None = "ru_1") -> Digest:
    """A day's digest of these alerts."""
    name = "NATO on the peace deal" if rule else None
    return Digest("dg_1", "ws_1", kind, rule, name, CREATED - timedelta(days=1), CREATED, len(alerts), alerts)


def a_delivery(channel: Channel, alert: Alert | None = None, **changes: Any) -> DeliveryToSend:
    """A claimed delivery."""
    values: dict[str, Any] = {"tries": 0, "number": 0, "lease_token": "lease_1", "lease_until": NOW + timedelta(seconds=30)}
    values |= {"zone": UTC_ZONE, **changes}
    return DeliveryToSend(id="dl_1", channel=channel, alert=alert, created_at=CREATED, **values)


def send(delivery: DeliveryToSend, settings: Settings, now: datetime = NOW) -> Receipt:
    """One attempt by the sender that the table has for the channel's kind."""

    async def attempt() -> Receipt:
        async with open_senders(Outbound(settings.allowed_networks, "Wirewatch/test"), settings, KEY) as senders:
            return await senders[delivery.channel.kind].send(delivery, now)

    return asyncio.run(attempt())
