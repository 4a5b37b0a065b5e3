"""Vectors of texts, each embedded once and kept in a file between runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from service.embedding import Embedder, Vectors


class KeptVectors:
    """An embedder that embeds a text only once. May be asked from several threads at once, as any embedder.

    `path`: where vectors are read from, and `save` writes them; None: nowhere. The file does not say of which model they are.
    """

    def __init__(self, embedder: Embedder, path: Path | None = None) -> None:
        self._embedder, self._path = embedder, path
        self._kept: dict[str, Vectors] = {}
        if path is not None and path.exists():
            with np.load(path) as kept:
                self._kept = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    @property
    def model(self) -> str:
        """The name of the model."""
        return self._embedder.model

    def missing(self, texts: Iterable[str]) -> list[str]:
        """Those that have no vector yet, each once."""
        return [text for text in dict.fromkeys(texts) if text not in self._kept]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of the texts."""
        missing = self.missing(texts)
        if missing:
            self._kept.update(zip(missing, self._embedder.embed(missing), strict=True))
        return np.stack([self._kept[text] for text in texts]) if texts else self._embedder.embed([])

    def save(self) -> None:
        """Write every vector to the file, if there is one."""
        if self._path is not None and self._kept:
            with self._path.open("wb") as file:
                np.savez(file, texts=np.array(list(self._kept)), vectors=np.stack(list(self._kept.values())))
