"""The examples for developers, with what the real sender sends."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.delivery.message import render_body
from service.delivery.standard_webhooks import new_secret, signed_headers
from service.domain.channels import Channel, Secret
from service.domain.deliveries import DeliveryError
from service.domain.timing import WAITS
from service.edges import clock
from service.storage.database import Database
from tests.delivery.builders import SECRET, a_channel, a_delivery, an_alert, send, some_settings

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = DOCS / "examples"
OTHER = new_secret(bytes(32))
BODY = render_body(a_delivery(a_channel(), an_alert()))


@pytest.fixture
def now(tmp_path: Path) -> datetime:
    """The real time: the examples read their own clock."""
    return clock(Database(f"sqlite:///{tmp_path / 'clock.db'}", lease=timedelta(seconds=30)))()


@contextmanager
def receiver(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The example receiver as its readers start it; yields its URL and its process."""
    command = [sys.executable, "-u", str(EXAMPLES / "receiver.py"), "--port", "0", "--database", str(folder / "seen.db")]
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().removeprefix("listening on ").strip(), process
        finally:
            process.terminate()


def printed(process: subprocess.Popen[str]) -> list[str]:
    """What the receiver printed, once it has been ended."""
    process.terminate()
    assert process.stdout is not None
    return process.stdout.read().splitlines()


def channel_at(url: str, *secrets: str) -> Channel:
    return a_channel(secrets=tuple(map(Secret, secrets)), url=url)


def test_the_receiver_takes_each_message_once(tmp_path: Path, now: datetime) -> None:
    with receiver(tmp_path) as (url, process):
        alert, test = a_delivery(channel_at(url, SECRET), an_alert()), a_delivery(channel_at(url, SECRET))
        for _ in range(2):
            assert send(alert, some_settings(), now).status == 204
        assert send(test, some_settings(), now).status == 204  # of the same id as the alert: known
        (line,) = printed(process)
    assert line.startswith("[NATO on the peace deal] The Gazette: NATO chief Rutte welcomes peace deal https://gazette.example/1")
    assert line.endswith("(NATO, peace deal)")


def test_the_receiver_prints_test_messages(tmp_path: Path, now: datetime) -> None:
    with receiver(tmp_path) as (url, process):
        send(a_delivery(channel_at(url, SECRET)), some_settings(), now)
        assert printed(process) == ["test: This is a test message from Wirewatch. The channel works."]


def test_the_receiver_refuses_another_secret(tmp_path: Path, now: datetime) -> None:
    with receiver(tmp_path) as (url, process):
        with pytest.raises(DeliveryError, match="HTTP 401"):
            send(a_delivery(channel_at(url, OTHER), an_alert()), some_settings(), now)
        assert printed(process) == []


@pytest.mark.parametrize("length", ["20001", "-1", "²", "9" * 30])
def test_the_receiver_reads_no_endless_body(tmp_path: Path, length: str) -> None:
    with receiver(tmp_path) as (url, _process):
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", length.encode("latin-1"))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "as sent": ({}, True),
    "during rotation": ({"secrets": (OTHER, SECRET)}, True),
    "another secret": ({"secrets": (OTHER,)}, False),
    "no signature": ({"secrets": ()}, False),
    "five minutes old": ({"late": 301}, False),
    "five minutes ahead": ({"late": -310}, False),
    "another body": ({"body": BODY + b" "}, False),
    "another id": ({"headers": {"webhook-id": "dl_2"}}, False),
    "a timestamp in words": ({"headers": {"webhook-timestamp": "now"}}, False),
    "a malformed signature": ({"headers": {"webhook-signature": "v1 v2,= ,"}}, False),
}
CHECKS = {
    "receiver.py": "import receiver; ok = receiver.verify(secret, headers, body, now)",
    "verify_with_library.py": "import verify_with_library as v; ok = v.read_message(secret, headers, body) is not None",
    "verify.mjs": "",
}
PYTHON = """
import json, sys
for given in json.load(sys.stdin):
    secret, headers, body, now = given["secret"], given["headers"], given["body"].encode(), given["now"]
    {check}
    print(json.dumps(bool(ok)))
"""
NODE = """
import { verify } from "./verify.mjs";
import { readFileSync } from "node:fs";
for (const { secret, headers, body, now } of JSON.parse(readFileSync(0)))
  console.log(verify(secret, headers, Buffer.from(body), now));
"""


def judged(example: str, requests: list[dict[str, Any]]) -> list[bool]:
    """What an example, in one run, says of each request."""
    python = [sys.executable, "-B", "-c", PYTHON.format(check=CHECKS[example])]
    command = ["node", "--input-type=module", "-e", NODE] if example.endswith(".mjs") else python
    done = subprocess.run(command, cwd=EXAMPLES, input=json.dumps(requests), capture_output=True, text=True, check=True, timeout=60)
    return [bool(json.loads(line)) for line in done.stdout.splitlines()]


def a_request(changes: dict[str, Any], now: datetime) -> dict[str, Any]:
    signers = [Secret(each) for each in changes.get("secrets", (SECRET,))]
    headers = signed_headers(signers, "dl_1", now - timedelta(seconds=changes.get("late", 0)), BODY)
    sent = {**headers, **changes.get("headers", {})}
    return {"secret": SECRET, "headers": sent, "body": changes.get("body", BODY).decode(), "now": int(now.timestamp())}


@pytest.mark.parametrize("example", CHECKS)
def test_the_examples_know_a_genuine_request(example: str, now: datetime) -> None:
    if example.endswith(".mjs") and shutil.which("node") is None:
        pytest.skip("node is not installed")
    said = judged(example, [a_request(changes, now) for changes, _ in CASES.values()])
    assert dict(zip(CASES, said, strict=True)) == {name: genuine for name, (_, genuine) in CASES.items()}


def test_the_page_tells_the_waits() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", (DOCS / "developers.md").read_text(), flags=re.MULTILINE)
    assert [(int(number), wait) for number, wait, _ in rows] == [(number, _words(wait)) for number, wait in enumerate(WAITS, 1)]
    assert [after for *_, after in rows] == [_words(sum(WAITS[:number], timedelta(0))) for number in range(1, len(WAITS) + 1)]


def test_the_links_between_pages_lead_somewhere() -> None:
    for page in ("analysts.md", "developers.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (DOCS / page).read_text()):
            assert (DOCS / target).exists(), f"{page}: {target}"


def _words(wait: timedelta) -> str:
    if not wait:
        return "at once"
    hours, minutes, seconds = wait // timedelta(hours=1), wait // timedelta(minutes=1) % 60, wait // timedelta(seconds=1) % 60
    return " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if count)
