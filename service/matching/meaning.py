"""How near articles are to a query in meaning, measured against what is usual: vectors in, z-scores out.

The cosines of one model's vectors lie close together (0.75 to 0.9), and higher for some queries than for others: only
how far one lies above the query's own usual cosine says anything. What is usual is kept as two moments of the recent
articles' vectors, from which any query's mean and deviation follow, so that no sample of articles need be kept.
The vectors come from outside (`service.embedding`), where the `meaning` extra is installed.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.resources import files
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # (n, 384), rows of length 1
Scores = NDArray[np.float32]

WIDTH = 384
MEMORY = 4000  # articles that a background remembers
_TITLE, _LEAD, _TELLING = 300, 350, 200
_LEAST_VARIANCE = 1e-6  # of a cosine: 4e-4 is usual. Keeps a background of few articles, or of one repeated, from dividing by 0
_HEADER = struct.Struct("<4sHHdf")  # magic, version, width, count, what the covariance was divided by
_MAGIC, _VERSION = b"WWBG", 1
_CHECKSUM = struct.Struct("<I")
_TRIANGLE = np.triu_indices(WIDTH)


def article_text(title: str, summary: str, body: str) -> str:
    """What is embedded of an article: its title and the first 350 characters of its summary, or of its body where that says more.

    All in plain text. A longer beginning costs more and, as news has its point at the top, hardly tells more.
    """
    title = _beginning(title, _TITLE)
    lead = summary if len(summary) > _TELLING or len(summary) >= len(body) else body
    return ". ".join(part for part in (title, _beginning(lead, _LEAD)) if part)


def _beginning(text: str, length: int) -> str:
    return " ".join(text[: 4 * length].split())[:length].rstrip()


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The usual: mean and covariance of recent articles' vectors, as of `count` of them."""

    count: float
    mean: Vectors  # (384,)
    covariance: Vectors  # (384, 384), of the population

    def z_scores(self, queries: Vectors, articles: Vectors) -> Scores:
        """How many deviations each article (n, 384) lies above what is usual for each query (q, 384): (n, q).

        The same as (cosine - mean) / deviation, with the query's mean and deviation over the background's articles.
        """
        usual, deviations = self.usual(queries)
        scores: Scores = ((articles @ queries.T - usual) / deviations).astype(np.float32)
        return scores

    def usual(self, queries: Vectors) -> tuple[Scores, Scores]:
        """The mean of each query's cosines over the background's articles, and their deviation."""
        variance = np.einsum("qi,qi->q", queries @ self.covariance, queries)
        return (queries @ self.mean).astype(np.float32), np.sqrt(np.maximum(variance, _LEAST_VARIANCE)).astype(np.float32)

    def with_articles(self, vectors: Vectors, memory: int = MEMORY, *, weights: NDArray[np.float64] | None = None) -> Background:
        """The background with the newest articles, oldest first; what would be more than `memory` is slowly forgotten.

        Up to `memory` articles all count the same; after that, each new one takes its part from all the older ones.
        `weights` tell how many articles each vector stands for; together they count as what they are worth as a sample
        (Kish 1965): a hundred vectors of which one stands for a thousand say little.
        """
        newest = vectors[-memory:].astype(np.float64)
        if not len(newest):
            return self
        parts = np.ones(len(newest)) if weights is None else weights[-memory:]
        parts = parts / parts.sum()
        worth = float(1 / (parts @ parts))
        kept = min(self.count, memory - worth)
        mean = parts @ newest
        between, apart = mean - self.mean, newest - mean
        within = (apart * parts[:, None]).T @ apart
        share = worth / (kept + worth)
        covariance = (1 - share) * self.covariance + share * within + share * (1 - share) * np.outer(between, between)
        return Background(kept + worth, ((1 - share) * self.mean + share * mean).astype(np.float32), covariance.astype(np.float32))

    def dump(self) -> bytes:
        """The background in about 150 kB; numbers lose all but three digits."""
        scale = float(np.float32(np.abs(self.covariance).max())) or 1.0
        numbers = np.concatenate([self.mean, self.covariance[_TRIANGLE] / scale]).astype("<f2")
        content = _HEADER.pack(_MAGIC, _VERSION, WIDTH, self.count, scale) + numbers.tobytes()
        return content + _CHECKSUM.pack(crc32(content))

    @staticmethod
    def load(data: bytes) -> Background:
        """What `dump` wrote. Raises ValueError where it is something else, of another version, or broken."""
        content, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
        if len(data) != _HEADER.size + 2 * (WIDTH + len(_TRIANGLE[0])) + _CHECKSUM.size or checksum != _CHECKSUM.pack(crc32(content)):
            raise ValueError("a background of another length, or broken")
        magic, version, width, count, scale = _HEADER.unpack_from(content)
        if (magic, version, width) != (_MAGIC, _VERSION, WIDTH):
            raise ValueError("not a background, or of another version")
        numbers = np.frombuffer(content, "<f2", offset=_HEADER.size).astype(np.float32)
        if not (count >= 0 and 0 < scale < np.inf and np.isfinite(numbers).all()):
            raise ValueError("a background with impossible numbers")
        upper = np.zeros((WIDTH, WIDTH), np.float32)
        upper[_TRIANGLE] = numbers[WIDTH:] * scale
        return Background(count, numbers[:WIDTH], upper + np.triu(upper, 1).T)


NO_QUERY: Vectors = np.zeros(WIDTH, np.float32)
"""A typical query that nothing is near to."""

NOTHING = Background(0.0, np.zeros(WIDTH, np.float32), np.zeros((WIDTH, WIDTH), np.float32))
"""The background before the first article; `with_articles` makes one of it."""


@dataclass(frozen=True, slots=True, eq=False)
class References:
    """What nearness is measured by besides the background, the same for ever.

    `typical`, (384,), is the mean of what watch rules ask: how near an article is to that takes off from how near it is to any rule.
    `everyday`: what is usual among headlines of everyday life, None where that is not known.
    """

    typical: Vectors
    everyday: Background | None = None


NO_REFERENCES = References(NO_QUERY)


def load_background(model: str) -> Background:
    """The background shipped for vectors of `model`: news of 2021 to 2026. Raises LookupError where there is none."""
    stored = _shipped(f"background-{model}.bin")
    if stored is None:
        raise LookupError(f"no background for {model}")
    return Background.load(stored)


def load_references(model: str) -> References:
    """The references shipped for vectors of `model`, NO_REFERENCES where there are none."""
    query, everyday = _shipped(f"query-{model}.bin"), _shipped(f"everyday-{model}.bin")
    return References(unpack(query), Background.load(everyday)) if query and everyday else NO_REFERENCES


def _shipped(name: str) -> bytes | None:
    file = files("service.matching") / "data" / "meaning" / name
    return file.read_bytes() if file.is_file() else None


def get_background(stored: bytes | None, model: str) -> Background:
    """The stored background; the shipped one where there is none yet, or it is of an older version."""
    try:
        return Background.load(stored) if stored else load_background(model)
    except ValueError:
        return load_background(model)


def checked(vectors: Vectors, count: int) -> Vectors:
    """What an embedder gave for `count` texts. Raises ValueError where it is something else: nothing would be near it, nor match."""
    if vectors.shape != (count, WIDTH) or not np.isfinite(vectors).all():
        raise ValueError("the embedder gave something else than vectors")
    return vectors


def pack(vector: Vectors) -> bytes:
    """The vector as it is stored: little-endian 16-bit floats."""
    return vector.astype("<f2").tobytes()


def unpack(stored: bytes) -> Vectors:
    """What `pack` wrote."""
    return np.frombuffer(stored, "<f2").astype(np.float32)
