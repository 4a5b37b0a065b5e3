"""From what feeds call text (plain, HTML, HTML escaped twice) to plain text."""

from __future__ import annotations

import re

from lxml import etree, html

_MAX_MARKUP = 400_000  # characters of markup that we look at
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|<!\[CDATA\[")
_ESCAPED = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_SPACE = re.compile(r"\s+")
_SKIPPED = frozenset({"script", "style", "template", "iframe", "svg", "noscript", "head", "object"})
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img", "ins", "kbd", "label",
     "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "del"}
)  # fmt: skip
# Windows-1252 characters that came in as C1 controls; then what no database or mail header can carry.
_REPAIRED = {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", "") for code in range(0x80, 0xA0)}
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain_line(value: str, limit: int) -> str:
    """`value` as one line of plain text, at most `limit` characters."""
    return cut(" ".join(_plain(value).split()), limit)


def plain_paragraphs(value: str, limit: int) -> str:
    """`value` as plain text, a line for each paragraph, at most `limit` characters."""
    lines = (" ".join(line.split()) for line in _plain(value).split("\n"))
    return cut("\n".join(line for line in lines if line), limit)


def storable(value: str) -> str:
    """`value` without the characters that a database or a mail header refuses."""
    return _UNSTORABLE.sub("", value.translate(_REPAIRED))


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning with an ellipsis where it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _plain(value: str) -> str:
    text = storable(value[:_MAX_MARKUP])
    for _ in range(2):  # some feeds escape twice
        if not (_TAG.search(text) or _ESCAPED.search(text)):
            break
        text = storable(_without_markup(text))
    return text


def _without_markup(markup: str) -> str:
    """The text of an HTML fragment, with line breaks between its block elements."""
    try:
        # A leading "<" of a fragment like "<3" or a lone comment leaves nothing to parse: the div makes it a document.
        root = html.document_fromstring(f"<div>{markup}</div>")
    except (etree.ParserError, ValueError):
        return _TAG.sub(" ", markup)
    parts: list[str] = []
    hidden: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        named = isinstance(element.tag, str)
        if event == "start" and hidden is None and named and element.tag in _SKIPPED:
            hidden = element
        if hidden is None and event in ("start", "end") and element.tag not in _INLINE:
            parts.append("\n")
        if event == "start" and hidden is None:
            parts.append(_SPACE.sub(" ", element.text or ""))
        if event == "end" and element is hidden:
            hidden = None
        if event != "start" and hidden is None:
            parts.append(_SPACE.sub(" ", element.tail or ""))
    return "".join(parts)
