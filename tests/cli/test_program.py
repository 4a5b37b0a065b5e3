"""Pauses and words for what died."""

from __future__ import annotations

import pytest

from service.cli.program import describe_end, pause_after


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        pytest.param(1, 1, id="the first death"),
        pytest.param(2, 2, id="the second in a row"),
        pytest.param(3, 4, id="the third"),
        pytest.param(6, 30, id="never more than half a minute"),
        pytest.param(100_000, 30, id="nor after very many"),
    ],
)
def test_pauses_grow(failures: int, seconds: float) -> None:
    assert pause_after(failures) == seconds


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param(3, "ended with exit code 3", id="an exit code"),
        pytest.param(-9, "was killed by SIGKILL", id="a signal"),
        pytest.param(-40, "was killed by signal 40", id="a signal without a name"),
    ],
)
def test_ends_are_told_in_words(code: int, words: str) -> None:
    assert describe_end(code) == words
