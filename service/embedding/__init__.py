"""What a text means, as a vector: multilingual-e5-small on the CPU, where the `meaning` extra is installed."""

from service.embedding.embedder import FAILURES, Embedder, Vectors, load_embedder

__all__ = ["FAILURES", "Embedder", "Vectors", "load_embedder"]
