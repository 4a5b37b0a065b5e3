"""Reading an answer's body: raw bytes against the caps, gzip undone by ourselves in small steps."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp

from service.outbound.errors import OutboundError, OutboundProblem
from service.outbound.room import LARGE

STEP = 65_536  # bytes decoded at once
_SIP = 2_048  # bytes of gzip read at once: they hold 2 MB at most
MAX_COMPRESSED = 10_000_000
FREE_OF_RATIO = 1_000_000  # decoded bytes that any ratio may yield
MAX_RATIO = 200
MAX_MEMBERS = 16  # of one gzip stream
_GZIP = 31  # zlib's wbits for a gzip header

Grow = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: `headers` ignore case, `body` is decoded, `complete` is False where it was cut off (by the server, or by us at the cap).

    `url` is where it came from in the end; `permanent_url` the same, if every redirect on the way there was permanent.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    complete: bool
    permanent_url: str | None = None


class _TooLarge(Exception):
    pass


class _Gunzip:
    """Decodes a gzip stream piece by piece, never more than one step ahead of its caps."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1
        self._raw = 0

    def feed(self, data: bytes, out: bytearray, max_bytes: int) -> None:
        """Append what `data` decodes to. Raises _TooLarge, or zlib.error where it is no gzip."""
        self._raw += len(data)
        if self._raw > MAX_COMPRESSED:
            raise _TooLarge
        while data:
            if self._member.eof:
                if not data.startswith(b"\x1f\x8b") or self._members >= MAX_MEMBERS:
                    return  # padding after the last member
                self._member = zlib.decompressobj(_GZIP)
                self._members += 1
            out += self._member.decompress(data, STEP)
            if len(out) > max_bytes or (len(out) > FREE_OF_RATIO and len(out) > MAX_RATIO * self._raw):
                raise _TooLarge
            data = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    @property
    def finished(self) -> bool:
        return self._member.eof


async def read_body(answer: aiohttp.ClientResponse, max_bytes: int, *, cut: bool, grow: Grow | None = None) -> tuple[bytes, bool]:
    """The decoded body, and whether it is whole. Longer than `max_bytes`: cut off there if `cut`, else an OutboundError.

    `grow` is awaited before more is taken in of a body that is LARGE already.
    """
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    gunzip = _Gunzip() if encoding in ("gzip", "x-gzip") else None
    if gunzip is None and encoding not in ("", "identity") and not cut:
        raise OutboundError(OutboundProblem.PROTOCOL, "the server sent an encoding that we did not ask for; we take gzip or none")
    out = bytearray()
    try:
        await _read_into(out, answer, gunzip, max_bytes, grow)
    except _TooLarge:
        if cut:
            return bytes(out[:max_bytes]), False
        raise OutboundError(
            OutboundProblem.TOO_LARGE, f"the answer is larger than allowed ({max_bytes} bytes after decompression)"
        ) from None
    except (aiohttp.ClientPayloadError, aiohttp.ClientConnectionError, zlib.error):
        return bytes(out), False  # cut off or damaged on the way: what came whole may still be of use
    return bytes(out), gunzip is None or gunzip.finished or not out


async def _read_into(out: bytearray, answer: aiohttp.ClientResponse, gunzip: _Gunzip | None, max_bytes: int, grow: Grow | None) -> None:
    async for chunk in answer.content.iter_chunked(STEP if gunzip is None else _SIP):
        if grow is not None and len(out) > LARGE:
            await grow()
        if gunzip is not None:
            gunzip.feed(chunk, out, max_bytes)
            continue
        out += chunk
        if len(out) > max_bytes:
            raise _TooLarge
