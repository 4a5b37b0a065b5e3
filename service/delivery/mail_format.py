"""A mail as bytes: our headers, a text part and an HTML part, quoted-printable, with CRLF line ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import quoprimime

from service.delivery.mail_headers import MAX_LINE, header_names


class UnsafeMail(Exception):
    """The bytes are not what we meant to send: a header that is not ours, a bare line end, an endless line."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header's name and its whole line, folded and ended by CRLF."""

    name: str
    line: bytes


def format_mail(headers: Sequence[Header], text: str, html: str, boundary: str) -> bytes:
    """The message. `boundary` must begin with `=_`, which quoted-printable text never contains.

    Raises:
        UnsafeMail: the bytes hold other headers than `headers`; they must not be sent.
    """
    ours = [
        *headers,
        Header("MIME-Version", b"MIME-Version: 1.0\r\n"),
        Header("Content-Type", f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode()),
    ]
    parts = b"".join(_part("plain", text, boundary) + _part("html", html, boundary))
    raw = b"".join(header.line for header in ours) + b"\r\n" + parts + f"--{boundary}--\r\n".encode()
    _check(raw, [header.name for header in ours])
    return raw


def _part(subtype: str, text: str, boundary: str) -> list[bytes]:
    head = f'--{boundary}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    as_bytes = text.encode("utf-8", "replace").decode("latin-1")  # the encoder's form: one character per byte
    return [head.encode(), quoprimime.body_encode(as_bytes, eol="\r\n").encode("ascii"), b"\r\n"]


def _check(raw: bytes, names: list[str]) -> None:
    """The last look, at the very bytes: whatever went wrong before, nothing that is not ours leaves."""
    found = header_names(raw)
    if found != names:
        raise UnsafeMail(f"its headers would be {found}")
    if not raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n"):
        raise UnsafeMail("it holds a bare line end")
    if max(map(len, raw.split(b"\r\n"))) > MAX_LINE:
        raise UnsafeMail(f"it holds a line longer than {MAX_LINE} bytes")
