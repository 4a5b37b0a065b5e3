"""Which charset a document is in, whatever is said."""

from __future__ import annotations

import pytest

from service.feeds.charset import settle_charset
from service.feeds.parse import parse_document

RSS = '<?xml version="1.0"{encoding}?><rss version="2.0"><channel><title>T</title><item><title>{title}</title></item></channel></rss>'


def title_of(title: str, encoding: str, *, declared: str = "", header: str = "") -> str:
    written = RSS.format(title=title, encoding=f' encoding="{declared}"' if declared else "").encode(encoding)
    return (
        parse_document(written, {"Content-Type": f"text/xml; charset={header}" if header else "text/xml"}, "https://n.example/")
        .entries[0]
        .title
    )


@pytest.mark.parametrize(
    ("title", "encoding", "declared", "header"),
    [
        pytest.param("Café", "utf-8", "", "iso-8859-1", id="a server's default against the bytes"),
        pytest.param("Café", "utf-8", "iso-8859-1", "", id="a generator's default against the bytes"),
        pytest.param("Café", "utf-8", "us-ascii", "us-ascii", id="ASCII that is none"),
        pytest.param("Мост открыт", "windows-1251", "windows-1251", "iso-8859-1", id="a server's default against the declaration"),
        pytest.param("Мост открыт", "windows-1251", "windows-1251", "utf-8", id="a header that cannot be true"),
        pytest.param("Мост открыт", "koi8-r", "utf-8", "koi8-r", id="a declaration that cannot be true"),
        pytest.param("Мост открыт", "utf-8", "windows-1251", "windows-1251", id="both are wrong"),
        pytest.param("Café", "windows-1252", "", "", id="nothing is said and it is no UTF-8"),
        pytest.param("Café", "iso-8859-1", "no-such-charset", "", id="an unknown charset"),
        pytest.param("大桥开通", "gb18030", "gb2312", "", id="Chinese of two bytes"),
        pytest.param("联通", "gbk", "gbk", "", id="two characters of GBK that are valid UTF-8"),
        pytest.param("橋が開通", "iso-2022-jp", "iso-2022-jp", "", id="Japanese in seven bits"),
        pytest.param("橋が開通", "shift_jis", "", "shift_jis", id="Japanese by header"),
        pytest.param("Мост", "utf-32", "utf-32", "", id="UTF-32"),
        pytest.param("Мост", "utf-16-le", "utf-16", "", id="UTF-16 without its mark"),
    ],
)
def test_the_title_is_read_as_it_was_written(title: str, encoding: str, declared: str, header: str) -> None:
    assert title_of(title, encoding, declared=declared, header=header) == title


def test_a_character_cut_in_half_costs_itself_only() -> None:
    body = RSS.format(title="Мост открыт, порт закрыт", encoding="").encode()
    broken = body.replace("открыт".encode(), "откры".encode() + b"\xd1", 1)
    assert parse_document(broken, {}, "https://n.example/").entries[0].title == "Мост откры\ufffd, порт закрыт"


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xef\xbb\xbf\xef\xbb\xbf<rss/>", b"\xff\xfe\x00", b"<\x00"])
def test_any_bytes_get_a_charset(body: bytes) -> None:
    data, charset = settle_charset(body, "text/xml; charset=\x00")
    data.decode(charset, "replace")
