"""The scrub before parsing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.feeds.scrub import scrub


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param(b"a\x00b\x08c\td", b"abc\td", id="control bytes"),
        pytest.param(b"&#65;&#x41;&#X41;", b"&#65;&#x41;&#X41;", id="good references stay"),
        pytest.param(b"&#xD83D;&#xDE00;", b"&#128512;", id="a surrogate pair in hex"),
        pytest.param(b"&#55357;&#56832;", b"&#128512;", id="a surrogate pair in decimals"),
        pytest.param(b"&#xDE00;&#xD83D;", b"&#65533;&#65533;", id="the wrong way round"),
        pytest.param(b"&#xFFFFFFFF; &#x110000; &#0; &#x0B;", b"&#65533; &#65533; &#65533; &#65533;", id="no characters"),
        pytest.param(b"&#" + b"9" * 5000 + b";", b"&#65533;", id="five thousand digits"),
        pytest.param(b"&#00065; &#" + b"0" * 5000 + b"65;", b"&#00065; &#65533;", id="leading zeros, a few and five thousand"),
        pytest.param(b"&amp;#xD800;", b"&amp;#65533;", id="escaped twice"),
        pytest.param(b"&#xD800 x", b"&#65533; x", id="without its semicolon"),
    ],
)
def test_bytes_that_the_parser_chokes_on(raw: bytes, clean: bytes) -> None:
    assert scrub(b"<rss>" + raw + b"</rss>").data == b"<rss>" + clean + b"</rss>"


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.lists(st.sampled_from([b"&#", b"xD83D;", b"&#xDE00;", b"<item>", b"</item>", b"<rss>", b"&amp;"])).map(b"".join)
)
def test_no_reference_outside_xml_survives(body: bytes) -> None:
    data = scrub(body).data
    for found in re.finditer(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))", data):
        number = int(found[1], 16) if found[1] else int(found[2])
        assert number in (9, 10, 13) or 0x20 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000
