"""How fast texts become vectors, and how near they are to what sentence-transformers says.

    python -m tests.benchmarks.encoder [--json] [--texts 200]

Texts and queries are those of the labelled catalogue: long ones cut to 50 words, short ones are
product names. Documents a second are counted by processor time of one thread, so that other
programs on the machine distort them less. Where the extra `models` is installed,
sentence-transformers does the same on one thread in the same run; where it is not, the cosine
is told against vectors that it gave when they were recorded.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from search.encoder.description import describe_model
from search.encoder.encoder import Encoder, OnnxEncoder, Vectors
from search.encoder.graph import FloatPrecision, build_graph
from search.encoder.model import fetch_model
from search.encoder.torch_encoder import TorchEncoder, is_installed
from tests.benchmarks.harness import Figures, p50, p95, timed_each
from tests.search.encoder.record_reference import recorded
from tests.search.relevance.judged import catalogue, model_cache, queries

ROUNDS = 10


def long_texts(count: int) -> list[str]:
    """Product descriptions of exactly 50 words."""
    texts = [" ".join(each.meaning.split()[:50]) for each in catalogue()[::3]]
    return [text for text in texts if len(text.split()) == 50][:count]


def short_texts(count: int) -> list[str]:
    """Product names, of about eight words."""
    return [str(each.values["title"]) for each in catalogue()[1::3]][:count]


class Float:
    """The model's float graph: what int8 is held against."""

    def __init__(self, ready: Path) -> None:
        source = ready.with_name("source")
        described = describe_model(source)
        graph = build_graph(described, load_file(source / "model.safetensors"), FloatPrecision())
        self.session = onnxruntime.InferenceSession(graph.SerializeToString())
        self.tokenizer = Tokenizer.from_file(str(ready / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(described.max_length)

    def encode(self, texts: Sequence[str]) -> Vectors:
        ids = [self.tokenizer.encode(text).ids for text in texts]
        return np.array([self.session.run(None, {"ids": np.array([each])})[0][0] for each in ids])


def documents_a_second(encoder: Encoder, texts: Sequence[str]) -> list[float]:
    """By processor time of this thread, once for each tenth of the texts."""
    encoder.encode(texts[:8])
    rates = []
    for start in range(ROUNDS):
        some = texts[start::ROUNDS]
        began = time.thread_time()
        encoder.encode(some)
        rates.append(len(some) / (time.thread_time() - began))
    return rates


def processor_time(work: Callable[[], object]) -> float:
    """Milliseconds that this thread computed, not those it waited for other programs."""
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def show_speed(figures: Figures, encoder: Encoder, long: Sequence[str]) -> float:
    asked = [each.text for each in queries()]
    for text in asked[:10]:
        encoder.encode_query(text)
    times = timed_each([lambda text=text: encoder.encode_query(text) for text in asked])
    figures.told("query p50", p50(times), "ms")
    figures.at_most("query p95", p95(times), "ms", goal=3)
    worked = [processor_time(lambda text=text: encoder.encode_query(text)) for text in asked]
    figures.told("query p95, processor time", p95(worked), "ms")
    short = documents_a_second(encoder, short_texts(len(long)))
    figures.told("short texts", p50(short), "documents/s a core")
    rates = documents_a_second(encoder, long)
    figures.at_least("texts of 50 words", p50(rates), "documents/s a core", goal=200)
    figures.told("texts of 50 words, best tenth", max(rates), "documents/s a core")
    return p50(rates)


def show_library(
    figures: Figures, rate: float, encoder: Encoder, ready: Path, long: Sequence[str]
) -> None:
    """Side by side with sentence-transformers, both on one thread."""
    library = TorchEncoder.open(ready.with_name("source"), "sentence-transformers")
    theirs = p50(documents_a_second(library, long))
    figures.told("sentence-transformers", theirs, "documents/s a core")
    figures.told("ours ÷ sentence-transformers", rate / theirs, "×")
    expected = library.encode(long)
    show_cosine(figures, "float", Float(ready).encode(long), expected, 0.9999)
    show_cosine(figures, "int8", encoder.encode(long), expected, 0.98)


def show_recorded(figures: Figures, encoder: Encoder, ready: Path) -> None:
    texts, vectors = zip(*recorded(), strict=True)
    expected = np.array(vectors, dtype=np.float32)
    show_cosine(figures, "float", Float(ready).encode(texts), expected, 0.9999)
    show_cosine(figures, "int8", encoder.encode(texts), expected, 0.98)


def show_cosine(
    figures: Figures, name: str, ours: Vectors, expected: Vectors, least: float
) -> None:
    cosines = (ours * expected).sum(axis=1)
    figures.told(f"{name}, mean cosine to sentence-transformers", float(cosines.mean()), "")
    figures.at_least(f"{name}, least cosine", float(cosines.min()), "", goal=least)


def main() -> None:
    parser = argparse.ArgumentParser(description="Speed and truth of the encoder.")
    parser.add_argument("--texts", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    ready = fetch_model(model_cache())
    encoder = OnnxEncoder.open(ready)
    long = long_texts(options.texts)
    figures = Figures(f"Encoder, {len(long)} texts of 50 words")
    rate = show_speed(figures, encoder, long)
    if is_installed():
        show_library(figures, rate, encoder, ready, long)
    else:
        print("The extra `models` is not installed: no speed of sentence-transformers, its "
              "vectors as recorded.", file=sys.stderr)  # fmt: skip
        show_recorded(figures, encoder, ready)
    figures.finish()


if __name__ == "__main__":
    main()
