"""The language of articles, by the real classifier."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.language import find_language

TITLES = [
    pytest.param("Peace talks resume after the harbour was shelled", "en", id="English"),
    pytest.param("Minister Resigns Over Harbour Contracts, Calls Inquiry a Farce", "en", id="an English headline in capitals"),
    pytest.param("PEACE TALKS RESUME AFTER THE HARBOUR WAS SHELLED", "en", id="all capitals"),
    pytest.param("Minister tritt nach Streit um den Haushalt zurück", "de", id="German"),
    pytest.param("Le ministre démissionne après la grève des dockers", "fr", id="French"),
    pytest.param("El ministro dimite tras la huelga de los estibadores", "es", id="Spanish"),
    pytest.param("Ministro pede demissão após greve dos estivadores", "pt", id="Portuguese"),
    pytest.param("Il ministro si dimette dopo lo sciopero dei portuali", "it", id="Italian"),
    pytest.param("Minister podał się do dymisji po strajku w porcie", "pl", id="Polish"),
    pytest.param("Ministr rezignoval po stávce v přístavu", "cs", id="Czech"),
    pytest.param("Minister treedt af na staking in de haven", "nl", id="Dutch"),
    pytest.param("Ministern avgår efter strejken i hamnen", "sv", id="Swedish"),
    pytest.param("Ministeri eroaa sataman lakon jälkeen", "fi", id="Finnish"),
    pytest.param("Bakan liman grevinin ardından istifa etti", "tr", id="Turkish"),
    pytest.param("Lemondott a miniszter a kikötői sztrájk után", "hu", id="Hungarian"),
    pytest.param("Ministrul și-a dat demisia după greva din port", "ro", id="Romanian"),
    pytest.param("Министр подал в отставку после забастовки", "ru", id="Russian"),
    pytest.param("Міністр подав у відставку після страйку в порту", "uk", id="Ukrainian"),
    pytest.param("Министърът подаде оставка след стачката", "bg", id="Bulgarian"),
    pytest.param("استقالة الوزير بعد إضراب الميناء", "ar", id="Arabic"),
    pytest.param("وزیر پس از اعتصاب بندر استعفا داد", "fa", id="Persian"),
    pytest.param("बंदरगाह हड़ताल के बाद मंत्री ने इस्तीफा दिया", "hi", id="Hindi"),
    pytest.param("港湾ストの後、大臣が辞任した", "ja", id="Japanese"),
    pytest.param("港口罢工后部长辞职", "zh", id="Chinese"),
    pytest.param("항만 파업 후 장관이 사임했다", "ko", id="Korean"),
]


@pytest.mark.parametrize("declared", [None, "en", "de"])
@pytest.mark.parametrize(("title", "language"), TITLES)
def test_a_title_is_enough_whatever_the_feed_says(title: str, language: str, declared: str | None) -> None:
    assert find_language(title, "", declared) == language


def test_a_few_letters_are_left_to_the_feed() -> None:
    assert find_language("Berlin", "", "de") == "de"
    assert find_language("Oslo", "", "nb") == "no"


def test_addresses_and_handles_say_nothing() -> None:
    assert (
        find_language("Minister podał się do dymisji @the_minister_of_the_interior https://wire.example/the-minister-resigns", "", None)
        == "pl"
    )


@given(st.text(max_size=200), st.text(max_size=200), st.one_of(st.none(), st.text(max_size=5)))
@settings(max_examples=50)
def test_any_text_has_an_answer(title: str, text: str, declared: str | None) -> None:
    found = find_language(title, text, declared)
    assert found is None or found == found.lower()


def test_a_megabyte_is_read_at_its_beginning() -> None:
    assert find_language("Peace talks resume in the harbour " * 30_000, "Die Rede. " * 100_000, None) == "en"


def test_threads_share_one_classifier() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: find_language("Minister podał się do dymisji", "", None), range(16)))
    assert found == {"pl"}
