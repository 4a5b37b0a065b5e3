"""A small invented exam: two rules, and headlines on two days, of which each is there for a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

RULES: list[dict[str, Any]] = [
    {"id": "dike", "name": "Dike repairs", "actors": [], "topics": ["dike repair"], "exclude": ["board game"], "languages": None},
    {"id": "nato", "name": "NATO exercises", "actors": ["NATO"], "topics": ["military exercise"], "languages": ["en"]},
]
MONDAY, TUESDAY = "2026-03-02", "2026-03-03T21:30:00Z"
ARTICLES: list[dict[str, Any]] = [
    {"id": "repair", "title": "Dike repair begins before the autumn storms", "lang": "en", "date": MONDAY},
    {"id": "aside", "title": "Engineers repair the northern dike", "summary": None, "lang": "en", "date": MONDAY},
    {"id": "missed", "title": "Ferry line adds a morning crossing", "lang": "en", "date": MONDAY},
    {"id": "bread", "title": "Baker wins bread prize", "lang": "en", "date": MONDAY},
    {"id": "game", "title": "Dike repair, the Board Game", "lang": "en", "date": MONDAY},
    {"id": "deep game", "title": "Dike repair goes on", "body": "There is a board game, too.", "lang": "en", "date": TUESDAY},
    {"id": "shelf", "title": "A quiet evening", "body": "They open a board game.", "lang": "en", "date": TUESDAY},
    {"id": "opens", "title": "NATO opens a military exercise in the Baltic", "lang": "en", "date": TUESDAY},
    {"id": "ends", "title": "Military exercise of NATO ends", "lang": "en-GB", "date": TUESDAY},
    {"id": "german", "title": "NATO: military exercise", "lang": "de", "date": TUESDAY},
    {"id": "unread", "title": "NATO military exercise in the north", "lang": "en", "date": TUESDAY},
    {"id": "undated", "title": "NATO military exercise in the south", "lang": "en"},
]
LABELS: list[dict[str, Any]] = [
    {"rule": "dike", "article": "repair", "label": 2},
    {"rule": "dike", "article": "aside", "label": 1, "stratum": "near"},
    {"rule": "dike", "article": "missed", "label": 2},
    {"rule": "dike", "article": "bread", "label": 0},
    {"rule": "dike", "article": "game", "label": 2},
    {"rule": "dike", "article": "deep game", "label": 1},
    {"rule": "dike", "article": "shelf", "label": 0},
    {"rule": "nato", "article": "opens", "label": 2},
    {"rule": "nato", "article": "ends", "label": 0},
    {"rule": "nato", "article": "german", "label": 2},
]


def write_exam(folder: Path) -> Path:
    """The exam in this folder."""
    (folder / "rules.json").write_text(json.dumps(RULES))
    write_lines(folder / "corpus.jsonl", ARTICLES)
    write_lines(folder / "labels.jsonl", LABELS)
    return folder


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    """A JSON object a line."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path
