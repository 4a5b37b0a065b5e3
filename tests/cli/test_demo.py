"""The demo: its data, its parts, and the whole of it once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from rich.console import Console
from standardwebhooks import Webhook

from service.cli.demo.arrivals import EMAIL, WEBHOOK, Arrival, Refused, Told
from service.cli.demo.desk import Desk
from service.cli.demo.mailbox import read_mail
from service.cli.demo.newsroom import Newsroom
from service.cli.demo.receiver import find_fault
from service.cli.demo.run import demo_settings
from service.cli.demo.story import Piece, read_story
from service.cli.screen import Screen
from service.domain.rules import RuleSpec
from service.matching.groups import Known
from service.matching.reading import Reading
from service.matching.verdict import compile_rule, judge
from tests.cli.runs import wirewatch

STORY = read_story()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
HIT = next(piece for piece in STORY.articles if piece.alerts == ("nato",))


@pytest.mark.faults
def test_once_shows_all_alerts_and_nothing_else(tmp_path: Path) -> None:
    with wirewatch("demo", "--once", "--keep", str(tmp_path / "kept"), data_dir=tmp_path, database_url="nonsense:ignored") as run:
        code = run.end()
    said = "".join(run.said)
    assert code == 0, said
    assert said.count("  ALERT  ") == sum(len(piece.alerts) for piece in STORY.articles)
    assert said.count("  UPDATE  ") == sum(len(piece.updates) for piece in STORY.developments) == 1
    assert said.count("  E-MAIL  ") == said.count("  ALERT  ") + said.count("  UPDATE  ")
    assert "new in the story: new actor: Chornomorsk" in said
    assert (tmp_path / "kept" / "logs" / "worker.log").exists()


@pytest.mark.parametrize("piece", [*STORY.articles, *STORY.developments, *STORY.later], ids=lambda piece: piece.slug)
def test_each_piece_is_found_by_the_rules_that_the_story_says(piece: Piece) -> None:
    fields = {"title": piece.title, "lede": piece.lede, "body": ""}
    found = []
    for rule, spec in STORY.rules.items():
        if judge(compile_rule(RuleSpec.model_validate(spec)), Reading(fields), NOW.date(), Known(), None) is not None:
            found.append(rule)
    assert tuple(found) == piece.alerts + piece.updates + piece.joins


def test_paths_are_different_everywhere() -> None:
    paths = [piece.path for piece in (*STORY.opening, *STORY.articles, *STORY.developments, *STORY.later)]
    assert len(set(paths)) == len(paths)


def test_a_genuine_webhook_has_no_fault() -> None:
    headers = _signed(b"{}", NOW)
    assert find_fault(SECRET, headers, b"{}", NOW) is None


@pytest.mark.parametrize(
    ("headers", "body", "later"),
    [
        pytest.param({}, b"{} ", timedelta(0), id="another body"),
        pytest.param({}, b"{}", timedelta(minutes=6), id="too old"),
        pytest.param({"webhook-id": "other"}, b"{}", timedelta(0), id="another id"),
        pytest.param({"webhook-id": ""}, b"{}", timedelta(0), id="no id"),
        pytest.param({"webhook-signature": "v1"}, b"{}", timedelta(0), id="no signature"),
        pytest.param({"webhook-timestamp": "²"}, b"{}", timedelta(0), id="no timestamp"),
    ],
)
def test_a_false_webhook_is_refused(headers: dict[str, str], body: bytes, later: timedelta) -> None:
    assert find_fault(SECRET, {**_signed(b"{}", NOW), **headers}, body, NOW + later)


def test_a_mail_is_read_by_its_first_line_and_its_link() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "News [A rule]", "desk@wirewatch.example"
    mail.set_content("A rule\n\nNews\nhttp://127.0.0.1:8000/harbour/news.html\n")
    read = read_mail(mail.as_bytes().replace(b"\n", b"\r\n"))
    assert isinstance(read, Arrival)
    assert (read.how, read.rule, read.path) == (EMAIL, "A rule", "/harbour/news.html")


def test_the_mail_of_an_update_tells_what_is_new() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["To"] = "Update: new actor: Chornomorsk - News [A rule]", "desk@wirewatch.example"
    mail.set_content(
        "A rule\n\nNew in this story:\n- new actor: Chornomorsk\n\nNews\nhttp://127.0.0.1:8000/harbour/news.html\n\n- a passage\n"
    )
    read = read_mail(mail.as_bytes())
    assert isinstance(read, Arrival)
    assert read.news == ("new actor: Chornomorsk",)


def test_a_mail_without_a_link_is_refused() -> None:
    mail = EmailMessage()
    mail.set_content("buy now")
    assert isinstance(read_mail(mail.as_bytes()), Refused)


def test_the_desk_knows_what_is_missing_and_what_is_wrong() -> None:
    desk = _desk()
    desk.note_published(HIT, "Harbour Wire")
    by_webhook = Arrival(WEBHOOK, STORY.rules["nato"]["name"], HIT.path, "Harbour Wire", "", (Told("A title", ((2, 7),)),))
    desk.arrive(by_webhook)
    assert ({each.how for each in desk.missing}, desk.wrong) == ({EMAIL}, [])

    desk.arrive(replace(by_webhook, how=EMAIL))
    assert (desk.missing, desk.wrong) == (set(), [])

    desk.arrive(by_webhook)
    desk.arrive(replace(by_webhook, path="/harbour/other.html"))
    desk.arrive(Refused(WEBHOOK, "webhook-signature is not ours"))
    assert [text.split(":")[0] for text in desk.wrong] == ["webhook came twice", "webhook was not expected", "webhook refused"]


def test_the_desk_tells_an_update_from_an_alert() -> None:
    desk, piece = _desk(), STORY.developments[-1]
    desk.note_published(piece, "The Meridian Post")
    grain = STORY.rules["grain"]["name"]
    update = Arrival(WEBHOOK, grain, piece.path, "The Meridian Post", "", (Told("A title"),), ("new actor: Chornomorsk",))
    with desk.screen.console.capture() as shown:
        desk.arrive(update)
    assert ({each.how for each in desk.missing}, desk.wrong) == ({EMAIL}, [])
    assert "new in the story: new actor: Chornomorsk" in shown.get()

    desk.arrive(replace(update, how=EMAIL, news=()))
    assert desk.wrong == [f"e-mail was not expected: {grain} {piece.path}"]


def test_without_colour_the_evidence_stands_between_asterisks() -> None:
    desk = _desk()
    with desk.screen.console.capture() as shown:
        desk.arrive(Arrival(WEBHOOK, "A rule", "/x", "Wire", "", (Told("A peace deal [/] at last", ((2, 12),)),)))
    assert "Wire: A *peace deal* [/] at last" in shown.get()


def test_nothing_of_the_environment_reaches_the_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_DATABASE_URL", "postgresql://a-real-one")
    monkeypatch.setenv("WIREWATCH_BROKER_URL", "redis://a-real-one")
    settings = demo_settings(tmp_path, 25)
    assert (settings.database, settings.broker_url) == (f"sqlite:///{tmp_path / 'wirewatch.db'}", None)


def test_feeds_hold_what_is_published() -> None:
    newsroom = Newsroom(STORY.outlets)
    newsroom.open(STORY.opening, NOW)
    newsroom.publish(HIT, NOW)
    assert [piece.path for _, piece in newsroom.published] == [*(piece.path for piece in STORY.opening), HIT.path]


def _desk() -> Desk:
    return Desk(STORY, Screen(Console(width=200, no_color=True, color_system=None)))


def _signed(body: bytes, at: datetime) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "dl_1", "webhook-timestamp": stamp, "webhook-signature": Webhook(SECRET).sign("dl_1", at, body.decode())}
