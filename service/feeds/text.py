"""From what feeds call text (plain, HTML, HTML escaped twice) to plain text."""

from __future__ import annotations

import re
from html import escape, unescape

from lxml import etree, html

_MAX_MARKUP = 400_000  # characters of markup that we look at
_ELEMENTS = (
    "a|abbr|acronym|address|article|aside|audio|b|bdi|bdo|big|blockquote|body|br|button|canvas|caption|center|cite|code|col|colgroup|data|dd|"
    "del|details|dfn|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|"
    "label|li|link|main|map|mark|meta|nav|noscript|object|ol|p|param|picture|pre|q|s|samp|script|section|small|source|span|strike|strong|"
    "style|sub|summary|sup|svg|table|tbody|td|template|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_TAG = re.compile(rf"</?(?:{_ELEMENTS})(?=[\s/>])[^<>]*>|<!--|<!\[CDATA\[", re.IGNORECASE)
_NAMED_TAG = re.compile(rf"<(/?)({_ELEMENTS})(?=[\s/>])[^<>]*>", re.IGNORECASE)
_VOID = frozenset({"br", "hr", "img", "wbr", "input", "embed"})
_ESCAPED = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_SPACE = re.compile(r"\s+")
_SKIPPED = frozenset({"script", "style", "template", "iframe", "svg", "noscript", "head", "object"})
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img", "ins", "kbd", "label",
     "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "del"}
)  # fmt: skip
_TAG_AT_ALL = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)(?:\s[^<>\"']*(?:\"[^\"<>]*\"[^<>\"']*|'[^'<>]*'[^<>\"']*)*)?/?>")
_NOT_SIMPLE = re.compile(rf"<!|<\?|</?(?:{'|'.join(sorted(_SKIPPED))})\b", re.IGNORECASE)
# Windows-1252 characters that came in as C1 controls; then what no database or mail header can carry.
_REPAIRED = {code: bytes([code]).decode("cp1252", "replace").replace("\ufffd", "") for code in range(0x80, 0xA0)}
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # of both kinds: most texts have none


def plain_line(value: str, limit: int) -> str:
    """`value` as one line of plain text, at most `limit` characters."""
    return cut(" ".join(_plain(value).split()), limit)


def headline(value: str, limit: int, *, markup: bool = True) -> str:
    """A headline as one line of plain text. One that speaks of a <tag> keeps it; so does any whose feed says that it is no `markup`."""
    text = storable(value[:_MAX_MARKUP])
    for _ in range(2 if markup else 1):
        if markup and _is_marked_up(text):
            text = storable(_without_markup(text))
        elif _ESCAPED.search(text):
            text = storable(unescape(text))
    return cut(" ".join(text.split()), limit)


def as_markup(plain: str) -> str:
    """Plain text as the HTML that means it."""
    return escape(plain, quote=False).replace("\n", "<br>")


def plain_paragraphs(value: str, limit: int) -> str:
    """`value` as plain text, a line for each paragraph, at most `limit` characters."""
    lines = (" ".join(line.split()) for line in _plain(value).split("\n"))
    return cut("\n".join(line for line in lines if line), limit)


def storable(value: str) -> str:
    """`value` without the characters that a database or a mail header refuses."""
    return _UNSTORABLE.sub("", value.translate(_REPAIRED)) if _ODD.search(value) else value


def cut(text: str, limit: int) -> str:
    """`text`, or its beginning with an ellipsis where it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _plain(value: str) -> str:
    text = storable(value[:_MAX_MARKUP])
    if _TAG.search(text) or _ESCAPED.search(text):
        text = storable(_without_markup(text))
    if _is_marked_up(text):  # some feeds escape twice
        text = storable(_without_markup(text))
    elif _ESCAPED.search(text):
        text = storable(unescape(text))
    return text


def _is_marked_up(text: str) -> bool:
    """Whether the tags in a text are its markup and not its subject: one is closed, or never needs to be."""
    opened: set[str] = set()
    for slash, name in _NAMED_TAG.findall(text):
        if name.lower() in (opened if slash else _VOID):
            return True
        opened.add(name.lower())
    return "<!--" in text or "<![CDATA[" in text


def _without_markup(markup: str) -> str:
    """The text of an HTML fragment, with line breaks between its block elements."""
    simple = None if _NOT_SIMPLE.search(markup) else _TAG_AT_ALL.sub(_break, " ".join(markup.split()))
    if simple is not None and "<" not in simple:
        return "\n".join(" ".join(line.split()) for line in unescape(simple).split("\n"))
    return _without_twisted_markup(markup)


def _break(tag: re.Match[str]) -> str:
    return "" if tag[1].lower() in _INLINE else "\n"


def _without_twisted_markup(markup: str) -> str:
    """The same for markup that only a parser can read, twenty times slower."""
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
