"""The demo's desk: shows each alert as it arrives, and knows which are still missing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from rich.text import Text

from service.cli.demo.arrivals import WAYS, WEBHOOK, Arrival, Refused, Told
from service.cli.demo.story import Expected, Piece, Story, expected_of
from service.cli.screen import Screen

MARK = "bold black on yellow"


@dataclass(slots=True)
class Desk:
    """What was published, what must follow from it, what has arrived, and what is wrong."""

    story: Story
    screen: Screen
    published: dict[str, float] = field(default_factory=dict)  # path -> monotonic time
    expected: set[Expected] = field(default_factory=set)
    arrived: set[Expected] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)  # something arrived

    def note_published(self, piece: Piece, outlet: str) -> None:
        """A piece is out: its alerts are awaited from now."""
        self.published[piece.path] = time.monotonic()
        self.expected |= expected_of(self.story, piece, WAYS)
        self.screen.say(Text.assemble(("  published  ", "dim"), (f"{outlet}: {piece.title}", "dim")))

    def arrive(self, what: Arrival | Refused) -> None:
        """An alert is here."""
        match what:
            case Refused(how, reason):
                self._complain(f"{how} refused: {reason}")
            case Arrival():
                self._take(what)
        self.news.set()

    @property
    def missing(self) -> set[Expected]:
        """What has not arrived yet."""
        return self.expected - self.arrived

    async def until_complete(self) -> None:
        """Return once everything expected has arrived."""
        while self.missing:
            self.news.clear()
            await self.news.wait()

    def _take(self, arrival: Arrival) -> None:
        one = Expected(arrival.rule, arrival.path, arrival.how, bool(arrival.news))
        if one in self.arrived:
            self._complain(f"{arrival.how} came twice: {arrival.rule} {arrival.path}")
        elif one not in self.expected:
            self._complain(f"{arrival.how} was not expected: {arrival.rule} {arrival.path}")
        self.arrived.add(one)
        self._show(arrival, time.monotonic() - self.published.get(arrival.path, time.monotonic()))

    def _complain(self, text: str) -> None:
        self.wrong.append(text)
        self.screen.say(f"  WRONG      {text}", "bold red")

    def _show(self, arrival: Arrival, seconds: float) -> None:
        came = f"{arrival.proof}, {seconds:.1f} s after publication"
        if arrival.how != WEBHOOK:
            self.screen.say(Text.assemble(("  E-MAIL     ", "bold magenta"), arrival.lines[0].text, (f"  ({came})", "dim")))
            return
        self.screen.say()
        label = ("  UPDATE     ", "bold yellow") if arrival.news else ("  ALERT      ", "bold green")
        self.screen.say(Text.assemble(label, (arrival.rule, "bold"), (f"  ({came})", "dim")))
        if arrival.news:
            self.screen.say(Text.assemble(" " * 13, ("new in the story: " + "; ".join(arrival.news), "bold")))
        for number, told in enumerate(arrival.lines):
            lead = f"{arrival.source}: " if number == 0 else ""
            self.screen.say(Text.assemble(" " * 13, (lead, "cyan"), self._highlighted(told)))

    def _highlighted(self, told: Told) -> Text:
        """With the evidence marked: by colour, or by asterisks where there is none."""
        if self.screen.console.color_system is not None:
            text = Text(told.text)
            for start, end in told.highlights:
                text.stylize(MARK, start, end)
            return text
        marked = told.text
        for start, end in sorted(told.highlights, reverse=True):
            marked = f"{marked[:start]}*{marked[start:end]}*{marked[end:]}"
        return Text(marked)
