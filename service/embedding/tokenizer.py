"""Split a text into the model's tokens: SentencePiece's unigram model (Kudo 2018), word by word.

No piece of the vocabulary reaches over a space, so the best split of a text is the best split of each of its words;
and since the same words come again and again, most are remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from service.embedding.model_file import ModelFile

_BEGIN, _END, _UNKNOWN = 0, 2, 3
_CONTROLS = frozenset({"<s>", "<pad>", "</s>", "<unk>", "<mask>"})  # whoever writes them in a text has written letters
_WORD_BEGINS = "\u2581"
_CHARACTERS, _TOKENS = 1000, 256
_REMEMBERED, _LONGEST_REMEMBERED = 1 << 15, 32
_UNLIKELY = 10.0  # how much less likely than the least likely piece a character is that is none


class Tokenizer:
    """Texts to tokens. May be used by several threads at once."""

    def __init__(self, model: ModelFile) -> None:
        self._pieces = {piece: token for token, piece in enumerate(model.pieces) if piece not in _CONTROLS}
        self._scores: Sequence[float] = model.scores.tolist()
        self._unknown = min(self._scores) - _UNLIKELY
        self._longest = max(map(len, self._pieces))
        self._normal_forms = {**model.normal_forms, 0: ""}
        self._remembered = lru_cache(_REMEMBERED)(self._split)

    def tokens(self, prefix: str, text: str) -> list[int]:
        """At most 256, with those that mark begin and end; of `text` at most 1,000 characters are read."""
        tokens = [_BEGIN]
        for word in f"{prefix}{text[:_CHARACTERS]}".translate(self._normal_forms).split(" "):
            if word:
                tokens += (self._remembered if len(word) < _LONGEST_REMEMBERED else self._split)(_WORD_BEGINS + word)
        return [*tokens[: _TOKENS - 1], _END]

    def _split(self, word: str) -> tuple[int, ...]:
        """The likeliest pieces (Viterbi): from each place on, every piece that begins there."""
        best = [0.0, *[float("-inf")] * len(word)]
        came_from = [(0, _UNKNOWN)] * len(best)
        for begin in range(len(word)):
            if best[begin] + self._unknown > best[begin + 1]:
                best[begin + 1], came_from[begin + 1] = best[begin] + self._unknown, (begin, _UNKNOWN)
            for end in range(begin + 1, min(len(word), begin + self._longest) + 1):
                token = self._pieces.get(word[begin:end])
                if token is not None and best[begin] + self._scores[token] > best[end]:
                    best[end], came_from[end] = best[begin] + self._scores[token], (begin, token)
        tokens, place = [], len(word)
        while place:
            place, token = came_from[place]
            tokens.append(token)
        return tuple(reversed(tokens))
