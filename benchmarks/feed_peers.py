"""What polling feeds costs elsewhere: bare GETs, the package `reader`, newsboat and rss2email. Each skipped where it is missing."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import aiohttp

AT_ONCE = 50
LONGEST = 300  # seconds for one round of a peer
T = TypeVar("T")


class Poller(ABC):
    """Something that polls: prepared once with the addresses, then run a few times."""

    name: str

    @abstractmethod
    def prepare(self, urls: Sequence[str]) -> None:
        """Take the addresses on, and read them for the first time."""

    @abstractmethod
    def run(self) -> None:
        """Poll all of them once."""

    def close(self) -> None:  # noqa: B027  # most have nothing to give back
        """Give back what is held."""


class BareGets(Poller):
    """The floor: conditional GETs, 50 at once, and the bodies thrown away."""

    name = "bare aiohttp GETs"

    def prepare(self, urls: Sequence[str]) -> None:
        self.tags = dict.fromkeys(urls, "")
        self.run()

    def run(self) -> None:
        asyncio.run(self._run())

    async def _run(self) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

            async def get(url: str) -> None:
                async with gate, client.get(url, headers={"If-None-Match": self.tags[url]}) as answer:
                    await answer.read()
                    self.tags[url] = answer.headers.get("ETag", "")

            await asyncio.gather(*(get(url) for url in self.tags))


class CommandPoller(Poller):
    """A program that polls when it is called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name.replace(" ", "-")
        self.folder.mkdir()

    @abstractmethod
    def command(self) -> Sequence[str]:
        """What to call."""

    @abstractmethod
    def configure(self, urls: Sequence[str]) -> None:
        """Write its settings."""

    def prepare(self, urls: Sequence[str]) -> None:
        self.configure(urls)
        self.run()

    def run(self) -> None:
        quiet = subprocess.DEVNULL
        home = {"HOME": str(self.folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        subprocess.run(self.command(), env=home, stdin=quiet, stdout=quiet, stderr=quiet, timeout=LONGEST, check=False)


class ReaderPackage(CommandPoller):
    """lemon24's reader, with ten workers."""

    name = "reader (PyPI)"
    _ADD = "import sys; from reader import make_reader; r = make_reader(sys.argv[1]); [r.add_feed(u.strip()) for u in open(sys.argv[2])]"
    _UPDATE = "import sys; from reader import make_reader; make_reader(sys.argv[1]).update_feeds(scheduled=False, workers=10)"

    def configure(self, urls: Sequence[str]) -> None:
        (self.folder / "urls").write_text("\n".join(urls) + "\n")
        subprocess.run([sys.executable, "-c", self._ADD, str(self.folder / "db"), str(self.folder / "urls")], check=True)

    def command(self) -> Sequence[str]:
        return [sys.executable, "-c", self._UPDATE, str(self.folder / "db")]


class Newsboat(CommandPoller):
    """newsboat, with ten threads."""

    name = "newsboat"

    def configure(self, urls: Sequence[str]) -> None:
        (self.folder / "urls").write_text("\n".join(urls) + "\n")
        (self.folder / "config").write_text("reload-threads 10\ndownload-timeout 10\ndownload-retries 1\n")

    def command(self) -> Sequence[str]:
        at = self.folder
        return ["newsboat", "-u", str(at / "urls"), "-c", str(at / "cache.db"), "-C", str(at / "config"), "-x", "reload"]


class Rss2Email(CommandPoller):
    """rss2email, without its mails."""

    name = "rss2email"

    def configure(self, urls: Sequence[str]) -> None:
        feeds = "".join(f"[feed.f{number}]\nurl = {url}\nto = nobody@example.invalid\n\n" for number, url in enumerate(urls))
        (self.folder / "config").write_text("[DEFAULT]\nfeed-timeout = 10\n\n" + feeds)

    def command(self) -> Sequence[str]:
        return ["r2e", "-c", str(self.folder / "config"), "-d", str(self.folder / "data.json"), "run", "--no-send"]


def find_peers(folder: Path, tell: Callable[[str], None]) -> list[Poller]:
    """The floor and the peers that are installed; `tell` of the others."""
    peers: list[Poller] = [BareGets()]
    if find_spec("reader"):
        peers.append(ReaderPackage(folder))
    else:
        tell("reader is missing: install the dependency group `bench`")
    for program, make in (("newsboat", Newsboat), ("r2e", Rss2Email)):
        if shutil.which(program):
            peers.append(make(folder))
        else:
            tell(f"{program} is missing: apt-get install {'rss2email' if program == 'r2e' else program}")
    return peers
