"""One mail address, and nothing that could be more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.mail_address import MAX_ADDRESS, parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        pytest.param(" Desk@News.Example ", "Desk@news.example", id="the domain is lower-cased, the name kept"),
        pytest.param("o'neil+nato@a-b.example", "o'neil+nato@a-b.example", id="odd but plain"),
        pytest.param("desk@bücher.example", "desk@xn--bcher-kva.example", id="an international domain"),
        pytest.param("почта@пример.example", "почта@xn--e1afmkfd.example", id="an international name"),
        pytest.param("root@localhost", "root@localhost", id="this machine"),
    ],
)
def test_an_address(text: str, address: str) -> None:
    assert parse_address(text) == address
    assert parse_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("desk", id="no domain"),
        pytest.param("@news.example", id="no name"),
        pytest.param("desk@", id="no domain after the @"),
        pytest.param("desk@example", id="a domain without a dot"),
        pytest.param("a@b.example,c@d.example", id="two, comma"),
        pytest.param("a@b.example;c@d.example", id="two, semicolon"),
        pytest.param("a@b@c.example", id="two @"),
        pytest.param("Desk <desk@news.example>", id="a display name"),
        pytest.param('"a b"@news.example', id="a quoted name"),
        pytest.param("desk(x)@news.example", id="a comment"),
        pytest.param("desk@[127.0.0.1]", id="an address literal"),
        pytest.param("desk@news.example\r\nBcc: a@evil.example", id="a line break"),
        pytest.param("desk\n@news.example", id="a line feed in the name"),
        pytest.param("desk@news.example\n", id="a line feed at the end"),
        pytest.param("de\0sk@news.example", id="NUL"),
        pytest.param("de\u202esk@news.example", id="an invisible character"),
        pytest.param("de\ud800sk@news.example", id="a lone surrogate"),
        pytest.param("=?utf-8?q?x?=@news.example", id="an encoded word"),
        pytest.param(".desk@news.example", id="a leading dot"),
        pytest.param("x" * 65 + "@news.example", id="a name too long"),
        pytest.param("desk@" + "x." * 130 + "example", id="a domain too long"),
        pytest.param("desk@" + "x" * 64 + ".example", id="a label too long"),
    ],
)
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"name@example\.org|one address only|at most 254"):
        parse_address(text)


@given(st.text(st.sampled_from('a@.<>,\r\n\0"= ?-é\ud800\u3002') | st.characters(), max_size=40))
def test_any_text_is_one_address_or_refused(text: str) -> None:
    try:
        address = parse_address(text)
    except ValueError:
        return
    assert address.count("@") == 1
    assert address.isprintable()
    assert not set(address) & set(' <>,;:"()[]\\')
    assert len(address.encode()) <= MAX_ADDRESS
