"""Users' templates: what they may say, where a mistake is, and that none can run long or reach anything."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.telling import tell, template_values
from service.delivery.templating import MAX_OUTPUT, check_template, fill_template
from tests.delivery.builders import a_channel, a_delivery, an_alert, an_update, titled

VALUES = template_values(tell(a_delivery(a_channel(), an_update())))


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        pytest.param("{{ rule }}: {{ title }}", "NATO on the peace deal: NATO chief Rutte welcomes peace deal", id="values"),
        pytest.param("{{ title | upper | truncate(9, true, '') }}", "NATO CHIE", id="filters"),
        pytest.param("{% for a in articles %}{{ loop.index }}. {{ a.source }}{% endfor %}", "1. The Gazette", id="a loop"),
        pytest.param("{% if outlets > 2 %}{{ outlets }} outlets{% else %}few{% endif %}", "3 outlets", id="a choice"),
        pytest.param("{{ 'a' if event == 'alert.updated' else 'b' }}", "a", id="a choice in words"),
        pytest.param("{% for a in articles %}{% for p in a.passages %}{{ p | length }}{% endfor %}{% endfor %}", "48", id="two loops"),
        pytest.param("{{ title.upper }}{{ articles.append }}", "", id="no methods"),
    ],
)
def test_what_a_template_may_say(source: str, filled: str) -> None:
    assert fill_template(source, VALUES, str) == filled


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        pytest.param("a\nb {{ titel }}", 'line 2: there is no "titel"', id="an unknown value"),
        pytest.param("{% for a in articles %}\n{{ a.body }}\n{% endfor %}", 'line 2: nothing here has a "body"', id="an unknown part"),
        pytest.param("\n\n{{ title | replace('a', 'b') }}", 'line 3: the filter "replace" is not allowed', id="a filter that could grow"),
        pytest.param("{{ title", "line 1: ", id="unclosed"),
        pytest.param("{% if more %}x", "line 1: ", id="an if without end"),
        pytest.param("{{ range(9) }}", "line 1: call is not allowed", id="a call"),
        pytest.param("{{ title.__class__ }}", "__class__", id="the way out of sandboxes"),
        pytest.param("{{ ''['x'] }}", "line 1: getitem is not allowed", id="by brackets"),
        pytest.param("{{ 'a' * 999999999 }}", "line 1: mul is not allowed", id="growth by arithmetic"),
        pytest.param("{{ 9 ** 99999 }}", "line 1: pow is not allowed", id="time by arithmetic"),
        pytest.param("{% set x = 1 %}", "line 1: assign is not allowed", id="an assignment"),
        pytest.param("{% include 'alert.html' %}", "line 1: include is not allowed", id="another file"),
        pytest.param("{% macro m() %}{% endmacro %}", "line 1: macro is not allowed", id="a macro"),
        pytest.param("{% for a in articles recursive %}{% endfor %}", "at most 2 loops", id="recursion"),
        pytest.param(
            "{% for a in articles %}{% for b in articles %}{% for c in articles %}{% endfor %}{% endfor %}{% endfor %}",
            "at most 2 loops",
            id="three loops",
        ),
        pytest.param("{{ title | truncate(1) }}", "it fails with a real alert (AssertionError)", id="shorter than its end"),
        pytest.param("a\n{{ title > outlets }}", "line 2: it fails with a real alert (TypeError)", id="fails when it is filled"),
    ],
)
def test_a_mistake_is_refused_with_its_line(source: str, fault: str) -> None:
    with pytest.raises(ValueError, match="line") as caught:
        check_template(source)
    assert fault in str(caught.value)


def test_values_are_escaped_and_the_templates_own_words_are_not() -> None:
    values = template_values(tell(a_delivery(a_channel(), an_alert(titled("<b>&amp; {{ 7 }}")))))
    assert fill_template("<b>{{ title }}</b>", values, escape) == "<b>&lt;b&gt;&amp;amp; {{ 7 }}</b>"


def test_a_cut_comes_before_the_escape() -> None:
    values = template_values(tell(a_delivery(a_channel(), an_alert(titled("&&&&&&")))))
    assert fill_template("{{ title | truncate(2, true, '') }}", values, escape) == "&amp;&amp;"


def test_what_is_written_is_cut() -> None:
    many = template_values(tell(a_delivery(a_channel(), an_alert(*[titled("t" * 300)] * 20))))
    loops = "{% for a in articles %}{% for b in articles %}" + "{{ b.title }}" * 100 + "{% endfor %}{% endfor %}"
    filled = fill_template(check_template(loops), many, str)
    assert filled is not None
    assert len(filled) == MAX_OUTPUT


@given(st.text(alphabet="{}%| \n.titleforinarticles'()[]_*", max_size=60))
def test_whatever_is_written_is_refused_with_a_line_or_can_be_filled(source: str) -> None:
    try:
        check_template(source)
    except ValueError as error:
        refusal = str(error)
    else:
        refusal, filled = "line 1", fill_template(source, VALUES, str)
        assert filled is None or len(filled) <= MAX_OUTPUT
    assert refusal.startswith("line ")
