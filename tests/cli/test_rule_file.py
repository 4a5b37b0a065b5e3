"""Rule files, good, broken and hostile."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.cli.rule_file import LARGEST, get_rule, read_rules
from service.cli.rule_text import TextError, parse_json, parse_yaml

DATA = Path(__file__).parents[1] / "data" / "rules"


def fault(path: Path) -> str:
    """What a file is refused with."""
    with pytest.raises(click.ClickException) as caught:
        read_rules(path)
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("duplicate_key.yaml", 'line 3: "topics" is said twice; say it once', id="a field said twice"),
        pytest.param("duplicate_key.json", '"topics" is said twice in one object; say it once', id="a field said twice in JSON"),
        pytest.param("alias_bomb.yaml", "line 1: an anchor (&a) is not read here; write out what it stands for", id="an alias bomb"),
        pytest.param("alias.yaml", "line 2: an alias (*peace) is not read here; write it out", id="an alias"),
        pytest.param("python_tag.yaml", "line 1: a tag (tag:yaml.org,2002:python/object/apply:os.system)", id="a tag that runs code"),
        pytest.param("two_documents.yaml", "line 3: a second document begins here; write all rules into one list", id="two documents"),
        pytest.param("list_as_key.yaml", "line 1: a list or a mapping cannot be the name of a field", id="a list as a name"),
        pytest.param("unclosed.yaml", "this is not YAML: found unexpected end of stream at line 2", id="a quote left open"),
        pytest.param("tabs.yaml", "this is not YAML: found", id="tabs for indents"),
        pytest.param("nan.json", "NaN is not JSON", id="NaN"),
        pytest.param("cut_off.json", "this is not JSON: Expecting ',' delimiter at line 2, column 1", id="a file cut off"),
        pytest.param("not_utf8.yaml", "this is not UTF-8 (byte 10)", id="Latin-1"),
        pytest.param("empty.yaml", 'a list of rules is wanted here, or {"rules": [...]}', id="only a comment"),
        pytest.param("text.yaml", 'a list of rules is wanted here, or {"rules": [...]}', id="a word"),
        pytest.param("no_rules.json", "there is no rule in it", id="an empty list"),
        pytest.param("numbers.json", "rule 1, /name: field required", id="no name"),
        pytest.param("numbers.json", 'rule 4 "Years", /id: input should be a valid string (this is 7; if it', id="a number for an id"),
        pytest.param("same_id.yaml", 'two rules go by "nato"; give each an id of its own', id="one id for two rules"),
    ],
)
def test_a_broken_file_is_refused_with_the_place(name: str, says: str) -> None:
    told = fault(DATA / name)
    assert told.startswith(str(DATA / name))
    assert says in told


def test_only_what_may_be_meant_as_a_word_gets_the_hint() -> None:
    told = fault(DATA / "numbers.json").splitlines()
    assert [line for line in told if "in quotes" in line] == [line for line in told if "valid string" in line]


def test_every_fault_is_told_with_its_line_rule_and_field() -> None:
    told = [line.removeprefix(f"{DATA / 'many_faults.yaml'}, ") for line in fault(DATA / "many_faults.yaml").splitlines()]
    wanted = [
        'line 2, rule 1 "NATO", /topcis: unknown field; did you mean `topics`?',
        "line 4, rule 2, /name: input should be a valid string (this is true; if it is meant as a word, put it in quotes)",
        "line 5, rule 2, /topics/0: input should be a valid string (this is empty or null; if it is meant as a word, put it in quotes)",
        'line 6, rule 3: a rule is wanted here: {"name": ..., "actors": [...], "topics": [...]}',
        'line 9, rule 4 "Deals", /topics/0: "!!" has no letter or digit to look for; write at least one word',
        'line 8, rule 4 "Deals", /query: AND needs something on its right (character 7); write a term there, or "AND" in quotes',
        'line 15, rule 5 "Examples", /examples/match/0/date: write a date as ISO 8601 does: 2026-03-02 or 2026-03-02T09:30:00Z',
        'line 16, rule 5 "Examples", /examples/match/1/headline: unknown field',
        'line 17, rule 5 "Examples", /examples/no-match: unknown field; did you mean `no_match`?',
    ]
    assert told == wanted


def test_what_stands_beside_a_rule_in_a_file_may_be_meant_too(tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('[{"name": "NATO", "actors": ["NATO"], "example": {"match": []}}]')
    assert fault(tmp_path / "rules.json").endswith("/example: unknown field; did you mean `examples`?")


def test_plain_words_of_yaml_are_words() -> None:
    (rule,) = read_rules(DATA / "plain_words.yaml")
    assert rule.spec.topics == ("no", "2024", "2024-01-01", "12:30", "1.5")
    assert (rule.spec.languages, rule.spec.exclude) == (("no",), ())


def test_the_form_of_an_exam_is_read() -> None:
    (rule,) = read_rules(DATA / "exam_form.json")
    assert (rule.id, rule.spec.name, rule.spec.watched[0].name, rule.spec.languages) == ("x01", "Bridges", "Harbour Authority", ())


def test_what_is_null_is_as_if_it_were_not_said(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text('[{"name": "Sea", "actors": [{"name": "Ocean Board", "aliases": null}], "topics": null, "exclude": null}]', "utf-8")
    (rule,) = read_rules(path)
    assert (rule.spec.watched[0].aliases, rule.spec.topics, rule.spec.exclude) == ((), (), ())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[{"name": "Peace", "topics": ["peace"]}]', id="a JSON list"),
        pytest.param('{"rules": [{"name": "Peace", "topics": ["peace"]}]}', id="a JSON object with rules"),
        pytest.param("- {name: Peace, topics: [peace]}", id="a YAML list"),
        pytest.param("rules:\n- name: Peace\n  topics:\n  - peace\n", id="a YAML mapping with rules"),
        pytest.param("\ufeff- {name: Peace, topics: [peace]}", id="behind a byte order mark"),
    ],
)
def test_all_forms_say_the_same(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rules"
    path.write_text(text, "utf-8")
    (rule,) = read_rules(path)
    assert (rule.id, rule.spec.topics) == ("Peace", ("peace",))


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    assert "larger than 50 MB; split it" in fault(path)


def test_control_characters_of_a_file_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text('[{"name": "\\u001b[2JPeace", "topics": ["peace"]}]')
    assert "\x1b" not in fault(path)


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        pytest.param(parse_yaml, "[" * 100_000, id="YAML lists"),
        pytest.param(parse_yaml, "{a: " * 100_000, id="YAML mappings"),
        pytest.param(parse_yaml, "- " * 10_000, id="YAML dashes"),
        pytest.param(parse_json, "[" * 100_000, id="JSON lists"),
    ],
)
def test_deep_nesting_is_refused(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(TextError, match="nested too deep"):
        parse(text)


@pytest.mark.parametrize("parse", [parse_yaml, parse_json])
@given(text=st.text(st.sampled_from("-:[]{}\"'&*!|>%@#, \n\tab1~é\0"), max_size=60))
@example(text="? a")
@example(text="a: |\n b")
@example(text="9" * 5000)
def test_any_text_is_read_or_refused(parse: Callable[[str], object], text: str) -> None:
    with suppress(TextError):
        parse(text)


def test_rules_are_named_by_id_or_by_name() -> None:
    rules = read_rules(DATA / "exam_form.json")
    assert get_rule(rules, "x01") is get_rule(rules, "bridges") is rules[0]
    with pytest.raises(click.ClickException, match='there is no rule "x02"'):
        get_rule(rules, "x02")


@pytest.mark.parametrize("wrapped", [False, True])
def test_rules_of_one_file_use_each_other_by_name_or_id(tmp_path: Path, wrapped: bool) -> None:
    rules = [
        {"id": "b", "name": "Bridges", "topics": ["bridge"]},
        {"name": "By name", "query": "rule:bridges"},
        {"name": "By id", "query": "rule:b"},
    ]
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({"rules": rules} if wrapped else rules))
    bridges, *users = read_rules(path)
    assert [list(user.saved.values()) for user in users] == [[bridges.spec]] * 2
    assert [user.stored.saved for user in users] == [user.saved for user in users]


def test_a_rule_that_is_not_in_the_file_is_refused_with_the_place(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n- name: Bridges\n  topics: [bridge]\n- name: Above\n  query: harbour rule:Piers\n")
    assert fault(path) == (
        f'{path}, line 5, rule 2 "Above", /query: there is no rule "Piers" (character 9); write the name or the id of a saved rule'
    )
