"""What the kinds of chat have in common: one message, escaped and cut for each service, posted once by our own guarded client."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from service.config import Settings
from service.delivery.chat_reply import judge_reply
from service.delivery.kinds import FieldError, Kind, SenderParts, read_settings
from service.delivery.shown_text import CUT, shorten
from service.delivery.telling import Item, Telling, tell, template_values
from service.delivery.templating import BodyTemplate, SubjectTemplate, fill_template
from service.domain.deliveries import DeliveryError, DeliveryToSend, Receipt
from service.outbound import OutboundError, Response, Session, UrlRefused, check_url
from service.outbound.addresses import is_within
from service.outbound.urls import literal_address

MAX_REPLY = 4096  # bytes of the answer that we read
SECRET: dict[str, Any] = {"writeOnly": True}  # JSON Schema's word for it
MAX_PASSAGE = 300  # characters


class ChatForm(BaseModel):
    """What every kind of chat lets users write themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: SubjectTemplate = ""
    body: BodyTemplate = ""


Form = TypeVar("Form", bound=ChatForm)


@dataclass(frozen=True, slots=True)
class Markup:
    """A service's markup: `escape` makes plain text of anything; `bold` and `link` (a URL and its text) take escaped text."""

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]


PLAIN = Markup(escape=str, bold=str, link=lambda url, text: f"{text}\n{url}")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a message must look: its `markup`, how many characters it may have, and whether it is `titled` by a subject of its own."""

    markup: Markup
    limit: int
    titled: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A message in a service's markup. `subject` is None where the body says it all."""

    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Post:
    """A request to a service."""

    url: str
    payload: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chat(Generic[Form]):
    """A service: the `form` of its settings, its `markup`, how many characters its messages may have, and how one is `write`n.

    `titled`: its messages have a subject of their own. `gone` tells from an answer that no message will ever be taken again.
    """

    form: type[Form]
    markup: Markup
    limit: int
    write: Callable[[Form, Telling, Words], Post]
    titled: bool = False
    gone: Callable[[Response], bool] = lambda response: response.status == 410

    @property
    def layout(self) -> Layout:
        """How its messages must look."""
        return Layout(self.markup, self.limit, self.titled)


@dataclass(frozen=True, slots=True)
class ChatSender(Generic[Form]):
    """Posts to one service; `deadline` seconds for a whole request."""

    chat: Chat[Form]
    session: Session
    deadline: float

    async def send(self, delivery: DeliveryToSend, now: datetime) -> Receipt:
        """POST the message once. Only a 2xx status counts as taken; raises DeliveryError for everything else."""
        form = read_settings(self.chat.form, delivery.channel)
        telling = tell(delivery)
        post = self.chat.write(form, telling, find_words(self.chat.layout, form, telling))
        headers = {"content-type": "application/json", **post.headers}
        try:
            response = await self.session.post(
                post.url, body=json.dumps(post.payload).encode(), headers=headers, deadline=self.deadline, max_bytes=MAX_REPLY
            )
        except OutboundError as error:
            raise DeliveryError(str(error)) from error
        return judge_reply(response, now, gone=self.chat.gone(response))


@dataclass(frozen=True, slots=True)
class Place:
    """The setting that holds the service's address: its `name`, and the `hosts` it must be at (None: a server of the user's choice)."""

    name: str
    hosts: re.Pattern[str] | None = None
    hint: str = ""


def chat_kind(chat: Chat[Form], label: str, about: str, place: Place) -> Kind[Form]:
    """The kind of channel that a service is. Its address is checked at save, and the socket's address again at every message."""

    def refuse(form: Form, settings: Settings) -> FieldError | None:
        url = str(getattr(form, place.name))
        try:
            check_url(url, settings.allowed_networks)
        except UrlRefused as refusal:
            return FieldError(f"/{place.name}", str(refusal))
        if place.hosts is None or place.hosts.fullmatch(url) or is_own_relay(url, settings):
            return None
        return FieldError(f"/{place.name}", f"this is no address of {label}: {place.hint}")

    def make_sender(parts: SenderParts) -> ChatSender[Form]:
        return ChatSender(chat, parts.session, parts.settings.webhook_deadline)

    def preview(form: Form, delivery: DeliveryToSend) -> tuple[str | None, str]:
        words = find_words(chat.layout, form, tell(delivery))
        return words.subject, words.body

    return Kind(chat.form, refuse, make_sender, signed=False, label=label, about=about, preview=preview)


def find_words(layout: Layout, form: ChatForm, telling: Telling) -> Words:
    """The message by the channel's templates, where it has some and it is an alert, else our own; cut to the service's limit."""
    values = template_values(telling) if telling.items else None
    escape = layout.markup.escape
    subject = fill_template(form.subject, values, escape) if values and form.subject else None
    own = fill_template(form.body, values, escape) if values and form.body else None
    lines = own.strip("\n").split("\n") if own and own.strip() else None
    if layout.titled:
        title = " ".join((subject or escape(telling.subject)).split())
        return Words(title, fit(lines or _lines(telling, layout, titled=True, headed=subject is None), layout.limit))
    head = [layout.markup.bold(subject.strip())] if subject and subject.strip() else []
    return Words(None, fit(head + (lines or _lines(telling, layout, titled=bool(head))), layout.limit))


def fit(lines: Sequence[str], limit: int) -> str:
    """The lines that fit into `limit` UTF-16 units, with a mark where some are left out: half a line may be half an escape."""
    kept: list[str] = []
    room = limit - len(CUT) - 1
    for line in lines:
        size = len(line.encode("utf-16-le", "replace")) // 2 + 1
        if size > room:
            return "\n".join([*kept, CUT])
        kept.append(line)
        room -= size
    return "\n".join(kept)


def at_host(pattern: str) -> re.Pattern[str]:
    """A pattern for whole URLs at such a host."""
    return re.compile(rf"https://({pattern})(:443)?(/.*)?", re.IGNORECASE)


def is_own_relay(url: str, settings: Settings) -> bool:
    """Whether it is an address that the operator allows beside the public ones: a relay or a server of their own."""
    address = literal_address(urlsplit(url).hostname or "")
    return address is not None and is_within(address, settings.allowed_networks)


def _lines(telling: Telling, layout: Layout, *, titled: bool, headed: bool = False) -> list[str]:
    """Our own message, the most important first. `titled`: a subject stands above already; `headed`: it is ours."""
    escape, bold = layout.markup.escape, layout.markup.bold
    lines = [] if titled or (telling.items and not telling.spike) else [bold(escape(telling.subject))]
    if telling.news:
        lines.append(escape("New: " + "; ".join(telling.news)))
    lines += [escape(note) for note in telling.notes]
    headed = headed and [item.title for item in telling.items] == [telling.subject]
    for number, item in enumerate(telling.items):
        lines += [""] * (number > 0) + _item_lines(item, layout, headed=headed)
    if telling.more:
        lines.append(escape(f"and {telling.more} more"))
    if telling.coverage:
        lines.append(escape(telling.coverage.summary))
        lines += [escape(f"• {report.source}: {report.title}") for report in telling.coverage.reports]
    if telling.rule:
        lines.append(escape(f"Rule: {telling.rule}"))
    return lines


def _item_lines(item: Item, layout: Layout, *, headed: bool) -> list[str]:
    """An article; `headed`: its title stands above already."""
    markup, room = layout.markup, layout.limit // 2
    title = markup.bold(markup.escape(item.title))
    linked = markup.link(item.link, title) if item.link else title
    first = linked if len(linked) <= room else title
    if len(first) > room:
        first = markup.escape(shorten(item.title, room // 8))
    above = [line for line in first.split("\n") if line != title] if headed else [first]
    lines = [*above, markup.escape(f"{item.source}, {item.time}")]
    lines += [markup.escape(shorten(passage, MAX_PASSAGE)) for passage in item.passages[:1]]
    return [*lines, markup.escape(f"Matched: {item.why}")] if item.why else lines
