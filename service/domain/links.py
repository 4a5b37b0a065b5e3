"""The canonical form of a link: equal for the same page however a feed decorates it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Parameters that tell where a reader came from, not what the page shows. Ambiguous ones ("id", "cid", "source") stay.
_TRACKING = re.compile(
    r"utm_.*|at_.*|mc_[ce]id|pk_.*|mtm_.*|itm_.*|ns_.*|__tn__|_ga|_gl|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|"
    r"mkt_tok|cmp|cmpid|cmp_id|ncid|ocid|icid|partner|partnerid|oc|smid|taid|xtor|ito|traffic_source|ftag|rss|feedtype|output_rss",
    re.IGNORECASE,
)
_TRACKING_WHEN = re.compile(
    r"(?:ref|ref_src|src|source|from|via|origin|feed)=(?:.*rss.*|atom|feed|twitter|facebook|newsletter)", re.IGNORECASE
)
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_link(url: str) -> str | None:
    """`url` without scheme, `www.`, default port, fragment, trailing slash and tracking parameters; None where it is no web link.

    Never raises. A key, not an address: nothing is ever fetched from it.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    host = host.rstrip(".").removeprefix("www.")
    if not host:
        return None
    place = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    path = _SESSION.sub("", parts.path).rstrip("/")
    query = "&".join(part for part in parts.query.split("&") if part and not _is_tracking(part))
    route = f"#{parts.fragment}" if parts.fragment.startswith("!") else ""  # "#!/story/1" is the page, on some sites
    return place + path + (f"?{query}" if query else "") + route


def _is_tracking(part: str) -> bool:
    return bool(_TRACKING.fullmatch(part.partition("=")[0]) or _TRACKING_WHEN.fullmatch(part))
