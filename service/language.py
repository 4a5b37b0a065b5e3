"""The language of an article, found in its title and text by a classifier that is loaded when it is first asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from threading import Lock

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

from service.domain.languages import LANGUAGES, Ranking, choose_language
from service.domain.scripts import LANGUAGES_OF, Choices, choices_of

READ = 300  # characters of the title, and of the text, that are read: more of them tell nothing more
_SEVERAL = 2
_SHARPER = 2  # the classifier is less sure of short texts than it could be
_NO_LANGUAGE = re.compile(r"https?://\S+|(?<!\S)\S+@\S+|[@#]\w+")

_loading = Lock()


def find_language(title: str, text: str, declared: str | None) -> str | None:
    """The ISO 639-1 code (639-2 where there is none) of an article's language; None where there is nothing to go by.

    `declared` is what the feed or the entry says ("en", "pt-BR"): a hint that good evidence overrules, for feeds lie.
    The first call takes a second and 90 MB; safe to call from several threads.
    """
    head, start = _NO_LANGUAGE.sub(" ", title[:READ]), _NO_LANGUAGE.sub(" ", text[:READ])
    choices = choices_of(head, start)
    by_title = _rank(_in_small_letters(head), choices) if choices.title else {}
    letters = f"{head} {start}" if choices.text else head
    return choose_language(choices, by_title, lambda: _rank(start, choices) if choices.text else {}, letters, declared)


def _in_small_letters(title: str) -> str:
    """A Headline Written So in small letters: its capitals are not what the classifier has learnt words by."""
    words = title.split()
    return title.lower() if 2 * sum(word[0].isupper() for word in words) > len(words) else title


def _rank(text: str, choices: Choices) -> Ranking:
    """The probabilities of the choices; nothing where the classifier knows not even two of them."""
    columns = _columns(choices.languages)
    if len(columns) < _SEVERAL:
        return {}
    # Not its own `rank`, which puts a hundred languages in order that nobody asks for.
    likely = load_classifier()._decide(text)[list(columns.values())].astype(float) ** _SHARPER
    total = likely.sum()
    return dict(zip(columns, (likely / total).tolist(), strict=True)) if total else {}


@lru_cache(maxsize=len(LANGUAGES_OF))
def _columns(languages: Sequence[str]) -> Mapping[str, int]:
    """Where the classifier keeps its numbers of these languages, of those that it knows."""
    known = load_classifier().nb_classes
    return {language: known.index(language) for language in languages if language in known}


def load_classifier() -> LanguageIdentifier:
    """The classifier, loaded by the first call in a process."""
    with _loading:  # two threads would load it twice
        return _load()


@lru_cache(maxsize=1)
def _load() -> LanguageIdentifier:
    """The model for our languages only, which leaves out a third of its table."""
    table, priors, languages, moves, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    ours = [number for number, language in enumerate(languages) if language in LANGUAGES]
    by_feature = np.ascontiguousarray(table[:, ours])  # a feature's numbers side by side: columns would miss the cache at each of them
    return LanguageIdentifier(
        by_feature, priors[ours], [languages[number] for number in ours], moves, outputs, norm_probs=True, tk_row=rows
    )
