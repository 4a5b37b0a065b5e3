"""The links in the message of an alert: pages that ask, and do what their reader confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_openapi.blueprint import APIBlueprint

from service.api.auth import reader_of
from service.api.browsing import show_page
from service.api.routing import page_route
from service.delivery.alert_links import AlertLink, Purpose, read_token
from service.delivery.shown_text import clean_text, shorten
from service.domain.alerts import Alert
from service.domain.channels import Channel
from service.domain.feedback import MAX_NOTE, Via
from service.domain.local_time import say_moment
from service.domain.mutes import Mute, Muted, make_mute
from service.domain.rules import Rule
from service.edges import Edges

MAX_TITLE = 200
ANSWERS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link that holds is about. `rule`: None where it was deleted since; `zone`: the workspace's."""

    channel: Channel
    alert: Alert
    rule: Rule | None
    zone: ZoneInfo


def alert_links_api(edges: Edges) -> APIBlueprint:
    """The routes of the links. They need no key: the link proves by its signature what it may.

    Mail scanners follow links: a GET never changes anything.
    """
    api = APIBlueprint("alert-links", __name__, doc_ui=False)
    _add_feedback(api, edges)
    _add_mutes(api, edges)
    return api


def _add_feedback(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.feedback

    def show(opened: Opened, state: str) -> Response:
        said = store.find_feedback(opened.alert.id, opened.channel.id)
        asked = ANSWERS.get(request.args.get("relevant", ""))
        return _page("feedback.html", opened, state, said=said, asked=asked, max_note=MAX_NOTE)

    def take_in(opened: Opened) -> Response:
        by, said = reader_of(edges, opened.channel), request.form.get("relevant", "")
        if said == "withdraw":
            store.withdraw(opened.alert.id, given_by=opened.channel.id, caller=by)
            return show(opened, "withdrawn")
        if said not in ANSWERS:
            return show(opened, "asking")
        note = clean_text(request.form.get("note", ""), MAX_NOTE).strip()
        store.give(opened.alert.id, relevant=ANSWERS[said], note=note, via=Via.LINK, given_by=opened.channel.id, caller=by)
        return show(opened, "done")

    @page_route(api, "/feedback/<token>")
    def ask_feedback(token: str) -> Response:
        return _with(edges, Purpose.FEEDBACK, token, lambda opened: show(opened, "asking"))

    @page_route(api, "/feedback/<token>", method="POST")
    def take_feedback(token: str) -> Response:
        return _with(edges, Purpose.FEEDBACK, token, take_in)


def _add_mutes(api: APIBlueprint, edges: Edges) -> None:
    store = edges.store.mutes

    def wanted(opened: Opened) -> Muted | None:
        """What the link mutes; None where there is nothing to mute any more."""
        asked = request.args.get("what", "")
        story = asked == Muted.STORY and opened.alert.story is not None
        return Muted(asked) if opened.rule is not None and (story or asked == Muted.RULE) else None

    def show(opened: Opened, state: str) -> Response:
        muted = wanted(opened)
        if muted is None:
            return _page("mute.html", None, "unknown", 404)
        mute = store.find_mute(opened.alert.workspace, _mute(opened, muted, edges).id)
        holds = mute is not None and mute.ends_at > edges.now()
        until = say_moment(mute.ends_at, opened.zone) if mute and holds else None
        return _page("mute.html", opened, state, muted=str(muted), until=until)

    def take_in(opened: Opened) -> Response:
        muted, said = wanted(opened), request.form.get("answer", "")
        if muted is None or said not in ("mute", "end"):
            return show(opened, "asking")
        mute, by = _mute(opened, muted, edges), reader_of(edges, opened.channel)
        if said == "end":
            store.end_mute(mute.id, caller=by)
        else:
            store.put_mute(mute, caller=by)
        return show(opened, "ended" if said == "end" else "done")

    @page_route(api, "/mute/<token>")
    def ask_mute(token: str) -> Response:
        return _with(edges, Purpose.MUTE, token, lambda opened: show(opened, "asking"))

    @page_route(api, "/mute/<token>", method="POST")
    def take_mute(token: str) -> Response:
        return _with(edges, Purpose.MUTE, token, take_in)


def _mute(opened: Opened, muted: Muted, edges: Edges) -> Mute:
    alert = opened.alert
    return make_mute(
        muted, workspace=alert.workspace, channel=opened.channel.id, rule=alert.rule, story=alert.story, alert=alert.id, now=edges.now()
    )


def _with(edges: Edges, purpose: Purpose, token: str, answer: Callable[[Opened], Response]) -> Response:
    """What `answer` makes of a link that holds; else the page that tells why it does not."""
    link, template = read_token(purpose, token, edges.secret_key), f"{purpose}.html"
    opened = _open(edges, link) if link else None
    return answer(opened) if opened else _page(template, None, "unknown", 404)


def _open(edges: Edges, link: AlertLink) -> Opened | None:
    channel = edges.store.channels.find_any_channel(link.channel)
    if channel is None:
        return None
    listed = edges.store.alerts.find_alert(channel.workspace, link.alert)
    if listed is None:
        return None
    zone = edges.store.workspaces.get_workspace(channel.workspace).alerting.zone
    return Opened(channel, listed.alert, edges.store.rules.find_rule(channel.workspace, listed.alert.rule), zone)


def _page(template: str, opened: Opened | None, state: str, status: int = 200, **values: object) -> Response:
    alert = opened.alert if opened else None
    titled = [(shorten(clean_text(each.title).strip(), MAX_TITLE), each.language) for each in alert.articles] if alert else []
    title, language = next((each for each in titled if each[0]), ("", None))
    rule = clean_text(alert.rule_name, MAX_TITLE) if alert else ""
    return show_page(template, status, state=state, title=title, language=language, rule=rule, **values)
