"""Headers that no text can break out of."""

from __future__ import annotations

import unicodedata
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.delivery.mail_format import Header, UnsafeMail, format_mail
from service.delivery.mail_headers import MAX_HEADER, MAX_LINE, encode_header, header_names, safe_header

hostile = st.text(st.sampled_from("=?\r\n\0\u200b\u2028\u202e\ud800qb:_ aé📰\u0301") | st.characters(), max_size=300)


@given(hostile)
def test_a_safe_header_is_one_visible_line(text: str) -> None:
    safe = safe_header(text)
    assert len(safe) <= MAX_HEADER
    assert "=?" not in safe
    assert safe == " ".join(safe.split())
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in safe)


@given(hostile)
@example("📰" * MAX_HEADER)
@example("word " * MAX_HEADER)
def test_an_encoded_header_reads_back(text: str) -> None:
    safe = safe_header(text)
    line = encode_header("Subject", safe)
    assert line.endswith(b"\r\n")
    assert max(map(len, line.split(b"\r\n"))) <= MAX_LINE
    assert all(len(word) <= 75 for word in line.split() if word.startswith(b"=?")), "RFC 2047, 2"
    subject = message_from_bytes(line + b"\r\n", policy=policy.compat32)["Subject"]
    assert str(make_header(decode_header(subject.replace("\r\n", "")))) == safe


@given(hostile)
def test_an_encoded_header_is_one_header(text: str) -> None:
    assert header_names(encode_header("Subject", safe_header(text)) + b"\r\n") == ["Subject"]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param("Cafe\u0301", "Café", id="composed"),
        pytest.param(" a\r\n\tb ", "a b", id="white space collapsed"),
        pytest.param("a\u202eb\0c", "abc", id="invisible dropped"),
        pytest.param("=\u200b?x", "= ?x", id="what appears when the invisible is dropped is broken too"),
        pytest.param("x" * 151, "x" * 149 + "…", id="cut"),
        pytest.param("x" * 150, "x" * 150, id="just short enough"),
    ],
)
def test_safe_header(text: str, safe: str) -> None:
    assert safe_header(text) == safe


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"Subject: x\r\nBcc: a@evil.example\r\n", id="another header"),
        pytest.param(b"Subject: x\nBcc: a@evil.example\r\n", id="another header after a bare line feed"),
        pytest.param(b"Subject: x\n y\r\n", id="a bare line feed"),
        pytest.param(b"Subject: x\r y\r\n", id="a bare carriage return"),
        pytest.param(b"Subject: x\r\n\r\nBody\r\n", id="the end of the headers"),
        pytest.param(b"Subject: " + b"x" * 1000 + b"\r\n", id="an endless line"),
    ],
)
def test_a_mail_that_is_not_what_we_meant_does_not_leave(line: bytes) -> None:
    with pytest.raises(UnsafeMail):
        format_mail([Header("Subject", line), Header("To", b"To: a@b.example\r\n")], "text", "<p>html", boundary="=_1")
