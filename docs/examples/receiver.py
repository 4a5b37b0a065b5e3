"""A webhook receiver: checks the signature, drops what it has seen, prints each alert. Needs Python 3.11 and nothing else.

Start it with the secret that Wirewatch showed when the channel was made:

    WEBHOOK_SECRET=whsec_... python receiver.py --port 8000
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE = 300  # seconds that the two clocks may differ; older messages may be a replay
MAX_BODY = 20_000  # Wirewatch sends less than this


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether the request was signed with `secret` (Standard Webhooks) at about `now`, in seconds since 1970.

    `headers` with lower-case names; `body` is the bytes as they came: parse them after the check, not before.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12) or abs(now - int(timestamp)) > TOLERANCE:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    # There are two signatures while a secret is being rotated: one that fits is enough.
    return any(hmac.compare_digest(expected, each.encode()) for each in headers.get("webhook-signature", "").split())


def take(database: str, message_id: str, message: Any) -> None:
    """Do the work of one message, once: its id is stored in the transaction of the work."""
    with closing(sqlite3.connect(database, timeout=10)) as db, db:
        db.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY)")
        if db.execute("INSERT OR IGNORE INTO seen VALUES (?)", [message_id]).rowcount:
            show(message)  # if this fails the id is not kept, we answer 500, and Wirewatch comes again


def show(message: Any) -> None:
    """Print a message; your own work goes here."""
    data = message["data"]
    if message["type"] == "test":
        print("test:", data["message"], flush=True)
    elif message["type"] in ("alert.created", "alert.updated"):
        news = "; ".join(each["text"] for each in data["update"]["news"]) + ": " if data["update"] else ""
        for article in data["articles"]:
            found = ", ".join(dict.fromkeys(each["text"] for each in article["evidence"]))
            print(f"[{data['rule']['name']}] {news}{article['source']}: {article['title']} {article['url']} ({found})", flush=True)
    # Other types may come in later versions: take them and do nothing.


class Handler(BaseHTTPRequestHandler):
    """Answers POSTs: 204 taken, 401 not signed by us, 413 too large."""

    timeout = 10  # seconds for a silent client

    def __init__(self, secret: str, database: str, *args: Any) -> None:
        self.secret, self.database = secret, database
        super().__init__(*args)

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= MAX_BODY):
            self.send_error(413)
            return
        body = self.rfile.read(int(length))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not verify(self.secret, headers, body, time.time()):
            self.send_error(401, "wrong signature or timestamp")
            return
        try:
            take(self.database, headers["webhook-id"], json.loads(body))
        except sqlite3.Error as error:
            self.log_error("not stored: %s", error)
            self.send_error(500)  # anything but 2xx: Wirewatch sends it again
            return
        self.send_response(204)
        self.end_headers()


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Receive Wirewatch's alerts and print them.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--database", default="seen.db", help="where the ids of the messages already taken are kept")
    options = parser.parse_args()
    secret = os.environ.get("WEBHOOK_SECRET", "")
    if not secret.startswith("whsec_"):
        parser.error("set WEBHOOK_SECRET to the channel's secret (whsec_...)")
    server = ThreadingHTTPServer((options.host, options.port), partial(Handler, secret, options.database))
    print(f"listening on http://{options.host}:{server.server_port}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
