"""What the supervisor's user sees: plain lines, the same on a terminal and in a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.program import Died, Event, Line, Ready, Stopped, Waiting

LABEL = 10  # columns
WIDE = 10_000  # columns of a pipe: nothing in it is wrapped


@dataclass(frozen=True, slots=True)
class Screen:
    """Where to write; `verbose` shows every line that the programs say."""

    console: Console
    verbose: bool = False

    def say(self, text: str | Text = "", style: str = "") -> None:
        """One line, never wrapped: paths and keys must be copied whole."""
        self.console.print(text if isinstance(text, Text) else Text(text), style=style or None, soft_wrap=True, highlight=False)

    def fact(self, label: str, value: str | Path, style: str = "") -> None:
        """What is where."""
        self.say(Text.assemble((f"  {label:<{LABEL}}", "bold"), (str(value), style)))

    def show(self, table: Table) -> None:
        """A table, of which nothing is cut off: ids must be copied whole."""
        for column in table.columns:
            column.overflow = "fold"
        self.console.print(table)

    def tell(self, event: Event) -> None:
        """What the supervisor tells."""
        match event:
            case Ready(program, pid):
                self.fact(program.name, f"ready (pid {pid})", "green")
            case Waiting(program, seconds):
                self.fact(program.name, f"not ready after {seconds:.0f} s, still waiting; its log: {program.log}", "yellow")
            case Died(program, how, pause, tail):
                self._died(program.name, how, pause, tail, program.log)
            case Stopped(program, forced):
                self.fact(program.name, f"killed: it did not end in {program.grace:.0f} seconds" if forced else "stopped")
            case Line(program, text) if self.verbose:
                self.say(Text.assemble((f"{program.name:>8} | ", "dim"), printable(text)))
            case Line():
                pass

    def _died(self, name: str, how: str, pause: float, tail: tuple[str, ...], log: Path) -> None:
        self.fact(name, f"{how}; it is started again in {pause:.0f} s. Its log: {log}", "yellow")
        for line in () if self.verbose else tail:
            self.say(Text.assemble((" " * (LABEL + 2) + "| ", "dim"), printable(line)))


def make_screen(*, verbose: bool, stderr: bool = False) -> Screen:
    """The screen on standard output, or on standard error."""
    console = Console(highlight=False, stderr=stderr)
    if not console.is_terminal:
        console = Console(highlight=False, stderr=stderr, width=WIDE)
    return Screen(console, verbose)


def printable(text: str) -> str:
    """The text, each control character replaced: what a program logs may come from a feed, and none may reach the terminal."""
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in text)


def counted(number: int, one: str, many: str | None = None) -> str:
    """The number with its noun: "1 rule", "1,200 rules"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
