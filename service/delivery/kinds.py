"""What every kind of channel provides, and the check of a channel's settings at the door."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from service.config import Settings
from service.domain.channels import Channel
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.domain.faults import WRONG_SHAPE, faults_in
from service.outbound import Session

Form = TypeVar("Form", bound=BaseModel)


class Sender(Protocol):
    """The code that serves a kind of channel."""

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:
        """Make one attempt, which `now` dates. Raises DeliveryError if the message was not taken."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with a channel's settings: `at` points into them ("/url"), `message` says what and what to do."""

    at: str
    message: str


@dataclass(frozen=True, slots=True)
class SenderParts:
    """What senders are made of; `session` belongs to the running event loop, `threads` are for libraries that block.

    `held` is closed when the senders are done with.
    """

    session: Session
    settings: Settings
    secret_key: bytes
    threads: Executor
    held: ExitStack


@dataclass(frozen=True, slots=True)
class Kind(Generic[Form]):
    """One kind of channel.

    `form` is the shape of its settings (every field a string); `refuse` says why well-formed settings can not be
    used here, or None; `make_sender` its sender; `signed`: whether its channels have signing secrets. `label` and `about` are for
    people; `missing` says what the operator must do before it works here, or None. `preview` is the subject (None: it has none)
    and the body that a channel with these settings would send; None for a kind without templates.
    """

    form: type[Form]
    refuse: Callable[[Form, Settings], FieldError | None]
    make_sender: Callable[[SenderParts], Sender]
    signed: bool
    label: str
    about: str
    missing: Callable[[Settings], str | None] = lambda _settings: None
    preview: Callable[[Form, DeliveryToSend], tuple[str | None, str]] | None = None


def check_settings(kind: Kind[Form], given: object, settings: Settings) -> dict[str, str] | list[FieldError]:
    """A channel's settings in their canonical form, or everything that is wrong with them."""
    try:
        form = kind.form.model_validate(given)
    except ValidationError as error:
        return _field_errors(error, given, kind.form)
    refusal = kind.refuse(form, settings)
    return form.model_dump(mode="json", exclude_defaults=True) if refusal is None else [refusal]


def read_settings(form: type[Form], channel: Channel) -> Form:
    """A stored channel's settings.

    Raises:
        DeliveryError: they no longer pass the check, as after an upgrade that made it stricter; or they cannot be opened here,
            which may be this machine's fault alone.
    """
    if channel.unreadable:
        raise DeliveryError(f"the channel's settings cannot be opened: {channel.unreadable}")
    try:
        return form.model_validate(dict(channel.settings))
    except ValidationError as error:
        first = _field_errors(error, dict(channel.settings), form)[0]
        raise DeliveryError(f"the channel's settings are not valid: {first.at}: {first.message}; change them", permanent=True) from error


def _field_errors(error: ValidationError, given: object, form: type[Form]) -> list[FieldError]:
    return [FieldError(at, _with_about(at, message, form)) for at, message in faults_in(error, given, form)]


def _with_about(at: str, message: str, form: type[Form]) -> str:
    """A value that has not the right shape is told what the form says of its field."""
    field = form.model_fields.get(at.removeprefix("/"))
    return f"{message}: {field.description}" if message == WRONG_SHAPE and field and field.description else message
