"""What previews and explanations tell of meaning, and what they do where it cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from structlog.testing import capture_logs

from service.api.app import create_app
from service.api.nearness import FAILED, OFF, QUERY_ALONE, REST, UNREAD, WAITING
from service.edges import Edges
from service.matching.meaning import WIDTH, Background, Vectors, pack
from tests.api.conftest import Api, add_article, make_key, workspace_id
from tests.conftest import Clock
from tests.world import WordEmbedder

PLAIN = Background(4000.0, np.zeros(WIDTH, np.float32), np.eye(WIDTH, dtype=np.float32) * 0.0144)
RULE = {"name": "NATO zorbing", "actors": ["NATO"], "topics": ["zorbing"]}
TITLE = "NATO takes up sphering"


class Press:
    """A workspace with an article that the workers have looked at, and an API process with an embedder of its own."""

    def __init__(self, edges: Edges, *script: Exception) -> None:
        self.opened = 0
        self.embedder = WordEmbedder(*script, same={"sphering": "zorbing"})
        self.edges = replace(edges, embedder=self._open)
        self.api = Api(create_app(self.edges).test_client(), make_key(edges, "ours", "admin").secret, workspace_id(edges, "ours"))
        feed = self.api.expect(201, "POST", "/v1/feeds", {"url": "https://gazette.example/feed"})["id"]
        self.article = add_article(edges, feed, 1, TITLE)
        edges.store.vectors.save_background(self.embedder.model, PLAIN.dump(), edges.now())

    def look(self, *texts: str) -> None:
        """The workers learn what the article means, and these texts of rules."""
        worker, store = WordEmbedder(same={"sphering": "zorbing"}), self.edges.store.vectors
        store.save_articles(worker.model, {self.article: pack(worker.embed([TITLE])[0])})
        store.save_queries(worker.model, dict(zip(texts, map(pack, worker.embed(texts)), strict=True)))

    def preview(self, **rule: Any) -> Any:
        return self.api.expect(200, "POST", "/v1/rules/preview", {"rule": {**RULE, **rule}})

    def explain(self) -> Any:
        rule = self.api.expect(201, "POST", "/v1/rules", RULE)["id"]
        return self.api.get(f"/v1/articles/{self.article}/explain?rule={rule}")

    def _open(self) -> WordEmbedder:
        self.opened += 1
        return self.embedder


OpenPress = Callable[..., Press]


@pytest.fixture
def open_press(open_house: Callable[..., Edges]) -> OpenPress:
    return lambda *script, meaning="auto": Press(open_house(meaning=meaning), *script)


def test_a_preview_finds_by_meaning_what_the_words_do_not_have(open_press: OpenPress) -> None:
    press = open_press()
    press.look()
    shown = press.preview()
    assert ([each["article"]["title"] for each in shown["matches"]], shown["words_only"]) == ([TITLE], None)


def test_what_the_workers_know_needs_no_model(open_press: OpenPress) -> None:
    press = open_press()
    press.look("NATO zorbing")
    assert press.preview()["words_only"] is None
    told = press.explain()
    assert (told["matches"], told["words_only"]) == (True, None)
    assert press.opened == 0


def test_an_explanation_loads_no_model_for_a_rule_that_waits_for_its_meaning(open_press: OpenPress) -> None:
    press = open_press()
    press.look()
    told = press.explain()
    assert (told["matches"], told["words_only"], press.opened) == (False, WAITING, 0)
    assert "words alone give" in told["reason"]


@pytest.mark.parametrize("failure", [ValueError("another kind of file"), OSError(5, "Input/output error"), MemoryError()], ids=repr)
def test_where_the_model_fails_words_decide_and_it_rests(open_press: OpenPress, clock: Clock, failure: Exception) -> None:
    press = open_press(failure)
    press.look()
    with capture_logs() as logs:
        answers = [press.preview()["words_only"] for _ in range(3)]
    assert answers == [FAILED] * 3
    assert [each["error"] for each in logs if each["log_level"] == "error"] == [type(failure).__name__], "once, not for every preview"
    assert press.opened == 1
    clock.at += REST
    assert press.preview()["words_only"] is None, "it works again"


def test_numbers_that_are_none_are_a_failure(open_press: OpenPress) -> None:
    class Broken(WordEmbedder):
        def embed(self, texts: Any) -> Vectors:
            return super().embed(texts) * np.float32(np.nan)

    press = open_press()
    press.look()
    press.embedder = Broken()
    assert press.preview()["words_only"] == FAILED


def test_an_explanation_stands_where_what_is_stored_is_broken(open_press: OpenPress) -> None:
    press = open_press()
    press.look("NATO zorbing")
    press.edges.store.vectors.save_background(press.embedder.model, b"from another world", press.edges.now())
    assert press.explain()["words_only"] == FAILED, "no background is shipped for this model"


def test_it_is_told_why_words_decide_alone(open_press: OpenPress) -> None:
    press = open_press()
    assert press.preview()["words_only"] == UNREAD
    press.look()
    assert press.preview(actors=[], topics=[], query="NATO")["words_only"] == QUERY_ALONE
    press.embedder.model = "another"
    assert press.preview()["words_only"] == OFF


def test_where_meaning_is_off_nothing_is_loaded(open_press: OpenPress) -> None:
    press = open_press(meaning="off")
    press.look()
    assert (press.preview()["words_only"], press.opened) == (OFF, 0)
