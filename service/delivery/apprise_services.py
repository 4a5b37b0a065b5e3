"""Which of Apprise's services may be used: those whose host stands in its code, take a message in one POST, and repeat safely.

Left out on purpose: whatever has a host of the user's choice (Gotify, Matrix, Mastodon, Rocket.Chat, Zulip, Signal's API, plain JSON ...);
what our own kinds serve better (Slack, Teams, Discord, Telegram, Mattermost, ntfy, PagerDuty); mail by whatever provider, for our own kind
asks the reader first; what needs more requests than one or keeps a file between them (Twist, Kook, Opsgenie); what sends by GET or puts the
words into the URL (Join, Threema, Clickatell); what counts bytes where Apprise counts characters (WeCom); what refuses with a status of
success that Apprise takes at its word (DingTalk, Vonage); what names an incident anew at each attempt, or all by one name (PagerTree,
Splunk On-Call); what takes no words of our own out of the blue (WhatsApp).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from service.delivery.chat import PLAIN, Markup

# They read `<users/all>` and `<at ...>` in plain text, too, and would call everybody.
_CALLS_NOBODY = replace(PLAIN, escape=lambda text: text.replace("<", "<\u2060"))


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its `label`, the one `host` (or the few) that its messages go to, and `code`, its module and class in Apprise.

    `host` is what we hold Apprise to: a request to another is not sent. `escape` is for services that read markup in plain text.
    """

    label: str
    host: tuple[str, ...]
    code: str
    markup: Markup = PLAIN


# The host is a constant of each class (`notify_url`, `api_url`), or chosen among constants where several are named (a region, a mode).
SERVICES: Mapping[str, Service] = MappingProxyType(
    {
        "pover": Service("Pushover", ("api.pushover.net",), "pushover.NotifyPushover"),
        "pbul": Service("Pushbullet", ("api.pushbullet.com",), "pushbullet.NotifyPushBullet"),
        "prowl": Service("Prowl", ("api.prowlapp.com",), "prowl.NotifyProwl"),
        "spush": Service("Simplepush", ("api.simplepu.sh",), "simplepush.NotifySimplePush"),
        "psafers": Service("Pushsafer", ("www.pushsafer.com",), "pushsafer.NotifyPushSafer"),
        "gchat": Service("Google Chat", ("chat.googleapis.com",), "google_chat.NotifyGoogleChat", _CALLS_NOBODY),
        "webex": Service("Webex", ("api.ciscospark.com", "webexapis.com"), "webexteams.NotifyWebexTeams"),
        "line": Service("LINE", ("api.line.me",), "line.NotifyLine"),
        "lark": Service("Lark", ("open.larksuite.com",), "lark.NotifyLark", _CALLS_NOBODY),
        "feishu": Service("Feishu", ("open.feishu.cn",), "feishu.NotifyFeishu", _CALLS_NOBODY),
        "flock": Service("Flock", ("api.flock.com", "api.flock.co"), "flock.NotifyFlock"),
        "zoom": Service("Zoom Team Chat", ("inbots.zoom.us",), "zoom.NotifyZoom"),
        "squadcast": Service("Squadcast", ("api.squadcast.com", "api.eu.squadcast.com"), "squadcast.NotifySquadcast"),
        "firehydrant": Service("FireHydrant", ("signals.firehydrant.com",), "firehydrant.NotifyFireHydrant"),
        "ilert": Service("ilert", ("api.ilert.com",), "ilert.NotifyILert"),
        "incidentio": Service("incident.io", ("api.incident.io",), "incidentio.NotifyIncidentIO"),
        "spike": Service("Spike", ("api.spike.sh",), "spike.NotifySpike"),
        "signl4": Service("SIGNL4", ("connect.signl4.com",), "signl4.NotifySIGNL4"),
        "ifttt": Service("IFTTT", ("maker.ifttt.com",), "ifttt.NotifyIFTTT"),
        "twilio": Service("Twilio", ("api.twilio.com",), "twilio.NotifyTwilio"),
    }
)
