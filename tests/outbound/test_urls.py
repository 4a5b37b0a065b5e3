"""Which URLs and addresses we may call: every disguise of a private address, and nothing public refused."""

from __future__ import annotations

from contextlib import suppress
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.outbound import UrlRefused, check_url
from service.outbound.addresses import may_dial

LOOPBACK = (ip_network("127.0.0.0/8"),)

REFUSED_ADDRESSES = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "168.63.129.16", "169.254.169.254", "172.16.0.1", "192.0.0.8",
    "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1", "fc00::1", "fd12::1",
    "fe80::1", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC_ADDRESSES = [
    "1.1.1.1",
    "8.8.8.8",
    "172.32.0.1",
    "192.0.1.1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2606:4700::1111",
    "2a00:1450::1",
]


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
def test_an_address_that_is_not_public_is_never_dialled_nor_taken_at_the_door(address: str) -> None:
    assert not may_dial(address, 443, ())
    with pytest.raises(UrlRefused):
        check_url(f"http://[{address}]/" if ":" in address else f"http://{address}/", ())


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address_is_dialled_on_the_usual_ports_only(address: str) -> None:
    check_url(f"http://[{address}]/" if ":" in address else f"http://{address}/", ())
    assert may_dial(address, 443, ())
    assert not may_dial(address, 6379, ())


@pytest.mark.parametrize(
    "host",
    [
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1", "127.0.0.1.", "0", "0x0", "1２7.0.0.1",
        "127。0。0。1", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "0xa9fea9fe", "169.16689662", "3232235777",
    ],
)  # fmt: skip
def test_odd_spellings_are_judged_by_the_address_that_they_connect_to(host: str) -> None:
    with pytest.raises(UrlRefused, match="not public"):
        check_url(f"http://{host}/feed", ())


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("gopher://example.org/", id="another protocol"),
        pytest.param("javascript:alert(1)", id="a script"),
        pytest.param("//example.org/feed", id="no scheme"),
        pytest.param("example.org/feed", id="only a host"),
        pytest.param("", id="nothing"),
        pytest.param("http://", id="no host"),
        pytest.param("http:///feed", id="an empty host"),
        pytest.param("http://user:pass@example.org/", id="a password"),
        pytest.param("http://@example.org/", id="an empty user"),
        pytest.param("http://example.org@127.0.0.1/", id="a user that looks like the host"),
        pytest.param("http://example.org\\@127.0.0.1/", id="a backslash"),
        pytest.param("http://example.org/a b", id="white space"),
        pytest.param("http://exam\tple.org/", id="a tab that parsers drop"),
        pytest.param("http://example.org/\r\nHost: x", id="a line break"),
        pytest.param("http://example.org/\u202efeed", id="a bidi control"),
        pytest.param("http://example.org/\ud800", id="a lone surrogate"),
        pytest.param("http://[::1", id="an open bracket"),
        pytest.param("http://[fe80::1%25eth0]/", id="a zone"),
        pytest.param("http://[::1]:x/", id="a port that is no number"),
        pytest.param("http://example.org:99999/", id="a port out of range"),
        pytest.param("http://example.org:22/", id="an unusual port"),
        pytest.param("http://%31%32%37.0.0.1/", id="an escaped host"),
        pytest.param(f"http://{'a.' * 130}org/", id="a host name too long"),
        pytest.param(f"http://{'a' * 64}.org/", id="a label too long"),
        pytest.param("http://example..org/", id="an empty label"),
        pytest.param(f"http://example.org/{'a' * 9000}", id="a URL too long"),
    ],
)
def test_what_we_would_never_call_is_refused_with_a_reason(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        check_url(url, ())
    assert refused.value.reason


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://example.org", id="no path"),
        pytest.param("HTTPS://Example.ORG/Feed?x=1#y", id="upper case"),
        pytest.param("https://bücher.example/ä", id="an international name"),
        pytest.param("http://my_site.example.org:8080/rss", id="an underscore"),
        pytest.param("http://localhost/feed", id="a name, judged when it is dialled"),
        pytest.param("http://example.org./", id="a trailing dot"),
    ],
)
def test_ordinary_urls_pass(url: str) -> None:
    check_url(url, ())


def test_an_allowed_network_opens_its_addresses_on_every_port_and_nothing_else() -> None:
    check_url("http://127.0.0.1:9999/", LOOPBACK)
    check_url("http://0x7f.1:9999/", LOOPBACK)
    check_url("http://feeds.internal:9999/", LOOPBACK)
    assert may_dial("127.8.9.10", 9999, LOOPBACK)
    assert may_dial("::ffff:127.0.0.1", 9999, LOOPBACK)
    assert not may_dial("10.0.0.1", 80, LOOPBACK)
    assert not may_dial("::1", 80, LOOPBACK)
    with pytest.raises(UrlRefused, match="not public"):
        check_url("http://10.0.0.1/", LOOPBACK)
    with pytest.raises(UrlRefused, match="port 9999"):
        check_url("http://1.1.1.1:9999/", LOOPBACK)


@given(st.text() | st.text().map(lambda rest: "http://" + rest))
def test_the_check_answers_with_nothing_but_its_refusal(url: str) -> None:
    with suppress(UrlRefused):
        check_url(url, ())
