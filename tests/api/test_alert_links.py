"""The links in the message of an alert: what they do, and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete

from service.delivery.alert_links import AlertLink, AlertLinks, LinkMaker, Purpose, alert_token
from service.edges import Edges
from service.pipeline.digest import release_due
from service.pipeline.match import Matcher
from service.storage.tables import alert
from tests.api.conftest import Api, World, add_article
from tests.api.test_feedback import audited, of_alert
from tests.conftest import Clock


@pytest.fixture
def token(world: World, edges: Edges, clock: Clock) -> str:
    """What the message of the world's alert to its channel has in its links for feedback."""
    return token_for(Purpose.FEEDBACK, world, edges, clock)


@pytest.fixture
def mute_token(world: World, edges: Edges, clock: Clock) -> str:
    """And in those to mute."""
    return token_for(Purpose.MUTE, world, edges, clock)


def token_for(purpose: Purpose, world: World, edges: Edges, clock: Clock) -> str:
    return alert_token(purpose, AlertLink(world.alert, world.channel), edges.secret_key)


def everything(api: Api, world: World) -> Any:
    return [of_alert(api, world), api.get("/v1/mutes?ended=true"), api.get("/v1/deliveries"), api.get("/v1/rules")]


def links(token: str, mute_token: str) -> Iterator[str]:
    yield f"/feedback/{token}"
    yield f"/feedback/{token}?relevant=yes"
    yield f"/feedback/{token}?relevant=no"
    yield f"/mute/{mute_token}?what=rule"
    yield f"/mute/{mute_token}?what=story"


def test_a_long_headline_is_cut_between_words_and_says_so(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"alerting": {"stories": "every_article"}})
    clock.advance(minutes=1)
    add_article(edges, world.feed, 77, "Harbour bridge opens " + "and closes " * 30)
    Matcher(edges).match_due(lambda: None)
    newest = api.get("/v1/alerts")["items"][0]
    link = alert_token(Purpose.FEEDBACK, AlertLink(newest["id"], world.channel), edges.secret_key)
    [shown] = re.findall(r"<strong[^>]*>(Harbour.*?)</strong>", api.client.get(f"/feedback/{link}").text)
    assert re.fullmatch(r"Harbour bridge opens( and closes)+( and)?…", shown)


def test_looking_at_a_page_changes_nothing(token: str, mute_token: str, world: World, api: Api, edges: Edges) -> None:
    before = everything(api, world)
    for link in links(token, mute_token):
        for _ in range(2):
            page = api.client.get(link)
            assert (page.status_code, page.mimetype) == (200, "text/html")
            assert '<form method="post">' in page.text
            assert ('<strong dir="auto" lang="en">Harbour bridge opens</strong>' in page.text) == ("what=rule" not in link)
            assert "Bridges" in page.text
    assert everything(api, world) == before
    assert audited(edges) == []


@pytest.mark.parametrize(("asked", "first"), [("?relevant=yes", "yes"), ("?relevant=no", "no"), ("", ""), ("?relevant=x", "")])
def test_the_enter_key_says_what_the_link_said(asked: str, first: str, token: str, api: Api) -> None:
    """Browsers press the first button of a form."""
    page = api.client.get(f"/feedback/{token}{asked}").text
    assert re.findall(r'<button name="relevant" value="(\w*)"', page)[0] == first


@pytest.mark.parametrize(("answer", "relevant"), [("yes", True), ("no", False)])
def test_a_reader_answers(answer: str, relevant: bool, token: str, world: World, api: Api, edges: Edges) -> None:
    for _ in range(2):  # a link that is replayed says the same once
        page = api.client.post(f"/feedback/{token}", data={"relevant": answer, "note": " another\r\nbridge\0 "})
        assert page.status_code == 200
        assert "Thank you" in page.text
    [word] = of_alert(api, world)["items"]
    assert (word["relevant"], word["note"], word["via"], word["given_by"]) == (relevant, "another bridge", "link", world.channel)
    assert audited(edges) == [("feedback.give", "recipient")]
    assert "You have said" in api.client.get(f"/feedback/{token}").text


def test_an_answer_is_changed_and_taken_back(token: str, world: World, api: Api, edges: Edges, clock: Clock) -> None:
    for answer in ("no", "yes", "withdraw", "withdraw"):
        clock.advance(minutes=1)
        page = api.client.post(f"/feedback/{token}?relevant=no", data={"relevant": answer})
    assert "Taken back" in page.text
    assert of_alert(api, world)["items"] == []
    assert [action for action, _by in audited(edges)] == ["feedback.give", "feedback.give", "feedback.withdraw"]


def test_to_change_an_answer_drops_why_it_was_given(token: str, world: World, api: Api) -> None:
    page = api.client.post(f"/feedback/{token}", data={"relevant": "no", "note": "another bridge"})
    fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', page.text.partition("It was relevant after all")[0]))
    api.client.post(f"/feedback/{token}", data=fields)
    [word] = of_alert(api, world)["items"]
    assert (word["relevant"], word["note"]) == (True, "")


def test_reader_and_key_are_two_voices(token: str, world: World, api: Api) -> None:
    api.expect(200, "PUT", f"/v1/alerts/{world.alert}/feedback", {"relevant": True})
    api.client.post(f"/feedback/{token}", data={"relevant": "no"})
    assert {(each["via"], each["relevant"]) for each in of_alert(api, world)["items"]} == {("key", True), ("link", False)}


@pytest.mark.parametrize("said", [{}, {"relevant": ""}, {"relevant": "true"}, {"note": "hm"}], ids=str)
def test_an_answer_that_is_none_is_asked_for_again(said: dict[str, str], token: str, world: World, api: Api) -> None:
    page = api.client.post(f"/feedback/{token}?relevant=yes", data=said)
    assert "Was this alert relevant?" in page.text
    assert of_alert(api, world)["items"] == []


def test_a_note_is_shown_as_text_and_cut(token: str, world: World, api: Api) -> None:
    page = api.client.post(f"/feedback/{token}", data={"relevant": "no", "note": '"><script>alert(1)</script>' + "x" * 1000})
    assert "<script>" not in page.text
    [word] = of_alert(api, world)["items"]
    assert len(word["note"]) == 500


def wrong_tokens(world: World, edges: Edges, neighbour: Api, api: Api, clock: Clock) -> Iterator[str]:
    key = edges.secret_key
    hook = {"kind": "webhook", "name": "Hook", "settings": {"url": "https://hooks.example/theirs"}}
    theirs = neighbour.expect(201, "POST", "/v1/channels", hook)["id"]
    for purpose in Purpose:
        ours = token_for(purpose, world, edges, clock)
        yield ours[:-1]
        yield ours.replace(world.channel, theirs)
        yield alert_token(purpose, AlertLink(world.alert, world.channel), b"another key")
        # Signed by us, which never happens: still nobody else's alert.
        yield alert_token(purpose, AlertLink(world.alert, theirs), key)
        yield alert_token(purpose, AlertLink("al_gone", world.channel), key)
        yield alert_token(purpose, AlertLink(world.alert, "ch_gone"), key)
    yield from ("x", "%00", "a.b.c.%F0%9F%98%80", "....")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_is_not_ours_does_nothing(method: str, world: World, api: Api, neighbour: Api, edges: Edges, clock: Clock) -> None:
    tokens = [*wrong_tokens(world, edges, neighbour, api, clock)]
    before = everything(api, world)
    for token in tokens:
        for link in links(token, token):
            page = api.client.open(link, method=method, data={"relevant": "no", "answer": "mute"})
            assert page.status_code == 404, link
            assert "does not work" in page.text
            assert "Bridges" not in page.text
    assert everything(api, world) == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_does_nothing_that_it_was_not_made_for(method: str, token: str, mute_token: str, world: World, api: Api) -> None:
    """Who hands on a link for feedback does not let others mute the channel."""
    before = everything(api, world)
    for link in links(mute_token, token):
        assert api.client.open(link, method=method, data={"relevant": "no", "answer": "mute"}).status_code == 404, link
    assert everything(api, world) == before


def test_the_links_of_a_message_that_is_sent_again_after_a_year_work(world: World, api: Api, edges: Edges, clock: Clock) -> None:
    first = links_sent(edges)
    clock.advance(days=400)
    api.expect(202, "POST", f"/v1/deliveries/{world.delivery}/redeliver")
    again = links_sent(edges)
    assert again == first, "the message is word for word the same"
    for link in (again.relevant, again.not_relevant, again.mute_rule, again.mute_story):
        assert link is not None
        assert api.client.get(link.removeprefix("https://watch.example")).status_code == 200, link


def links_sent(edges: Edges) -> AlertLinks:
    """Those in the one message that is due."""
    (sent,) = edges.store.deliveries.outbox.claim(now=edges.now(), token="t", limit=9)
    assert sent.alert is not None
    return LinkMaker("https://watch.example", sent.channel.id, edges.secret_key).links_of(sent.alert)


def test_a_deleted_channel_has_no_pages(token: str, mute_token: str, world: World, api: Api) -> None:
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": []})
    api.expect(204, "DELETE", f"/v1/channels/{world.channel}")
    for link in links(token, mute_token):
        assert api.client.post(link, data={"relevant": "no", "answer": "mute"}).status_code == 404, link


def test_a_deleted_alert_has_no_pages(token: str, mute_token: str, world: World, api: Api, edges: Edges) -> None:
    with edges.store.database.write() as connection:
        connection.execute(delete(alert).where(alert.c.id == world.alert))
    for link in links(token, mute_token):
        assert api.client.post(link, data={"relevant": "no", "answer": "mute"}).status_code == 404, link


def test_a_deleted_rules_alert_is_judged_but_there_is_nothing_to_mute(token: str, mute_token: str, world: World, api: Api) -> None:
    api.expect(204, "DELETE", f"/v1/rules/{world.rule}")
    assert api.client.post(f"/feedback/{token}", data={"relevant": "no"}).status_code == 200
    assert of_alert(api, world)["relevant"] is False
    assert api.client.post(f"/mute/{mute_token}?what=rule", data={"answer": "mute"}).status_code == 404
    assert api.get("/v1/mutes")["items"] == []


@pytest.mark.parametrize("what", ["", "?what=channel", "?what=rule&what=story", "?what=Rule"])
def test_what_is_no_thing_to_mute_mutes_nothing(what: str, mute_token: str, api: Api) -> None:
    api.client.post(f"/mute/{mute_token}{what}", data={"answer": "mute"})
    assert [each["story"] for each in api.get("/v1/mutes")["items"]] == ([] if "what=rule" not in what else [None])


@pytest.mark.parametrize("what", ["rule", "story"])
def test_a_muted_channel_is_told_nothing_more_and_all_others_are(
    what: str, mute_token: str, world: World, api: Api, edges: Edges, clock: Clock
) -> None:
    hook = {"kind": "webhook", "name": "Other", "settings": {"url": "https://hooks.example/other"}}
    other = api.expect(201, "POST", "/v1/channels", hook)["id"]
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"channels": None, "alerting": {"stories": "every_article"}})
    page = api.client.post(f"/mute/{mute_token}?what={what}", data={"answer": "mute"})
    assert "Muted" in page.text
    [mute] = api.get("/v1/mutes")["items"]
    assert (mute["channel"], mute["rule"], mute["story"]) == (
        world.channel,
        world.rule if what == "rule" else None,
        world.story if what == "story" else None,
    )
    clock.advance(minutes=10)
    bring(edges, world, 2)
    states = told(api, 2)
    assert states == {world.channel: "cancelled", other: "pending"}
    [called_off] = api.get("/v1/deliveries?state=cancelled")["items"]
    assert mute["id"] in called_off["detail"]
    assert f"muted the {what} until" in called_off["detail"]
    assert api.expect(202, "POST", f"/v1/deliveries/{called_off['id']}/redeliver")["state"] == "pending"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        pytest.param("rule", "3 Mar 2026, 10:01 CET", id="a day"),
        pytest.param("story", "1 Apr 2026, 11:01 CEST", id="thirty days, in which clocks are put forward"),
    ],
)
def test_a_mute_ends_by_the_clocks_of_the_workspace(
    what: str, said: str, mute_token: str, world: World, api: Api, edges: Edges, clock: Clock
) -> None:
    link = f"/mute/{mute_token}?what={what}"
    assert "09:01 UTC." in api.client.post(link, data={"answer": "mute"}).text
    api.expect(200, "PATCH", "/v1/workspace", {"alerting": {"timezone": "Europe/Brussels"}})
    assert f"until {said}." in api.client.get(link).text
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"alerting": {"stories": "every_article"}})
    clock.advance(minutes=10)
    bring(edges, world, 2)
    [called_off] = api.get("/v1/deliveries?state=cancelled")["items"]
    assert f"muted the {what} until " in called_off["detail"]
    assert f" {said} (" in called_off["detail"]


def test_a_muted_rules_digest_is_called_off_for_that_channel(mute_token: str, world: World, api: Api, edges: Edges, clock: Clock) -> None:
    collecting = {"alerting": {"stories": "every_article", "group_wait": "PT5M"}}
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", collecting)
    for number in (2, 3):
        bring(edges, world, number)
    api.client.post(f"/mute/{mute_token}?what=rule", data={"answer": "mute"})
    clock.advance(minutes=6)
    release_due(edges, lambda: None)
    [digest] = api.get("/v1/digests")["items"]
    [delivery] = api.get(f"/v1/deliveries?digest={digest['id']}")["items"]
    assert (delivery["channel"], delivery["state"]) == (world.channel, "cancelled")
    assert "muted the rule until" in delivery["detail"]


def test_a_mute_ends_by_itself_and_by_its_reader_and_by_a_key(mute_token: str, world: World, api: Api, edges: Edges, clock: Clock) -> None:
    api.expect(200, "PATCH", f"/v1/rules/{world.rule}", {"alerting": {"stories": "every_article"}})
    link = f"/mute/{mute_token}?what=rule"

    def mute_and(end: Any, number: int) -> dict[str, str]:
        api.client.post(link, data={"answer": "mute"})
        clock.advance(minutes=1)
        end()
        bring(edges, world, number)
        return told(api, number)

    def by_key() -> None:
        [mute] = api.get("/v1/mutes")["items"]
        api.expect(200, "DELETE", f"/v1/mutes/{mute['id']}")

    assert mute_and(lambda: clock.advance(hours=23), 2) == {world.channel: "cancelled"}
    assert mute_and(lambda: clock.advance(hours=24), 3) == {world.channel: "pending"}
    assert mute_and(lambda: api.client.post(link, data={"answer": "end"}), 4) == {world.channel: "pending"}
    assert mute_and(by_key, 5) == {world.channel: "pending"}
    assert api.get("/v1/mutes")["items"] == []
    assert len(api.get("/v1/mutes?ended=true")["items"]) == 1
    assert [action for action, _by in audited(edges)].count("mute.create") == 4


def test_a_mute_is_seen_and_ended_in_its_workspace_alone(mute_token: str, api: Api, neighbour: Api) -> None:
    api.client.post(f"/mute/{mute_token}?what=rule", data={"answer": "mute"})
    [mute] = api.get("/v1/mutes")["items"]
    assert neighbour.get("/v1/mutes?ended=true")["items"] == []
    neighbour.expect(404, "DELETE", f"/v1/mutes/{mute['id']}")
    assert api.get("/v1/mutes")["items"] == [mute]


def test_a_mute_that_is_over_ends_only_once(mute_token: str, world: World, api: Api, edges: Edges) -> None:
    link = f"/mute/{mute_token}?what=rule"
    for answer in ("mute", "end", "end"):
        page = api.client.post(link, data={"answer": answer})
    assert "Not muted any more" in page.text
    assert sorted(action for action, _by in audited(edges)) == ["mute.create", "mute.end"]


def bring(edges: Edges, world: World, number: int) -> None:
    """Another article of the same story."""
    add_article(edges, world.feed, number, "Harbour bridge opens", story=world.story)
    Matcher(edges).match_due(lambda: None)


def told(api: Api, number: int) -> dict[str, str]:
    """The state of the newest alert's delivery to each channel."""
    newest = api.get("/v1/alerts")["items"][0]
    assert newest["articles"][0]["url"] == f"https://gazette.example/{number}"
    return {each["channel"]: each["state"] for each in api.get(f"/v1/deliveries?alert={newest['id']}")["items"]}
