"""What browsers are shown: pages in one style, which load from this host and nowhere else, and who counts as a browser."""

from __future__ import annotations

from flask import Response, render_template, request

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_JSON = ("application/problem+json", "application/json")
_HTML = "text/html"


def show_page(template: str, status: int = 200, **values: object) -> Response:
    """A page of ours, with `root` as the way from its address to the first one, under whatever path a proxy has put us."""
    html = render_template(template, root="../" * (request.path.count("/") - 1), **values)
    return Response(html, status, {"Content-Security-Policy": PAGE_POLICY}, content_type=f"{_HTML}; charset=utf-8")


def prefers_page() -> bool:
    """Whether whoever asks would rather have a page than JSON, as browsers say and programs do not: "*/*" is JSON."""
    return request.accept_mimetypes.best_match([*_JSON, _HTML]) == _HTML


def is_opened() -> bool:
    """Whether a browser asks in order to show the answer as a page (Fetch Metadata). Feed readers may accept HTML, but do not say this."""
    return request.headers.get("Sec-Fetch-Dest") == "document"
