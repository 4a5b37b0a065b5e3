"""A newsroom on loopback: serves feeds as the tests publish them, with validators, faults and doors to hold."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape


@dataclass(frozen=True)
class Story:
    """One item of a feed."""

    title: str
    summary: str = ""
    guid: str = ""
    path: str = ""


@dataclass
class Answer:
    """What a path answers: a whole HTTP reply."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    validates: bool = True


class Newsroom:
    """Serves `answers` by path. Use as a context manager; `asked` lists the requests as (path, headers)."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.waiting = threading.Semaphore(0)  # released once for each request that stands before a held door
        self._door = threading.Event()
        self._door.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Newsroom:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.set()
        self._server.shutdown()
        self._server.server_close()

    def publish(self, path: str, stories: list[Story], title: str = "The Gazette", language: str = "") -> str:
        """Serve an RSS feed of these stories, newest first, that says it is in this language; returns its URL."""
        items = "".join(
            f"<item><title>{escape(story.title)}</title><description>{escape(story.summary)}</description>"
            f"<guid isPermaLink='false'>{escape(story.guid or story.title)}</guid>"
            f"<link>{self.url}/a/{story.path or hashlib.sha256(story.title.encode()).hexdigest()[:12]}</link></item>"
            for story in reversed(stories)
        )
        head = f"<title>{escape(title)}</title><language>{language}</language>"
        body = f"<?xml version='1.0'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()
        self.answers[path] = Answer(body, headers={"Content-Type": "application/rss+xml"})
        return self.url + path

    def hold(self) -> None:
        """Keep every request waiting before its answer."""
        self._door.clear()

    def release(self) -> None:
        """Answer those that wait, and all further ones at once."""
        self._door.set()

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """The reply to one request."""
        self.asked.append((path, headers))
        if not self._door.is_set():
            self.waiting.release()
            self._door.wait(600)
        found = self.answers.get(path, Answer(b"nothing here", 404))
        tag = f'"{hashlib.sha256(found.body).hexdigest()[:16]}"'
        if found.status != 200 or not found.validates:
            return found
        if headers.get("if-none-match") == tag:
            return Answer(b"", 304, {"ETag": tag})
        return Answer(found.body, 200, {**found.headers, "ETag": tag})


def _handler(newsroom: Newsroom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = newsroom.answer(self.path, {name.lower(): value for name, value in self.headers.items()})
            try:
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                self.close_connection = True  # whoever asked was killed meanwhile

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
