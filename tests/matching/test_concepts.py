"""The concept table: its form, what is in it, and what words mean."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.matching.concept_patterns import Pattern
from service.matching.concepts import Concept, load_concepts, parse_concepts
from service.matching.text import Phrase, phrase_of

LANGUAGES = {"en", "pl", "ru", "uk", "de", "fr", "es", "it", "pt", "nl", "tr"}
TABLE = load_concepts()

SINGLE = ["distrust", "trial", "cricket", "promotion", "carbon_market"]  # concepts of the tests on little words and numbers
SMALL = """
stop en the of in to
stop pt no
endings ru - ый ого
endings ru к ий ого
peace
 en peace
deal
 en deal*
peace_deal
 = peace deal
 ~ peace
 en peace deal*, end of the war, {accord|pact} for peace
 ru мирн+ договор*, крепк+ мир
@black_sea
 en black sea
%crisis
 en crisis, plan*
storm
 en storm, ?blow, the plan
disaster
 < flood storm
 en disaster*
flood
 < storm disaster
 en flood*
distrust
 en no trust
trial
 en in the dock
cricket
 en the ashes
promotion
 en rise to
carbon_market
 en emissions trading, carbon credit, offsets
ai
 en =ai
 ja 生成AI
 ar ذكاء
"""


def phrases(concept: Concept) -> set[str]:
    return {" ".join(phrase) + "*" * pattern.open_end for pattern in concept.patterns for phrase in pattern.phrases()}


def test_a_small_table() -> None:
    concepts = parse_concepts(SMALL).concepts
    assert list(concepts) == ["peace", "deal", "peace_deal", "black_sea", "crisis", "storm", "disaster", "flood", *SINGLE, "ai"]
    deal = concepts["peace_deal"]
    assert (deal.made_of, deal.related, deal.sort) == (("peace", "deal"), ("peace",), "concept")
    assert phrases(deal) == {
        *("peace deal*", "end of the war", "accord for peace", "pact for peace"),
        *("мирный договор*", "мирного договор*", "крепкий мир", "крепкого мир"),
    }
    assert (concepts["black_sea"].sort, concepts["crisis"].sort) == ("place", "general")
    assert [(pattern.slots, pattern.weak) for pattern in concepts["storm"].patterns[:2]] == [((("storm",),), False), ((("blow",),), True)]
    english, japanese, arabic = concepts["ai"].patterns
    assert (english.cased, english.slots, japanese.slots) == (True, (("ai",),), (("生",), ("成",), ("ai",)))
    assert arabic.slots == (("ذكاء",),)


def test_a_language_may_have_a_file_of_its_own() -> None:
    table = parse_concepts(
        SMALL, {"he": "stop על\n# war and peace\npeace_deal הסכם שלום, סוף המלחמה\nblack_sea הים השחור\n", "th": "storm พายุ\n"}
    )
    assert {"הסכם שלום", "סוף המלחמה", "peace deal*"} <= phrases(table.concepts["peace_deal"])
    assert table.concepts["black_sea"].patterns[-1].language == "he"
    assert phrases(table.concepts["storm"]) >= {"พ า ยุ"}
    assert "על" in table.stop_words


@pytest.mark.parametrize(("text", "complaint"), [("war מלחמה", "he, line 1: war has no block"), ("# x\npeace", "he, line 2: peace has no")])
def test_a_broken_file_of_a_language_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_concepts(SMALL, {"he": text})


def test_the_kinds_of_a_concept_come_once_each() -> None:
    table = parse_concepts(SMALL)
    assert [each.name for each in table.with_kinds(table.concepts["disaster"])] == ["disaster", "flood", "storm"]
    assert [each.name for each in table.with_kinds(table.concepts["storm"])] == ["storm"]


BROKEN = [
    pytest.param("peace\npeace\n", "line 2: peace is there already", id="a concept twice"),
    pytest.param(" en peace\n", "line 1: begin a block", id="patterns of no concept"),
    pytest.param("peace\n en\n", "line 2: begin a block", id="a line without patterns"),
    pytest.param("peace and war\n", 'line 1: "peace" is no setting', id="a name of several words"),
    pytest.param("peace\n ~ war\n en peace\n", "peace names war, which has no block", id="a name that is nowhere explained"),
    pytest.param("peace\n < war\n en peace\n", "peace names war, which has no block", id="a kind that is nowhere explained"),
]


@pytest.mark.parametrize(("text", "complaint"), BROKEN)
def test_a_broken_table_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_concepts(text)


MEANT = [
    pytest.param("peace deal", 2, 0, ["peace_deal"], id="the longest wins"),
    pytest.param("peace deals in", 2, 1, ["peace_deal"], id="an ending"),
    pytest.param("end war", 2, 0, ["peace_deal"], id="stop words do not count"),
    pytest.param("мирного договора", 2, 1, ["peace_deal"], id="an adjective's ending"),
    pytest.param("deal", 1, 0, ["deal"], id="one word"),
    pytest.param("end of the war", 4, 0, ["peace_deal"], id="nor do those that are there"),
    pytest.param("plan", 1, 0, ["crisis"], id="a pattern without stop words is nearer"),
    pytest.param("no trust", 2, 0, ["distrust"], id="another language's stop word counts"),
    pytest.param("in the dock", 3, 0, ["trial"], id="a word and what stands before it"),
    pytest.param("ashes", 1, 0, ["cricket"], id="a word without its article"),
    pytest.param("rise to", 1, 0, ["promotion"], id="a word before its stop word"),
    pytest.param("rise", 1, 0, ["promotion"], id="or at the end"),
    pytest.param("emission trading", 2, 0, ["carbon_market"], id="a word in its other number"),
    pytest.param("carbon credits", 2, 0, ["carbon_market"], id="the last word in its other number"),
    pytest.param("生成AI", 3, 0, ["ai"], id="a script without spaces"),
    pytest.param("بالذكاء", 1, 0, ["ai"], id="behind little words"),
]


@pytest.mark.parametrize(("words", "length", "ending", "names"), MEANT)
def test_what_words_mean(words: str, length: int, ending: int, names: list[str]) -> None:
    meant = parse_concepts(SMALL).meant(phrase_of(words))
    assert meant is not None
    assert (meant.length, meant.ending, [concept.name for concept in meant.concepts]) == (length, ending, names)


@pytest.mark.parametrize(
    "words", ["", "pea", "war", "trust", "dock", "the dock", "rise of prices", "rise prices", "offset", "dealabcdefghijk"]
)
def test_what_means_nothing(words: str) -> None:
    assert parse_concepts(SMALL).meant(phrase_of(words)) is None


def test_the_shipped_table_is_broad() -> None:
    concepts = TABLE.concepts.values()
    assert len(concepts) >= 1050
    assert sum(_languages(concept) >= LANGUAGES for concept in concepts if concept.sort == "concept") >= 850
    for language in ("ja", "zh", "ar"):
        assert sum(language in _languages(concept) for concept in concepts) >= 900
    for language in ("he", "fa", "hi", "ur", "bn", "ko", "el", "ka", "th", "vi", "id", "hu", "fi", "sw", "sq", "tl", "sk", "lt", "lv"):
        assert sum(language in _languages(concept) for concept in concepts) >= 125
    for language in ("et", "hy", "ta", "sl", "mk", "ms", "az", "kk", "bg", "da", "ro", "sr", "cs", "sv"):
        assert sum(language in _languages(concept) for concept in concepts) >= 150


def _languages(concept: Concept) -> set[str]:
    return {pattern.language for pattern in concept.patterns} | ({"pt"} if any(p.language == "es" for p in concept.patterns) else set())


SPOKEN_OF = [
    pytest.param("extreme_weather", ["storm", "flood", "heat_wave", "drought", "wildfire", "snow", "tornado"], id="weather"),
    pytest.param("natural_disaster", ["earthquake", "extreme_weather", "flood"], id="a kind of a kind"),
    pytest.param("acquisition", ["merger"], id="a takeover"),
    pytest.param("disciplinary", ["suspension_ban", "fine_penalty"], id="a ban or a fine"),
    pytest.param("trial", ["verdict", "sentence", "plea"], id="a trial by its stages"),
    pytest.param("outbreak", ["cholera", "measles", "bird_flu"], id="an illness"),
    pytest.param("politician", ["president", "prime_minister", "minister", "lawmaker", "mayor"], id="an office"),
    pytest.param("weapons", ["tanks", "fighter_jets", "air_defence", "warship", "submarine", "landmines"], id="a weapon"),
    pytest.param("health", ["health_condition", "health_care", "cancer"], id="a person's health and everybody's"),
    pytest.param("elections", ["new_leader", "election_result", "european_elections"], id="an election by what comes of it"),
    pytest.param("sport", ["football", "boxing", "mixed_martial_arts", "volleyball", "swimming"], id="a sport"),
]


@pytest.mark.parametrize(("name", "kinds"), SPOKEN_OF)
def test_what_is_a_kind_of_what(name: str, kinds: list[str]) -> None:
    assert {each.name for each in TABLE.with_kinds(TABLE.concepts[name])} >= {name, *kinds}


# Words that mean something else in another of the languages; a text's language is not asked.
FALSE_FRIENDS = ["or", "most", "people", "probe", "haven", "drugs", "college", "tote", "distribution", "caution", "rating", "sin"]
FALSE_FRIENDS += ["aide", "combat", "fiscal", "place", "prominent", "reality", "pole", "gale", "chat", "mais", "dans", "weg", "file"]
FALSE_FRIENDS += ["seller", "bar", "beer", "sad", "canal", "toll", "preso", "droga", "熊"]
FALSE_FRIENDS += ["oldu", "wiec", "fahren", "uber"]  # as "öldü", "więc", "fähren" and "über" are written here


@pytest.mark.parametrize("word", dict.fromkeys(FALSE_FRIENDS))
def test_a_false_friend_is_no_pattern(word: str) -> None:
    assert not [
        pattern.concept
        for concept in TABLE.concepts.values()
        for pattern in concept.patterns
        if pattern.slots == ((word,),) and pattern.language != "en" and not pattern.weak and not pattern.cased
    ]


def test_every_word_is_what_phrase_of_yields() -> None:
    for pattern in every_pattern():
        assert pattern.slots, pattern
        for slot in pattern.slots:
            assert all(phrase_of(word) == (word,) for word in slot), pattern
        if pattern.open_end and len(pattern.slots) == 1:
            assert all(len(word) >= (2 if pattern.language == "ko" else 3) for word in pattern.slots[-1]), pattern


def test_a_concept_is_found_by_its_own_words() -> None:
    stop = TABLE.stop_words
    phrases = ((pattern.concept, phrase) for pattern in every_pattern() for phrase in islice(pattern.phrases(), 3))
    lost = [each for each in phrases if not (stop.issuperset(each[1]) or any(_is_known(each[1], head) for head in range(len(each[1]))))]
    assert lost == []


def _is_known(phrase: Phrase, head: int) -> bool:
    meant = TABLE.meant(phrase[head:])
    return meant is not None and TABLE.stop_words.issuperset(phrase[:head] + phrase[head + meant.length :])


def every_pattern() -> list[Pattern]:
    return [pattern for concept in TABLE.concepts.values() for pattern in concept.patterns]


@given(st.lists(st.text(max_size=12), max_size=5))
def test_any_words_can_be_asked_for(words: list[str]) -> None:
    meant = TABLE.meant(words)
    assert meant is None or 1 <= meant.length <= len(words)
