"""Actors and parts of topics in articles: by which forms, in which sense, on which day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.rules import Actor
from service.matching.actors import forms_of_actor, group_of_actor
from service.matching.beginnings import phrase_of_form
from service.matching.forms import OPEN_END, Form
from service.matching.groups import NEXT_SENTENCE, SAME_SENTENCE, Forms, Group, Known, Seen, group_of, hints_of, see
from service.matching.marks import after
from service.matching.names import forms_of_name
from service.matching.reading import Reading
from service.matching.text import phrase_of
from service.matching.topics import groups_of_topic
from tests.matching.written import NAMES, TOPICS, book_of, names_as_written, topics_as_written

DAY = date(2026, 3, 2)


def form(written: str, weight: float = 1.0, open_end: bool = False) -> Form:
    return Form(phrase_of(written), weight, "name", open_end)


def seen(group: Group, day: date | None = DAY, **fields: str) -> Seen | None:
    return see(group, Reading(fields), day, Known())


def found(name: str, text: str, day: date | None = DAY, strikes: tuple[str, ...] = ()) -> list[str]:
    """Where the text has the actor."""
    there = seen(group_of_actor(Actor(name=name, strikes=strikes)), day, title=text)
    return [place.text for place in there.places] if there else []


MEANT = [
    pytest.param("Mark Rutte", "Rutte o pokoju. Ruttego czeka szczyt", ["Rutte", "Ruttego"], id="a surname in any case"),
    pytest.param("Mark Rutte", "Генсек НАТО Рютте", ["Генсек НАТО", "Рютте"], id="a role and another script"),
    pytest.param("Tanaka Berilu", "Berilu alone", [], id="an unknown surname alone"),
    pytest.param("Tanaka Berilu", "Tanaka Berilu and then Berilu", ["Tanaka Berilu", "Berilu"], id="beside the full name"),
    pytest.param("Tanaka Berilu", "Berilu and T. Berilu", ["Berilu", "T. Berilu"], id="beside an initial"),
    pytest.param("Pieter von der Quelle", "P. von der Quelle; von der Quelle", ["P. von der Quelle", "von der Quelle"], id="particles"),
    pytest.param("Kim Sun Ok", "Kim Sun-ok: Kim to go", ["Kim Sun-ok", "Kim"], id="a family name that comes first"),
    pytest.param("Georgia", "Georgia lawmakers in Atlanta", [], id="a state of the United States"),
    pytest.param("Georgia", "Georgia protests in Tbilisi", ["Georgia", "Tbilisi"], id="a state, by its capital"),
    pytest.param("ICE", "Ice on the lake", [], id="an acronym in small letters"),
    pytest.param("Sudan", "Sudan and South Sudan talk", ["Sudan"], id="inside another state's name"),
    pytest.param("South Sudan", "Sudan and South Sudan talk", ["South Sudan"], id="the longer name itself"),
    pytest.param("Donald Trump", "Melania Trump opens a school", [], id="another person's name"),
    pytest.param("Donald Trump", "Melania Trump and Donald Trump", ["Donald Trump"], id="one person beside another"),
    pytest.param("India", "インドネシアで会議", [], id="inside another state's name without spaces"),
    pytest.param("India", "インドで会議", ["インド"], id="a name without spaces"),
    pytest.param("Donald Trump", "US president on trade", ["US president"], id="a role"),
    pytest.param("Donald Trump", "Former US president on trade", [], id="a role that he had"),
    pytest.param("Donald Trump", "Бывший президент США", [], id="a role that he had, in Russian"),
    pytest.param("Donald Trump", "Former President Trump", ["Trump"], id="a name after a role that he had"),
]


@pytest.mark.parametrize(("name", "text", "expected"), MEANT)
def test_who_is_meant(name: str, text: str, expected: list[str]) -> None:
    assert found(name, text) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2024, 9, 30), [], id="the day before"),
        pytest.param(date(2024, 10, 1), ["NATO chief"], id="the first day"),
        pytest.param(None, ["NATO chief"], id="an unknown day"),
    ],
)
def test_a_role_has_its_days(day: date | None, expected: list[str]) -> None:
    assert found("Mark Rutte", "NATO chief on peace", day) == expected


def test_a_role_has_an_end() -> None:
    assert found("Jens Stoltenberg", "NATO chief on peace", date(2024, 9, 30)) == ["NATO chief"]
    assert found("Jens Stoltenberg", "NATO chief on peace", date(2024, 10, 2)) == []


STRUCK = [
    pytest.param("Kremlin", "Kremlin on trade", [], id="a word"),
    pytest.param("Kremlin", "Russia and the Kremlin", ["Russia"], id="the rest stays"),
    pytest.param("Russia House", "Russia House opens; Russia pays", ["Russia"], id="a phrase around a form"),
    pytest.param("kreml*", "Kremla", [], id="with endings"),
]


@pytest.mark.parametrize(("strike", "text", "expected"), STRUCK)
def test_what_is_struck_is_not_meant(strike: str, text: str, expected: list[str]) -> None:
    assert found("Russia", text, strikes=(strike,)) == expected


CONTEXT = Forms((form("Tbilisi", 0.75),), needs_context=(form("Georgia"),), context=(form("Caucasus"),))


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        pytest.param("Georgia", None, id="no context"),
        pytest.param("Caucasus", None, id="only the context"),
        pytest.param("Georgia, Caucasus", 1.0, id="beside its context"),
        pytest.param("Georgia, Tbilisi", 1.0, id="beside a sure form"),
        pytest.param("Tbilisi", 0.75, id="a sure form alone"),
    ],
)
def test_context(text: str, strength: float | None) -> None:
    there = seen(group_of(CONTEXT), title=text)
    assert (there and there.best) == strength


def test_strength_falls_with_the_place() -> None:
    there = seen(group_of(Forms((form("Rutte", 0.9),))), title="Rutte", lede="Rutte came.", body="word. " * 60 + "Rutte left.")
    assert there is not None
    assert list(there.strength.values()) == sorted(there.strength.values(), reverse=True)
    assert [place.field for place in there.places] == ["title", "lede", "body"]
    assert (there.best, min(there.strength)) == (0.9, 0)


GRAIN_DEAL = group_of(Forms((form("grain deal"),), together=(group_of(Forms((form("grain"),))), group_of(Forms((form("deal", 0.9),))))))


@pytest.mark.parametrize(
    ("body", "strength", "places"),
    [
        pytest.param("The grain deal.", {1: 1.0}, ["grain deal"], id="by its own form"),
        pytest.param("A deal on grain.", {1: SAME_SENTENCE * 0.9}, ["deal", "grain"], id="together in one sentence"),
        pytest.param("The grain rots. A deal is far.", {1: NEXT_SENTENCE * 0.9}, ["grain", "deal"], id="in two neighbours"),
        pytest.param("The deal failed. A deal on grain.", {1: 0.648, 2: 0.72}, ["deal", "grain"], id="not what is beside all of it"),
        pytest.param("The grain rots. It rains. A deal is far.", None, None, id="apart"),
        pytest.param("The grain rots.", None, None, id="one of two"),
        pytest.param("A grain deal. Grain rots. It is no deal.", {1: 1.0, 2: NEXT_SENTENCE * 0.9}, None, id="both ways"),
    ],
)
def test_what_says_the_same_together(body: str, strength: dict[int, float] | None, places: list[str] | None) -> None:
    there = seen(GRAIN_DEAL, body=body)
    if strength is None:
        assert there is None
        return
    assert there is not None
    early = 0.85  # what the first words of a body weigh
    assert there.strength == pytest.approx({sentence: each * early for sentence, each in strength.items()})
    assert places is None or [place.text for place in there.places] == places


def test_what_is_found_once_is_known() -> None:
    reading, known = Reading({"body": "A deal on grain."}), Known()
    first = see(GRAIN_DEAL, reading, DAY, known)
    assert {*known} == {GRAIN_DEAL, *GRAIN_DEAL.together}
    assert see(GRAIN_DEAL, reading, DAY, known) is first
    nothing = group_of(Forms((form("war"),)))
    assert see(nothing, reading, DAY, known) is None
    assert nothing in known, "what is not there is known, too"


GROUPS = [group_of_actor(Actor(name=name)) for name in NAMES] + [part.group for topic in TOPICS for part in groups_of_topic(topic)]
texts = st.lists(st.one_of(names_as_written, topics_as_written, st.sampled_from(["x", "на"])), max_size=6).map(" ".join)


@given(texts, texts)
def test_an_article_with_a_form_has_a_hint(title: str, body: str) -> None:
    reading = Reading({"title": title, "body": body})
    for group in GROUPS:
        hinted = any(map(reading.has, group.hints))
        assert hinted == bool(book_of(group.hints).present(reading)), "a book finds the same hints"
        forms = group.expand()
        sure = any(reading.places(phrase_of_form(each)) for each in forms.sure)
        in_context = forms.context and any(reading.places(phrase_of_form(each)) for each in forms.needs_context)
        assert hinted or not (sure or in_context)


words = st.text("abc", min_size=1, max_size=14)
name_letters = st.sampled_from(["aeiksluwcy", "абвеийкоць"])
names = name_letters.flatmap(lambda letters: st.lists(st.text(letters, min_size=1, max_size=8), min_size=1, max_size=4)).map(" ".join)
forms = st.builds(
    lambda words, open_end, cased: Form(tuple(words), 1.0, "name", open_end, cased),
    st.lists(words, min_size=1, max_size=3), st.booleans(), st.sampled_from([False, False, True]),
)  # fmt: skip


@given(st.lists(forms, min_size=1, max_size=8), st.data())
def test_any_forms_have_hints(several: list[Form], data: st.DataObject) -> None:
    hints = hints_of(Forms(tuple(several)))
    for each in several:
        ending = data.draw(st.text("abc", max_size=OPEN_END)) if each.open_end else ""
        written = " ".join(each.words) + ending
        reading = Reading({"title": written.upper() if each.cased else written})
        assert reading.places(phrase_of_form(each))
        assert any(map(reading.has, hints))
        assert book_of(hints).present(reading)


@given(names)
def test_cases_of_first_names_change_no_hint(name: str) -> None:
    plain = hints_of(Forms(*forms_of_name(name, cases=False)))
    assert set(plain) == set(hints_of(Forms(*forms_of_name(name))))


@pytest.mark.parametrize(
    ("several", "hint"),
    [
        pytest.param(["Mark Rutte"], after("mar", "rutte"), id="first letters"),
        pytest.param(["Mark Rutte", "M Rutte"], after("mar", "rutte"), id="beside a bare initial"),
        pytest.param(["M Rutte"], after("m", "rutte"), id="a bare initial alone"),
        pytest.param(["Ed Rutte"], after("ed", "rutte"), id="a short name"),
        pytest.param(["Mark Rutte", "Mikael Rutte"], after("m", "rutte"), id="what two names have in common"),
        pytest.param(["Юрій Гончаренко"], after("юр", "гончаренко"), id="what all cases have in common: Юрим"),
    ],
)
def test_a_full_name_is_told_by_how_the_first_name_begins(several: list[str], hint: str) -> None:
    assert hints_of(Forms(tuple(map(form, several)))) == ((hint,),)


def test_aliases_are_told_by_two_letters() -> None:
    group = group_of_actor(Actor(name="Tanaka Berilu", aliases=("Minister Berilu",)))
    assert group.base
    assert any(hint[0].startswith(after("tan", "berilu")) for hint in group.base.own_hints)
    assert any(hint[0].startswith(after("mi", "berilu")) for hint in group.own_hints)


def test_a_short_word_is_no_hint_at_one_much_longer() -> None:
    several = tuple(form(f"tanaka ber{'ilu' * times}") for times in (0, 2, 4))
    for each in several:
        assert book_of(hints_of(Forms(several))).present(Reading({"title": " ".join(each.words)})), each


def test_hints_are_few() -> None:
    group = group_of_actor(Actor(name="Pieter van der Molen"))
    assert len(group.hints) < len(group.expand().sure) / 2


NAMED = [*NAMES, "Berilu", "South Sudan", "NATO chief", "Dr Tanaka Berilu", "New Mexico", "Georgia Meloni"]
actors = st.builds(
    lambda name, aliases, strikes: Actor(name=name, aliases=tuple(aliases), strikes=tuple(strikes)),
    st.sampled_from(NAMED),
    st.lists(st.sampled_from(NAMED), max_size=2),
    st.lists(st.sampled_from(["Kremlin", "Rutte", "South Sudan"]), max_size=1),
)
texts = st.lists(st.one_of(names_as_written, st.sampled_from(NAMED), st.sampled_from(["South", "rain."])), max_size=8).map(" ".join)


@example(Actor(name="Pieter von der Quelle", aliases=("Mark Rutte", "Pieter von der Quelle")), "", "пиетер вон дер квелле")
@given(actors, texts, texts)
def test_an_actor_with_a_base_in_common_is_seen_as_by_all_its_forms(actor: Actor, title: str, body: str) -> None:
    whole = group_of(forms_of_actor(actor))
    assert seen(group_of_actor(actor), title=title, body=body) == seen(whole, title=title, body=body)


@given(actors, texts, texts)
def test_an_actor_is_seen_alike_where_an_index_has_told_of_the_hints(actor: Actor, title: str, body: str) -> None:
    group, reading = group_of_actor(actor), Reading({"title": title, "body": body})
    told = Known(lambda each, own: any(map(reading.has, each.own_hints if own else each.hints)))
    assert see(group, reading, DAY, told) == see(group, reading, DAY, Known())


def test_what_an_index_has_told_of_is_not_looked_for() -> None:
    group, known = group_of_actor(Actor(name="Tanaka Berilu", aliases=("the boss",))), Known(lambda _group, _own: False)
    assert see(group, Reading({"title": "The boss speaks"}), DAY, known) is None


def test_rules_that_give_an_actor_names_of_their_own_have_its_base_in_common() -> None:
    one, other = (group_of_actor(Actor(name="Tanaka Berilu", aliases=(alias,))) for alias in ("the boss", "the chief"))
    known = Known()
    seen_by_both = [see(each, Reading({"title": "T. Berilu speaks"}), DAY, known) for each in (one, other)]
    assert seen_by_both[0] is seen_by_both[1] is not None
    assert seen(one, title="The boss speaks")
    assert not seen(other, title="The boss speaks")


def test_what_an_index_is_filed_by_stays_the_actors_group() -> None:
    actor = Actor(name="Berilu", aliases=tuple(f"alias{number}" for number in range(30)))
    filed = group_of_actor(actor)
    group_of_actor.cache_clear()  # as many other actors would
    assert group_of_actor(actor) is filed
