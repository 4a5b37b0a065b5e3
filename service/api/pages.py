"""The few things for browsers: the docs page and what pages load. Nothing comes from another host."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from werkzeug.exceptions import NotFound

from service.api.browsing import show_page
from service.api.routing import page_route

_OURS = Path(__file__).parent / "assets"
_SWAGGER = Path(str(files("flask_openapi_swagger"))) / "templates" / "swagger"
ASSETS = {
    "page.css": (_OURS / "page.css", "text/css"),
    "docs.css": (_OURS / "docs.css", "text/css"),
    "docs.js": (_OURS / "docs.js", "text/javascript"),
    "swagger-ui.css": (_SWAGGER / "css" / "swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": (_SWAGGER / "js" / "swagger-ui-bundle.js", "text/javascript"),
}


def pages_api() -> APIBlueprint:
    """The routes of the docs page and of what pages load; they need no key."""
    api = APIBlueprint("pages", __name__, doc_ui=False)

    @page_route(api, "/")
    def show_the_way() -> Response:
        return Response(status=302, headers={"Location": "/docs"})

    @page_route(api, "/docs")
    def show_docs() -> Response:
        return show_page("docs.html")

    @page_route(api, "/assets/<name>")
    def get_asset(name: str) -> Response:
        if name not in ASSETS:
            raise NotFound
        path, mimetype = ASSETS[name]
        return Response(path.read_bytes(), headers={"Cache-Control": "max-age=3600"}, mimetype=mimetype)

    return api
