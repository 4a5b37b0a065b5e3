"""What is proposed against false alarms keeps its word when the rule is changed so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.evidence import Scores
from service.domain.feedback import JudgedAlert, JudgedArticle, wilson
from service.domain.rules import RuleSpec
from service.matching.chance import LEVEL, chance
from service.matching.explain import explain
from service.matching.proposals import MAX_PROPOSALS, Proposal, ProposalKind, Proposals, propose
from service.matching.trial import LEAST_GOOD
from tests.make import a_spec, an_article

BRIDGES = a_spec(name="Bridges", topics=["bridge"])
SURE = Scores(0.95, 0.9)


def judged(
    number: int, relevant: bool, *titles: str, about: str | None = None, scores: Scores | None = SURE, **changes: Any
) -> JudgedAlert:
    """An alert about articles with these titles."""
    spec = changes.pop("spec", BRIDGES)
    articles = [
        an_article(**{"id": f"ar_{number}_{place}", "url": f"https://gazette.example/{number}", "title": title, **changes})
        for place, title in enumerate(titles)
    ]
    read = tuple(JudgedArticle(each, explain(spec, each.fields, each.day).verdict.evidence, scores) for each in articles)
    return JudgedAlert(f"al_{number}", about or f"st_{number}", relevant, read)


def alerts(false: Sequence[str], right: Sequence[str], **changes: Any) -> list[JudgedAlert]:
    """A false alarm or a right alert for each title, each about a story of its own."""
    named = [*((title, False) for title in false), *((title, True) for title in right)]
    return [judged(number, relevant, title, **changes) for number, (title, relevant) in enumerate(named)]


def said(proposals: Proposals, kind: ProposalKind = ProposalKind.TERM) -> dict[str, tuple[int, int]]:
    return {each.what: (len(each.effect.prevented), len(each.effect.lost)) for each in proposals.each if each.kind is kind}


DENTISTS = ["Dental bridge costs rise", "Why a dental bridge fails", "Bridge or implant? Dental advice"]
BUILT = ["Harbour bridge opens", "Old bridge closed for repairs", "Mayor welcomes new rail bridge", "Bridge toll doubles"]
MORE = [*BUILT, "Storm shuts the northern bridge", "Engineers inspect a swing bridge", "Ferry replaces burnt bridge", "Lorry under bridge"]
CARDS = ["Contract bridge final tonight", "Her life in contract bridge"]


def test_what_the_false_alarms_share_is_proposed_with_what_it_prevents() -> None:
    proposals = propose(BRIDGES, alerts(DENTISTS, BUILT))
    assert (proposals.false_alarms, proposals.right, proposals.outdated) == (3, 4, 0)
    assert said(proposals) == {"Dental": (3, 0)}
    assert proposals.why_none is None
    [dental] = proposals.each
    assert dental.effect.prevented == ("al_0", "al_1", "al_2")
    assert dental.patch == {"exclude": ["Dental"]}


@pytest.mark.parametrize(
    ("judgements", "says"),
    [
        pytest.param(alerts([], BUILT), "no judged alert is a false alarm", id="all is well"),
        pytest.param(alerts(DENTISTS, BUILT, about="st_1"), "brought a relevant alert, too", id="one story brought both"),
        pytest.param(
            [*alerts(DENTISTS, [], about="st_1"), judged(9, True, BUILT[0], about="st_2")], "all about one story", id="one story of many"
        ),
        pytest.param(alerts(DENTISTS, []), "say which ones were", id="nothing relevant"),
        pytest.param(alerts(DENTISTS, BUILT[:1]), "about 3 stories and relevant alerts about 1 are too few", id="too few"),
        pytest.param(alerts(["Bridge one", "Bridge two", "Bridge three"], MORE), "may be a chance", id="nothing that they share"),
    ],
)
def test_where_nothing_is_proposed_it_is_said_why(judgements: list[JudgedAlert], says: str) -> None:
    proposals = propose(BRIDGES, judgements)
    assert proposals.each == ()
    assert says in (proposals.why_none or "")


def test_several_kinds_of_false_alarms_are_excluded_together() -> None:
    false = [*(f"{each} dental bridge" for each in "ABCDE"), *(f"{each} contract bridge" for each in "FGHIJ")]
    right = [f"{each} rail bridge" for each in "KLMNOPQRST"]
    proposals = propose(a_spec(exclude=["chess"]), alerts(false, right))
    assert said(proposals) == {"contract bridge": (5, 0), "dental bridge": (5, 0)}
    assert proposals.together is not None
    assert proposals.together.patch == {"exclude": ["chess", "contract bridge", "dental bridge"]}
    assert len(proposals.together.effect.prevented) == 10
    assert proposals.together.effect.lost == ()


@pytest.mark.parametrize(
    ("false", "right"),
    [
        pytest.param([], BUILT, id="no false alarm"),
        pytest.param(DENTISTS[:1], BUILT, id="one false alarm is no pattern"),
        pytest.param(["Bridge costs rise", "Tempers rise on bridge"], BUILT, id="two false alarms that share a word may do so by chance"),
        pytest.param(DENTISTS, [], id="without right alerts nobody knows what it would cost"),
        pytest.param(DENTISTS, BUILT[:1], id="one right alert is too few to tell"),
        pytest.param(DENTISTS, [*BUILT, "Dental bridge school opens"], id="one of five right alerts has it, too"),
        pytest.param(
            [f"{each} dental bridge" for each in "ABCDEFGHIJ"],
            [*(f"{each} rail bridge" for each in "KLMNOPQRSTUVWXYZ"), *["Dental bridge school"] * 3],
            id="it is no chance, but would cost too much",
        ),
        pytest.param(["The bridge", "A bridge"], BUILT, id="nothing but the rule's own words"),
        pytest.param(["Harbour bridge of lies", "Bridge of lies again"], ["A bridge of lies"] * 2 + BUILT, id="right alerts have it, too"),
    ],
)
def test_what_is_no_pattern_is_not_proposed(false: Sequence[str], right: Sequence[str]) -> None:
    assert propose(BRIDGES, alerts(false, right)).each == ()


def test_what_the_rule_asks_for_is_not_to_be_excluded() -> None:
    spec = a_spec(topics=["bridge", "tunnel"])
    false = [judged(number, False, f"{each} tunnel", spec=spec) for number, each in enumerate("ABCDEF")]
    right = [judged(10 + number, True, title, spec=spec) for number, title in enumerate(MORE)]
    assert propose(spec, [*false, *right]).each == ()


def test_right_alerts_that_the_rule_would_not_raise_any_more_are_left_out() -> None:
    gone = [judged(20, True, "Toll on old bridge"), judged(21, True, "Toll on new bridge", "New bridge opens")]
    proposals = propose(a_spec(exclude=["toll"]), [*alerts(DENTISTS, BUILT[:3]), *gone, judged(22, True, "Bridge reopens", "Toll bridge")])
    assert (proposals.right, proposals.outdated) == (4, 0)
    assert said(proposals) == {"Dental": (3, 0)}


def test_one_story_told_often_is_no_pattern() -> None:
    repeated = [judged(number, False, DENTISTS[0], about="st_same") for number in range(5)]
    others = [judged(10 + number, True, title) for number, title in enumerate(BUILT)]
    assert propose(BRIDGES, [*repeated, *others]).each == ()


def test_what_costs_little_for_much_is_proposed_with_its_cost() -> None:
    false = [f"Dental bridge {word}" for word in "abcdefghijklmnopqrstuvwxyz"]
    right = [*BUILT * 10, "Dental bridge school opens"]
    assert said(propose(BRIDGES, alerts(false, right))) == {"Dental bridge": (26, 1)}


def test_an_alert_is_prevented_when_all_its_articles_are() -> None:
    mixed = judged(0, False, DENTISTS[0], "Bridge prices rise")
    others = [judged(number, False, title) for number, title in enumerate(DENTISTS, 1)]
    right = [judged(10 + number, True, title) for number, title in enumerate(BUILT)]
    [dental] = propose(BRIDGES, [mixed, *others, *right]).each
    assert dental.effect.prevented == ("al_1", "al_2", "al_3")


def test_a_right_alert_is_lost_when_the_article_that_raised_it_is() -> None:
    late = judged(0, True, "Harbour bridge opens", "Dental bridge jokes as harbour bridge opens")
    first = judged(1, True, "Dental bridge jokes as harbour bridge opens", "Harbour bridge opens")
    false = [judged(2 + number, False, f"Dental bridge {number}") for number in range(40)]
    right = [judged(50 + number, True, title) for number, title in enumerate(BUILT * 10)]
    [dental] = propose(BRIDGES, [late, first, *false, *right]).each
    assert dental.effect.lost == ("al_1",)


def test_what_the_rule_excludes_already_is_left_out() -> None:
    proposals = propose(a_spec(exclude=["dental"]), alerts([*DENTISTS, *CARDS], MORE))
    assert (proposals.false_alarms, proposals.outdated) == (2, 3)
    assert set(said(proposals)) == {"Contract bridge"}


def test_of_what_prevents_the_same_the_longest_is_proposed_and_the_others_named() -> None:
    false = ["Fantasy football: bridge the gap", "Bridge that gap, fantasy football", "The gap in the bridge: fantasy football"]
    proposals = propose(BRIDGES, alerts(false, BUILT * 3))
    [best] = [each for each in proposals.each if each.kind is ProposalKind.TERM]
    assert best.what == "Fantasy football"
    assert set(best.alternatives) == {"Fantasy", "football", "gap"}


def test_an_outlet_that_brings_false_alarms_alone() -> None:
    quarrels = ["Bridge over water", "A bridge too far", "Burning every bridge"]
    false = [judged(number, False, title, url=f"https://opinion.example/{number}") for number, title in enumerate(quarrels)]
    right = [judged(10 + number, True, title) for number, title in enumerate(MORE)]
    for query, wanted in ((None, 'NOT source:"opinion.example"'), ("bridge OR toll", '(bridge OR toll) AND NOT source:"opinion.example"')):
        [outlet] = propose(a_spec(query=query), [*false, *right]).each
        assert (outlet.kind, outlet.what, outlet.patch) == (ProposalKind.SOURCE, "opinion.example", {"query": wanted})
        assert len(outlet.effect.prevented) == 3


def test_an_actor_in_whatever_words() -> None:
    false = ["Zelensky: a bridge to peace", "Zelenskyy builds a bridge", "Volodymyr Zelensky is no bridge", "Bridge builder Zelensky"]
    proposals = propose(BRIDGES, alerts(false, BUILT * 3))
    [actor] = [each for each in proposals.each if each.kind is ProposalKind.ACTOR]
    assert (len(actor.effect.prevented), actor.effect.lost) == (4, ())
    assert actor.patch == {"query": f'NOT actor:"{actor.what}"'}


def test_a_stricter_precision_where_the_scores_show_it() -> None:
    vague, clear = Scores(0.5, 0.05), Scores(0.99, 0.98)
    false = [judged(number, False, f"Bridge {number}", scores=vague) for number in range(4)]
    right = [judged(10 + number, True, f"Bridge {number}", scores=clear) for number in range(4)]
    proposals = propose(BRIDGES, [*false, *right], channels=["ch_1"])
    assert said(proposals, ProposalKind.PRECISION) == {"strict": (4, 0)}
    [precision] = [each for each in proposals.each if each.kind is ProposalKind.PRECISION]
    assert precision.patch == {"precision": "strict"}
    [least] = [each for each in proposals.each if each.kind is ProposalKind.LEAST_SCORE]
    assert least.patch == {"channels": [{"channel": "ch_1", "only": {"title": False, "sources": [], "least_score": 0.98}}]}


def test_scores_that_were_not_kept_prevent_nothing() -> None:
    false = [judged(number, False, f"Bridge {number}", scores=None) for number in range(4)]
    right = [judged(10 + number, True, f"Bridge {number}") for number in range(4)]
    assert propose(BRIDGES, [*false, *right], channels=["ch_1"]).each == ()


def test_a_channels_own_condition_stays() -> None:
    routes = [{"channel": "ch_1", "only": {"title": True}}, "ch_2", {"channel": "ch_3", "only": {"least_score": 0.99}}]
    false = [judged(number, False, f"Bridge {number}", scores=Scores(0.5, 0.05)) for number in range(4)]
    right = [judged(10 + number, True, f"Bridge {number}", scores=Scores(0.9, 0.857)) for number in range(4)]
    proposals = propose(a_spec(channels=routes), [*false, *right])
    [least] = [each for each in proposals.each if each.kind is ProposalKind.LEAST_SCORE]
    only = {each["channel"]: each["only"] for each in least.patch["channels"]}
    assert [(only[each]["title"], only[each]["least_score"]) for each in only] == [(True, 0.85), (False, 0.85), (False, 0.99)]


HOSTILE = [
    "\u202edental\u202c bridge",
    '"dental" bridge: source:"x"',
    "dental\0bridge",
    "bridge\ud800dental",
    "DENTAL-bridge/dental",
    "歯科の橋 bridge 歯科",
]


def test_hostile_headlines_make_patches_that_can_be_saved() -> None:
    proposals = propose(BRIDGES, alerts(HOSTILE * 2, BUILT * 3, source='"; \0'))
    assert proposals.each
    for each in proposals.each:
        assert changed(BRIDGES, each)


WORDS = ["Dental", "harbour", "NATO", "deal", "мост", "和平", "toll", "of", "2026", "football.", '"quoted"', "=?"]
SCORES = st.sampled_from([SURE, Scores(0.6, 0.4), Scores(0.5, 0.05), None])
LUCK = st.integers(0, 19)  # 19: it is the other way round this time
ARTICLES = st.lists(st.tuples(LUCK, st.lists(st.sampled_from(WORDS), max_size=2)), min_size=1, max_size=2)
DRAWN = st.tuples(st.sampled_from(WORDS), st.lists(st.tuples(st.booleans(), ARTICLES, SCORES, LUCK, LUCK), min_size=14, max_size=24))


def made_of(drawn: Any) -> list[JudgedAlert]:
    """Alerts of which the false ones mostly have a word and an outlet in common; now and then one is about the story of the one before."""
    mark, several = drawn
    alerts = []
    for number, (relevant, articles, scores, outlet, again) in enumerate(several):
        titles = [" ".join(["bridge", *words, *([mark] if relevant is (luck == 19) else [])]) for luck, words in articles]
        host = "bad" if relevant is (outlet == 19) else f"good{number % 3}"
        about = f"st_{number - (again == 19)}"
        alerts.append(judged(number, relevant, *titles, scores=scores, url=f"https://{host}.example/{number}", about=about))
    return alerts


def changed(spec: RuleSpec, proposal: Proposal) -> RuleSpec:
    return RuleSpec.model_validate({**spec.model_dump(mode="json"), **proposal.patch})


def is_raised(spec: RuleSpec, article: JudgedArticle) -> bool:
    """Whether the rule's demands are met by the article: asked of the explanation that users get."""
    return explain(spec, article.article.fields, article.article.day).verdict.demands_met


@settings(max_examples=40)
@given(DRAWN, st.sampled_from([BRIDGES, a_spec(exclude=["toll"]), a_spec(query="bridge NOT football")]))
def test_every_proposal_keeps_its_word_and_is_worth_it(drawn: Any, spec: RuleSpec) -> None:
    several = made_of(drawn)
    proposals = propose(spec, several, channels=["ch_1"])
    assert len(proposals.each) <= MAX_PROPOSALS
    by_id = {alert.id: alert for alert in several}
    still = {each.id: [one for one in each.articles if is_raised(spec, one)] for each in several}
    assert proposals.false_alarms == sum(1 for each in several if not each.relevant and still[each.id])
    for proposal in [*proposals.each, *([proposals.together] if proposals.together else [])]:
        if proposal.kind in (ProposalKind.TERM, ProposalKind.ACTOR, ProposalKind.SOURCE):
            new = changed(spec, proposal)
            prevented = {
                a for a, there in still.items() if not by_id[a].relevant and there and not any(is_raised(new, one) for one in there)
            }
            lost = {
                each.id
                for each in several
                if each.relevant and is_raised(spec, each.articles[0]) and not is_raised(new, each.articles[0])
            }  # fmt: skip
            assert ({*proposal.effect.prevented}, {*proposal.effect.lost}) == (prevented, lost), proposal
    good = {each.about for each in several if each.relevant and is_raised(spec, each.articles[0])}
    bad = {each.about for each in several if not each.relevant and still[each.id]}
    for proposal in proposals.each:
        prevented, lost = ({by_id[each].about for each in ids} for ids in (proposal.effect.prevented, proposal.effect.lost))
        assert len(prevented - good) >= 2
        assert not lost or wilson(len(prevented - good), len(prevented - good) + len(lost))[0] >= LEAST_GOOD
        if proposal.kind in (ProposalKind.PRECISION, ProposalKind.LEAST_SCORE):
            assert chance(len(prevented - good), len(bad - good), len(lost), len(good)) <= LEVEL


@settings(max_examples=40)
@given(DRAWN)
def test_the_order_of_the_alerts_does_not_matter(drawn: Any) -> None:
    several = made_of(drawn)

    def known(proposals: Proposals) -> set[tuple[str, frozenset[str], frozenset[str]]]:
        return {(each.kind, frozenset(each.effect.prevented), frozenset(each.effect.lost)) for each in proposals.each}

    assert known(propose(BRIDGES, several)) == known(propose(BRIDGES, several[::-1]))
