"""The sandboxed child that finds the article in a web page, and reads robots.txt; it lives like the one that parses feeds."""

from __future__ import annotations

import json
import math
from typing import Any

from service.feeds.child import serve
from service.feeds.entry import MAX_BODY
from service.feeds.text import cut, storable


def main() -> None:
    """Serve until the input ends."""
    serve(_answer)


def _answer(head: dict[str, Any], body: bytes) -> bytes:
    asked = head.get("robots")
    answer = read_rules(body, asked["url"], asked["agent"]) if asked else {"text": extract_text(body)}
    return json.dumps(answer).encode()


def extract_text(body: bytes) -> str:
    """The article in a page as plain text, a line for each paragraph; "" where there is none."""
    from trafilatura import extract  # an extra, and half a second to import: only the child needs it

    found = extract(body, include_comments=False, include_tables=False) or ""
    lines = (" ".join(line.split()) for line in storable(found).split("\n"))
    return cut("\n".join(line for line in lines if line), MAX_BODY)


def read_rules(rules: bytes, url: str, agent: str) -> dict[str, Any]:
    """What a robots.txt says to `agent`: whether `url` is `allowed`, and the `delay` between two requests in seconds, or None."""
    from protego import Protego  # of the same extra

    parsed = Protego.parse(rules.decode("utf-8-sig", "replace"))
    delay = parsed.crawl_delay(agent)
    usable = delay is not None and math.isfinite(delay) and 0 <= delay <= 1e9
    return {"allowed": parsed.can_fetch(url, agent), "delay": delay if usable else None}


if __name__ == "__main__":
    main()
