"""The colours of the pages can be told apart in both schemes: WCAG 2.2, 1.4.3 (text) and 1.4.11 (edges and focus)."""

from __future__ import annotations

import re

import pytest

from tests.api.conftest import Api

WHITE = "#ffffff"


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    digits = colour.removeprefix("#")
    digits = digits if len(digits) == 6 else "".join(each * 2 for each in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How well two colours can be told apart, from 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_read_and_what_is_pressed_be_seen(scheme: str, api: Api) -> None:
    styles = api.client.get("/assets/page.css").text
    light, dark = (dict(re.findall(r"--(\w+): (#\w+)", rule)) for rule in re.findall(r"\.note \{([^}]*--[^}]*)\}", styles))
    colours = light if scheme == "light" else light | dark
    for behind in ("ground", "card"):
        for written in ("text", "soft", "link"):
            assert contrast(colours[written], colours[behind]) >= 4.5, (written, behind)
        for seen in ("edge", "link", "press"):
            assert contrast(colours[seen], colours[behind]) >= 3, (seen, behind)
    assert contrast(WHITE, colours["press"]) >= 4.5


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_the_methods_of_the_docs_page_can_be_read(method: str, api: Api) -> None:
    styles = api.client.get("/assets/docs.css").text
    [behind] = re.findall(rf"opblock-{method} \.opblock-summary-method \{{ background: (#\w+)", styles)
    assert contrast(WHITE, behind) >= 4.5
