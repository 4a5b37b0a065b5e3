"""What a feed asks of whoever reads it: headers of one's own, a user name and a password."""

from __future__ import annotations

import base64
import re
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

# How a request is framed, and what makes it conditional, is ours to say.
_OURS = frozenset(
    {
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept-encoding",
        "range",
        "keep-alive",
    }
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError("this is not the name of a header")
    if name.lower() in _OURS or name.lower().startswith(("if-", "proxy-")):
        raise ValueError("this header cannot be set for a feed")
    return name


def _printable(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a header carries printable ASCII characters only")
    return text


def _no_controls(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 0x7F or 0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValueError("control characters are not allowed here")
    return text


HeaderName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_header_name)]
HeaderValue = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_printable)]
Credential = Annotated[str, StringConstraints(max_length=500), AfterValidator(_no_controls)]


class FeedAccess(BaseModel):
    """What is sent to a feed's own host, and to no other; stored encrypted and never shown again."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    headers: dict[HeaderName, HeaderValue] = Field(default={}, max_length=20, repr=False, examples=[{"X-Api-Key": "..."}])
    username: Credential | None = Field(default=None, repr=False, description="for HTTP Basic; without a colon")
    password: Credential | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("give a user name and a password, or neither")
        if self.username is not None and ":" in self.username:
            raise ValueError("a user name for HTTP Basic has no colon")
        if self.username is not None and any(name.lower() == "authorization" for name in self.headers):
            raise ValueError("give either a user name and a password or an Authorization header")
        if self.username is None and not self.headers:
            raise ValueError("give headers, or a user name and a password")
        return self

    def request_headers(self) -> dict[str, str]:
        """The headers of a request with this access."""
        if self.username is None:
            return dict(self.headers)
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return {**self.headers, "Authorization": f"Basic {pair}"}


def access_of(workspace: str) -> str:
    """What a sealed access is about: the workspace that gave it."""
    return f"feed access of {workspace}"
