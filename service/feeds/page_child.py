"""The sandboxed child that finds the article in a web page; it lives like the one that parses feeds."""

from __future__ import annotations

import json
from typing import Any

from service.feeds.child import serve
from service.feeds.entry import MAX_BODY
from service.feeds.text import cut, storable


def main() -> None:
    """Serve until the input ends."""
    serve(_answer)


def _answer(_head: dict[str, Any], body: bytes) -> bytes:
    return json.dumps({"text": extract_text(body)}).encode()


def extract_text(body: bytes) -> str:
    """The article in a page as plain text, a line for each paragraph; "" where there is none."""
    from trafilatura import extract  # an extra, and half a second to import: only the child needs it

    found = extract(body, include_comments=False, include_tables=False) or ""
    lines = (" ".join(line.split()) for line in storable(found).split("\n"))
    return cut("\n".join(line for line in lines if line), MAX_BODY)


if __name__ == "__main__":
    main()
