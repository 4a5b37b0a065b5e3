"""Where the items of a document stand, found by a scan of its bytes that would rather say nothing than something wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from service.feeds.known import hash_context, hash_item

_MARK = re.compile(rb"<(?:!\[CDATA\[|!--|\?|(/?)((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s>/]))", re.IGNORECASE)
_CLOSERS = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}
_SLASH = ord("/")
_REST_OF_TAG = re.compile(rb"[^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*>")
_INHERITED = re.compile(rb"<[^<>]*\s(?:xml(?:ns)?[:=]|base\s*=|lang\s*=)[^<>]*>")
_OWN = re.compile(rb"\s(?:xml:)?(?:lang|base)\s*=")
_DIV = re.compile(rb"<(?:xhtml:)?div[\s/>]", re.IGNORECASE)
_CDATA = re.compile(rb"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_ROOT_TAG = re.compile(rb"<[A-Za-z_]")
_INTERNAL_SUBSET = re.compile(rb"<!DOCTYPE[^>]*\[", re.IGNORECASE)
_MAX_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Outline:
    """The outermost items of a document as (start, end), and a hash of each; `context` is a hash of what they inherit from around them."""

    data: bytes
    items: Sequence[tuple[int, int]]
    hashes: Sequence[int]
    context: str

    def without(self, known: Collection[int]) -> bytes:
        """The document without the items of these hashes."""
        return self._keep([digest not in known for digest in self.hashes])

    def only(self, first: int, end: int) -> bytes:
        """The document with these items alone."""
        return self._keep([first <= number < end for number in range(len(self.items))])

    def _keep(self, wanted: Sequence[bool]) -> bytes:
        pieces, kept_from = [], 0
        for (start, end), keep in zip(self.items, wanted, strict=True):
            if not keep:
                pieces.append(self.data[kept_from:start])
                kept_from = end
        return b"".join((*pieces, self.data[kept_from:]))


def outline(data: bytes, reading: str, *, max_items: int) -> Outline | None:
    """The outline of a document, or None where the scan is unsure; `reading` is what else decides how an item reads (charset, base).

    It is sure of every well-formed document without entities of its own. Whether a document is one, the parser tells.
    """
    items = _items(data, max_items)
    if not items or _leaks(data[items[0][0] : items[-1][1]]):
        return None
    head = data[: items[0][0]]
    root = _ROOT_TAG.search(head)
    if root is None or _INTERNAL_SUBSET.search(head):
        return None
    inherited = (*_INHERITED.findall(head), *_INHERITED.findall(_between(data, items)))
    context = hash_context(reading.encode("utf-8", "replace"), head[: root.start()], *inherited)
    return Outline(data, items, [hash_item(data[start:end]) for start, end in items], context)


def _leaks(items: bytes) -> bool:
    """Whether what one item says may reach the next: feedparser loses count of languages and bases at a div that should be escaped."""
    # The languages and bases last: to look for them takes ten times as long as for a div.
    return bool(_DIV.search(items) and _DIV.search(_CDATA.sub(b"", items)) and _OWN.search(items))


def _between(data: bytes, items: Sequence[tuple[int, int]]) -> bytes:
    return b"".join(data[end:start] for (_, end), (start, _) in pairwise(items))


def _items(data: bytes, max_items: int) -> list[tuple[int, int]] | None:
    items: list[tuple[int, int]] = []
    open_names: list[bytes] = []
    at = start = 0
    while (mark := _MARK.search(data, at)) is not None:
        name = mark[2]
        at = _after(data, mark)
        if at == 0 or len(items) >= max_items or len(open_names) > _MAX_DEPTH:
            return None
        if name is None:
            continue
        if mark[1]:
            if not open_names or open_names.pop() != name:
                return None
        else:
            start = start if open_names else mark.start()
            if data[at - 2] != _SLASH:
                open_names.append(name)
        if not open_names:
            items.append((start, at))
    return None if open_names else items


def _after(data: bytes, mark: re.Match[bytes]) -> int:
    """Where the tag, comment, CDATA section or instruction that begins here has ended; 0 where it does not end."""
    if mark[2] is not None:
        rest = _REST_OF_TAG.match(data, mark.end())
        return rest.end() if rest else 0
    closer = _CLOSERS.get(mark[0], b"]]>")
    found = data.find(closer, mark.end())
    return 0 if found < 0 else found + len(closer)
