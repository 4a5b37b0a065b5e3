"""From a topic to its parts and the forms they are found by."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.matching.forms import OPEN_END, Form
from service.matching.stems import stem_of
from service.matching.text import phrase_of
from service.matching.topic_forms import RELATED
from service.matching.topic_names import known_forms
from service.matching.topic_parts import TopicPart, parts_of_topic

UKRAINE = (Form(("ukraine",), 1.0, "name"), Form(("ukrain",), 0.92, "people", open_end=True), Form(("kyiv",), 0.75, "capital"))
KNOWN = {
    **dict.fromkeys(["Ukraine", "Ukrainie", "України", "ウクライナ"], UKRAINE),
    "Donald Trump": (Form(("donald", "trump"), 1.0, "name"), Form(("trump",), 0.8, "surname")),
    "Trump": (Form(("trump",), 1.0, "name"),),
    "EU": (Form(("eu",), 1.0, "name", cased=True),),
    "US": (Form(("us",), 1.0, "name", cased=True),),
    "Gaza": (Form(("gaza",), 1.0, "name"), Form(("hamas",), 0.75, "capital")),
    **dict.fromkeys(["Amnesty", "amnesty"], (Form(("amnesty", "international"), 1.0, "name"),)),
    "La Paz": (Form(("la", "paz"), 1.0, "name"),),
    "uk": (Form(("uk",), 1.0, "name", cased=True),),
    "Trading": (Form(("trading",), 1.0, "name"),),
    "World Cup": (Form(("world", "cup"), 1.0, "name"), Form(("worldcup",), 0.9, "name")),
}

SPLIT = [
    pytest.param("Ukraine peace deal", [("Ukraine", "place"), ("peace deal", "concept")], id="a state and a concept"),
    pytest.param("Black Sea grain deal", [("Black Sea", "place"), ("grain deal", "concept")], id="a region and a concept"),
    pytest.param("interest rates", [("interest rates", "concept")], id="one concept"),
    pytest.param("missile explosion", [("missile explosion", "concept")], id="a concept of two concepts"),
    pytest.param("offshore wind farms", [("offshore wind farms", "concept")], id="a concept said twice, the second time inside the first"),
    pytest.param("trade deal talks", [("trade deal", "concept"), ("talks", "concept")], id="two concepts, neither inside the other"),
    pytest.param("lifting sanctions", [("lifting sanctions", "concept")], id="an action and its object"),
    pytest.param("lifting of the sanctions on Syria", [("lifting of the sanctions", "concept"), ("Syria", "word")], id="stop words inside"),
    pytest.param(
        "Donald Trump tariffs on the EU", [("Donald Trump", "name"), ("tariffs", "concept"), ("EU", "name")], id="the longest name"
    ),
    pytest.param("Trump's visit", [("Trump", "name"), ("visit", "concept")], id="a possessive"),
    pytest.param("US strikes", [("US", "name"), ("strikes", "concept")], id="an acronym that is a word"),
    pytest.param("us strikes", [("us", "word"), ("strikes", "concept")], id="a word that is an acronym"),
    pytest.param("strikes at A&E", [("strikes", "concept"), ("A&E", "concept")], id="letters written as one, which are stop words"),
    pytest.param("R&D spending", [("R&D", "word"), ("spending", "word")], id="letters written as one"),
    pytest.param("A strike", [("strike", "concept")], id="a letter by itself"),
    pytest.param("Amnesty report", [("Amnesty", "name"), ("report", "word")], id="a name that is also a concept"),
    pytest.param("amnesty law", [("amnesty", "concept"), ("law", "concept")], id="a concept that is also a name"),
    pytest.param("protests in La Paz", [("protests", "concept"), ("La Paz", "name")], id="a name that begins with a stop word"),
    pytest.param("porozumienie pokojowe w Ukrainie", [("porozumienie pokojowe", "concept"), ("Ukrainie", "place")], id="Polish"),
    pytest.param("обмін полоненими", [("обмін полоненими", "concept")], id="Ukrainian"),
    pytest.param("вступ України до НАТО", [("вступ", "concept"), ("України", "place"), ("НАТО", "name")], id="words in between"),
    pytest.param("снятие санкций", [("снятие санкций", "concept")], id="Russian"),
    pytest.param("Friedensabkommen", [("Friedensabkommen", "concept")], id="a German compound"),
    pytest.param("Terrorprozess in Zanzibar", [("Terrorprozess", "concept"), ("Zanzibar", "word")], id="a German compound of two concepts"),
    pytest.param("levée des sanctions", [("levée des sanctions", "concept")], id="French"),
    pytest.param("ウクライナ和平案", [("ウクライナ", "place"), ("和平案", "concept")], id="Japanese without spaces"),
    pytest.param("东京拉面店停火", [("东京拉面店", "word"), ("停火", "concept")], id="unknown Chinese stays together"),
    pytest.param("Zanzibar marimba quokkas", [("Zanzibar", "word"), ("marimba", "word"), ("quokkas", "word")], id="unknown words"),
    pytest.param("by-elections in Wales", [("by-elections", "concept"), ("Wales", "word")], id="a hyphen keeps a stop word"),
    pytest.param("pre\u2011trial detention", [("pre\u2011trial detention", "concept")], id="and may say what more words say"),
    pytest.param("no-fly zone over Wales", [("no-fly zone", "concept"), ("Wales", "word")], id="another language's stop word"),
    pytest.param("Gen Z jobs", [("Gen Z", "concept"), ("jobs", "concept")], id="a capital letter behind a word"),
    pytest.param("vitamin D", [("vitamin", "concept"), ("D", "word")], id="a capital letter that is a stop word"),
    pytest.param("coup d'État", [("coup d'État", "concept")], id="a letter before an apostrophe"),
    pytest.param("WAR IN THE SAHEL", [("WAR", "concept"), ("SAHEL", "place")], id="stop words where all is in capitals"),
    pytest.param("A/B testing", [("A/B", "word"), ("testing", "word")], id="letters with a stroke between them"),
    pytest.param("Trading uk in", [("Trading", "name"), ("uk", "word")], id="a small word beside capitals that is an acronym"),
    pytest.param("quokka-spotting", [("quokka-spotting", "word")], id="a hyphen between unknown words"),
    pytest.param("E-Auto-Foyer", [("E-Auto", "concept"), ("Foyer", "word")], id="a letter that belongs to a known word"),
    pytest.param("e-prescriptions", [("e-prescriptions", "word")], id="a letter before a hyphen"),
    pytest.param("buy-to-let homes", [("buy-to-let", "word"), ("homes", "word")], id="hyphens around a stop word"),
    pytest.param("foyer-fire", [("foyer", "word"), ("fire", "concept")], id="a hyphen before a known word"),
    pytest.param("Trump-foyer", [("Trump", "name"), ("foyer", "word")], id="a hyphen behind a name"),
    pytest.param("smoke-free pubs", [("smoke-free", "word"), ("pubs", "concept")], id="a hyphen before what denies a known word"),
    pytest.param("no first use", [("no first", "word"), ("use", "word")], id="what is denied, of a word that says little"),
    pytest.param("Île-de-France trains", [("Île-de-France", "word"), ("trains", "concept")], id="a name with little words inside"),
    pytest.param("9-Euro-Ticket", [("9-Euro-Ticket", "word")], id="a hyphen behind a number"),
    pytest.param("F16s for Zanzibar", [("F16s", "concept"), ("Zanzibar", "word")], id="a designation in another way, and its plural"),
    pytest.param("2-state solution", [("2-state solution", "concept")], id="a number in digits"),
    pytest.param("no-deal Brexit", [("no-deal", "word"), ("Brexit", "concept")], id="a hyphen behind what denies a known word"),
    pytest.param("over-tourism", [("over-tourism", "concept")], id="a stop word inside a known word"),
    pytest.param("hydro-electric dams", [("hydro-electric", "concept"), ("dams", "concept")], id="a hyphen inside a known word"),
    pytest.param("pot holes in Wales", [("pot holes", "concept"), ("Wales", "word")], id="a gap inside a known word"),
    pytest.param("Belt and Road", [("Belt", "word"), ("Road", "word")], id="a word that tells only before its own stop word"),
    pytest.param("in-flight meals", [("flight", "word"), ("meals", "word")], id="unless nothing is known with it"),
    pytest.param("the", [("the", "word")], id="nothing but stop words"),
    pytest.param("!?", [], id="no word at all"),
]


def split(topic: str) -> tuple[TopicPart, ...]:
    return parts_of_topic(topic, KNOWN.get)


def weight(forms: Sequence[Form], words: str) -> float | None:
    """The weight of the best form that finds `words`."""
    phrase = phrase_of(words)
    return max((form.weight for form in forms if _finds(form, phrase)), default=None)


def _finds(form: Form, phrase: tuple[str, ...]) -> bool:
    if form.words == phrase:
        return True
    *before, last = phrase
    same = form.open_end and form.words[:-1] == tuple(before) and last.startswith(form.words[-1])
    return same and len(last) - len(form.words[-1]) <= OPEN_END


@pytest.mark.parametrize(("topic", "parts"), SPLIT)
def test_a_topic_is_split(topic: str, parts: list[tuple[str, str]]) -> None:
    assert [(part.written, part.kind) for part in split(topic)] == parts


FOUND = [
    pytest.param("peace deal", "peace deal", 1.0, id="as typed"),
    pytest.param("peace deal", "peace deals", 0.97, id="inflected"),
    pytest.param("peace deal", "peace accords", 0.9, id="a synonym"),
    pytest.param("peace deal", "мирного соглашения", 0.9, id="Russian"),
    pytest.param("peace deal", "планом мира", None, id="a case that is not written out"),
    pytest.param("peace deal", "traktatu pokojowego", 0.9, id="Polish"),
    pytest.param("peace deal", "мирної угоди", 0.9, id="Ukrainian"),
    pytest.param("peace deal", "和平合意", 0.9, id="Japanese"),
    pytest.param("peace deal", "اتفاق سلام", 0.9, id="Arabic"),
    pytest.param("peace deal", "trade deal", None, id="another deal"),
    pytest.param("обмін полоненими", "prisoner swap", 0.9, id="from Ukrainian to English"),
    pytest.param("interest rates", "Leitzinsen", 0.9, id="German"),
    pytest.param("floods", "наводнений", 0.9, id="one word"),
    pytest.param("Black Sea", "Morzem Czarnym", None, id="a case of a place that is not written out"),
    pytest.param("Black Sea", "Чорного моря", 0.95, id="a place in another language"),
    pytest.param("quokkas", "quokka", 0.97, id="an unknown word's stem"),
    pytest.param("extreme weather", "torrential rain", 0.85, id="a kind of it"),
    pytest.param("extreme weather", "powodzi", 0.85, id="a kind of it in Polish"),
    pytest.param("bridge", "bridges", 0.97, id="a known word's plural"),
    pytest.param("roads", "road", 0.97, id="a known word's singular"),
    pytest.param("bridge", "Bridgeford", None, id="a name that begins like a known word"),
    pytest.param("quokka-spotting", "quokkaspotters", 0.97, id="a hyphen left out"),
    pytest.param("quokka-spotting", "quokka spotting", 1.0, id="a hyphen as a gap"),
    pytest.param("quokka-spotting", "quokka", None, id="but not a part of it"),
    pytest.param("pot holes", "potholes", 0.9, id="a gap left out"),
    pytest.param("floods", "extreme weather", None, id="not what it is a kind of"),
    pytest.param("cholera", "ebola", None, id="not another of the same kind"),
    pytest.param("phone call", "call", 0.7, id="a word with other meanings"),
    pytest.param("phone call", "spoke by phone", 0.9, id="several words with one meaning"),
    pytest.param("колобків", "колобками", 0.97, id="an unknown Cyrillic word's stem"),
]


@pytest.mark.parametrize(("topic", "words", "expected"), FOUND)
def test_what_a_part_is_found_by(topic: str, words: str, expected: float | None) -> None:
    (part,) = split(topic)
    assert weight(part.forms, words) == expected


def test_what_only_hints_at_a_concept() -> None:
    (part,) = split("peace deal")
    assert weight(part.related, "ceasefire") == RELATED
    assert weight(part.forms, "ceasefire") is None


def test_what_says_the_same_together() -> None:
    (deal,) = split("grain deal")
    grain, agreement = deal.together
    assert weight(grain, "wheat")
    assert weight(grain, "пшеницы")
    assert weight(agreement, "pact")
    (sanctions,) = split("lifting sanctions")
    assert [bool(weight(forms, "sanctions")) for forms in sanctions.together] == [True, False]
    (call,) = split("phone call")  # the table names nothing, so the user's own words are taken
    assert [weight(forms, word) for forms, word in zip(call.together, ("phones", "calls"), strict=True)] == [0.97, 0.97]
    (launch,) = split("rocket launch")
    assert [weight(forms, "missile") for forms in launch.together] == [None, None]  # only the words, not what each means
    (strike,) = split("strike")
    assert not strike.together


def test_what_says_the_same_together_may_be_a_kind_of_it() -> None:
    (supplies,) = split("arms supplies")
    weapons, _supply = supplies.together
    assert [weight(weapons, word) for word in ("weapons", "rifles", "танки")] == [0.9, 0.9, 0.85]


COMPOUNDS = [
    pytest.param("Terrorprozess", ["jihadists", "courtroom"], id="what begins like a concept"),
    pytest.param("Bankenfusion", ["banks", "merger"], id="letters between them"),
    pytest.param("Korruptionsprozess", ["bribery", "судебный"], id="an s between them"),
    pytest.param("Klimaproteste", ["climate change", "demonstrations"], id="an ending"),
]


@pytest.mark.parametrize(("topic", "words"), COMPOUNDS)
def test_both_halves_of_a_compound_say_the_same(topic: str, words: list[str]) -> None:
    (part,) = split(topic)
    assert part.kind == "concept"
    assert weight(part.forms, topic.lower()) == 1.0
    assert not any(weight(part.forms, word) for word in words)
    assert [bool(weight(half, word)) for half, word in zip(part.together, words, strict=True)] == [True, True]


@pytest.mark.parametrize("word", ["Manchester", "headquarters", "Stoltenberg", "understanding"])
def test_a_word_that_only_looks_like_a_compound(word: str) -> None:
    (part,) = split(word)
    assert part.kind == "word"
    assert not part.together


OPTIONAL = [
    pytest.param("Black Sea grain deal", [True, False], id="a region beside a telling concept"),
    pytest.param("Black Sea floods", [False, False], id="a region beside one word"),
    pytest.param("Ukraine peace deal", [False, False], id="a state never"),
    pytest.param("Crimea", [False], id="a region alone"),
    pytest.param("Gaza hostage release", [True, False], id="a region that actors know"),
    pytest.param("floods crisis", [False, True], id="a general word beside a concept"),
    pytest.param("quokka crisis", [False, True], id="a general word beside an unknown one"),
    pytest.param("kryzys migracyjny", [True, False], id="a general word in Polish"),
    pytest.param("CAP reform", [False, False], id="an acronym spelt like a general word"),
    pytest.param("Trump crisis", [False, False], id="a general word beside a mere name"),
    pytest.param("crisis", [False], id="a general word alone"),
    pytest.param("Ukraine border quokkas", [False, False, True], id="a small unknown word beside two known parts"),
    pytest.param("Ukraine border Quokka", [False, False, False], id="a capitalised one may be a name"),
    pytest.param("border quokkas", [False, False], id="an unknown word beside one known part"),
]


@pytest.mark.parametrize(("topic", "optional"), OPTIONAL)
def test_which_part_may_be_missing(topic: str, optional: list[bool]) -> None:
    assert [part.optional for part in split(topic)] == optional


def test_a_region_that_actors_know_has_the_forms_of_both() -> None:
    (gaza,) = split("Gaza")
    assert [weight(gaza.forms, words) for words in ("Gaza", "Hamas", "ガザ")] == [1.0, 0.75, 0.95]


def test_several_words_that_actors_and_the_table_know_have_the_forms_of_both() -> None:
    (cup,) = split("World Cup")
    assert cup.kind == "concept"
    assert [weight(cup.forms, words) for words in ("World Cup", "WorldCup", "Copa do Mundo")] == [1.0, 0.9, 0.9]


def test_a_word_of_two_meanings_has_the_forms_of_both() -> None:
    (strike,) = split("strike")
    assert weight(strike.forms, "забастовка") == 0.9
    (trading,) = split("Trading")  # an inflected concept is given up for a name
    assert trading.kind == "name"


def test_an_acronym_is_looked_for_in_capitals() -> None:
    (part,) = split("AI")
    assert {form.words[0]: form.cased for form in part.forms if form.words in {("ai",), ("ki",)}} == {"ai": True, "ki": True}


STEMS = [
    pytest.param("migrants", (("migrant", True),), id="plural"),
    pytest.param("policies", (("polic", True),), id="plural of y"),
    pytest.param("party", (("party", True), ("parties", False)), id="too short to be cut"),
    pytest.param("parties", (("parti", True), ("party", False)), id="a short plural of y"),
    pytest.param("masts", (("masts", True), ("mast", False)), id="a short plural"),
    pytest.param("bond", (("bonds", False), ("bond", False)), id="a short word has its plural only"),
    pytest.param("bus", (("buses", False), ("bus", False)), id="an s that is no plural's"),
    pytest.param("колобок", (("колобок", True),), id="no ending"),
    pytest.param("колобками", (("колобк", True),), id="Cyrillic"),
    pytest.param("кот", (), id="a short Cyrillic word"),
    pytest.param("αεροσυνοδοσ", (("αεροσυνοδ", True),), id="Greek"),
    pytest.param("მებაღეები", (("მებაღე", True),), id="Georgian"),
    pytest.param("बागवानों", (("बागवान", True),), id="Hindi"),
    pytest.param("সাঁতারুদের", (("সাঁতারু", True),), id="Bengali"),
    pytest.param("정원사", (("정원사", True),), id="Korean"),
    pytest.param("꽃", (), id="a short Korean word"),
    pytest.param("2024", (), id="a number"),
    pytest.param("平", (), id="another script"),
]


@pytest.mark.parametrize(("word", "stems"), STEMS)
def test_stems(word: str, stems: tuple[tuple[str, bool], ...]) -> None:
    assert stem_of(word) == stems


@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(["peace", "deal", "и", "US", "和平", "the", "'s", "Ukraine"])).map(" ".join))
)
@example("of the")
@example("İ'ﷺ")
def test_any_topic_has_sound_parts(topic: str) -> None:
    parts = split(topic)
    assert bool(parts) == bool(phrase_of(topic))
    for part in parts:
        assert part.written in topic
        assert part.forms
        assert all(part.together)
        for form in (*part.forms, *part.related, *(form for forms in part.together for form in forms)):
            assert form.words
            assert all(form.words)
            assert 0 < form.weight <= 1


def test_names_that_topics_repeat_have_their_forms_in_common() -> None:
    first, _deal, again = parts_of_topic("Polish deal with Poland and Polish", known_forms)[:3]
    (other,) = (part for part in parts_of_topic("Polish trade", known_forms) if part.written == "Polish")
    assert first.forms is other.forms
    assert again.written == "Poland"
    assert again.forms != first.forms
