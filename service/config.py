"""Settings: the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network
SEALING_KEY_BYTES = 32
_PREFIX = "WIREWATCH_"
_ALIKE = 0.5  # how much a name must be to be the one that was meant


class Settings(BaseSettings):
    """Every setting, each read from `WIREWATCH_<NAME>`; docs/operators.md lists them for users."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("wirewatch-data"), description="where SQLite, the embedded broker and the secret key live")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; unset: SQLite in the data directory")
    broker_url: SecretStr | None = Field(default=None, description="Celery broker; unset: `wirewatch up` embeds a Valkey")
    secret_key: SecretStr | None = Field(default=None, description="signs links in mails; unset: made at first start in the data directory")

    sealing_keys: SecretStr | None = Field(
        default=None,
        description="encrypt secrets of feeds and channels; newest first; unset: the file `wirewatch up` makes in the data directory",
    )

    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8080, ge=0, le=65535)
    public_url: str | None = Field(default=None, description="how mail readers and hubs reach the API, for the links in mails and WebSub")

    stream_connections: int = Field(default=8, ge=0, le=200, description="listeners at /v1/stream at once; each holds a thread of the API")

    allowed_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(), description="CIDR blocks that feeds and webhooks may reach although they are not public, comma-separated"
    )

    meaning: Literal["auto", "off"] = Field(
        default="auto", description="auto: by meaning too, where that extra is installed; off: by words alone"
    )

    fulltext: Literal["auto", "off"] = Field(
        default="auto", description="auto: pages are read for those who ask, where that extra is installed; off: no page is read"
    )

    poll_interval: int = Field(default=300, ge=1, description="usual seconds between polls of a healthy feed")
    poll_interval_min: int = Field(default=60, ge=1, description="seconds between polls of a feed that forgets its entries fast")
    poll_interval_max: int = Field(default=3600, ge=1, description="seconds between polls of a feed with few news, or that asks for it")
    poll_per_host: int = Field(default=1, ge=1, le=100, description="feeds of one host polled at once, by all workers together")
    poll_host_gap: float = Field(default=1, ge=0, le=3600, description="seconds of rest for a host after each poll")
    websub_poll_interval: int = Field(default=3600, ge=1, description="seconds between polls of a feed whose hub tells us of news")
    poll_concurrency: int = Field(default=50, ge=1, le=500, description="feeds fetched at once by one task, besides those of slow hosts")
    fetch_deadline: float = Field(default=30, gt=0, description="seconds for a whole fetch, redirects included")
    fetch_max_bytes: int = Field(default=15_000_000, ge=1024, description="largest feed, after decompression")

    webhook_deadline: float = Field(default=15, gt=0, description="seconds for one webhook request")
    deliver_concurrency: int = Field(default=50, ge=1, le=500, description="deliveries under way at once in one task")

    smtp_host: str | None = Field(default=None, description="mail server; unset: e-mail channels are refused")
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "Wirewatch <wirewatch@localhost>"
    mail_vouched: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("*",),
        description="addresses and domains that get mails without being asked, comma-separated; others must confirm first; *: all",
    )

    lease: int = Field(default=30, ge=2, le=60, description="seconds after which the work of a dead worker is free again")
    worker_concurrency: int = Field(default=8, ge=1, description="tasks at once in one worker process")
    log_format: Literal["text", "json"] = "text"

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("mail_vouched", mode="before")
    @classmethod
    def _split_lower(cls, value: Any) -> Any:
        return tuple(part.strip().lower() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("sealing_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            parse_sealing_keys(value.get_secret_value())
        return value

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'wirewatch.db'}"


def unknown_settings() -> Mapping[str, str | None]:
    """The variables of the environment that look like settings and are none, each with the setting that may be meant."""
    given = {name: name.lower().removeprefix(_PREFIX.lower()) for name in sorted(os.environ) if name.upper().startswith(_PREFIX)}
    meant = {
        name: get_close_matches(said, Settings.model_fields, 1, _ALIKE) for name, said in given.items() if said not in Settings.model_fields
    }
    return {name: _PREFIX + alike[0].upper() if alike else None for name, alike in meant.items()}


def parse_sealing_keys(text: str) -> tuple[bytes, ...]:
    """Keys as operators write them: 64 hexadecimal digits each, with commas or line ends between. Raises ValueError, quoting nothing."""
    keys = []
    for part in text.replace(",", "\n").split():
        try:
            key = bytes.fromhex(part)
        except ValueError:
            key = b""
        if len(key) != SEALING_KEY_BYTES:
            raise ValueError(f"each key has {2 * SEALING_KEY_BYTES} hexadecimal digits; commas stand between them, the newest comes first")
        keys.append(key)
    return tuple(keys)
