"""Texts in, vectors out: meaning, shapes, strange input, workers."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.encoder.encoder import OnnxEncoder, _products_saturate
from search.encoder.errors import ModelMissing
from search.encoder.model import fetch_model

CATALOGUE = [
    "Rubber stable mat for cows and horses, hammered top",
    "Handwoven coir door mat, bleached",
    "Green cardamom, 8 mm, bold",
    "Leather saddle with girth",
    "Surgical gloves of natural latex, powder free",
]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("soft flooring for a dairy barn", 0),
        ("something to wipe your shoes on at the entrance", 1),
        ("spice for chai", 2),
        ("seat for riding a horse", 3),
        ("hand protection for doctors", 4),
    ],
)
def test_a_description_finds_the_thing_meant(
    encoder: OnnxEncoder, question: str, answer: int
) -> None:
    likeness = encoder.encode(CATALOGUE) @ encoder.encode_query(question)
    assert int(likeness.argmax()) == answer


def test_vectors_are_unit_float32_rows_in_the_order_of_the_texts(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode(CATALOGUE)
    assert vectors.shape == (5, encoder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(encoder.encode(CATALOGUE[::-1]), vectors[::-1])


def test_a_vector_does_not_depend_on_its_neighbours(encoder: OnnxEncoder) -> None:
    together = encoder.encode(["", "cow mat", "long text " * 300])
    np.testing.assert_array_equal(encoder.encode(["cow mat"])[0], together[1])
    np.testing.assert_array_equal(encoder.encode_query("cow mat"), together[1])


def test_nothing_to_encode_gives_no_rows(encoder: OnnxEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimensions)


def test_what_the_model_cannot_read_is_cut(encoder: OnnxEncoder) -> None:
    start = "coir mat " * 300
    np.testing.assert_array_equal(
        encoder.encode_query(start), encoder.encode_query(start + "and saddles")
    )


def test_a_megabyte_of_text_does_not_stall_a_worker(
    encoder: OnnxEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tokenizer, which would spend a second on it, is given only what may count."""
    given: list[str] = []
    real = encoder._tokenizer

    class Noting:
        def encode(self, text: str) -> Any:
            given.append(text)
            return real.encode(text)

    monkeypatch.setattr(encoder, "_tokenizer", Noting())
    encoder.encode_query("മാറ്റ് mat " * 100_000)
    assert [len(each) < 50_000 for each in given] == [True]


@given(st.text(alphabet=st.characters(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_has_a_vector(encoder: OnnxEncoder, text: str) -> None:
    assert np.isfinite(encoder.encode_query(text)).all()


def test_half_a_surrogate_pair_has_a_vector(encoder: OnnxEncoder) -> None:
    assert np.isfinite(encoder.encode_query("mat \ud83d \x00")).all()


def test_prompts_go_before_queries_and_documents(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    prompts = {"query": "query: ", "passage": "passage: "}
    prompted, plain = (
        OnnxEncoder.open(fetch_model(tmp_path / "data", source=str(folder)))
        for folder in (make_model("prompted", prompts=prompts), make_model("plain"))
    )
    np.testing.assert_array_equal(
        prompted.encode_query("cow mat"), plain.encode_query("query: cow mat")
    )
    np.testing.assert_array_equal(prompted.encode(["cow mat"]), plain.encode(["passage: cow mat"]))


def test_the_packaged_padding_is_switched_off(
    make_model: Callable[..., Path], tmp_path: Path
) -> None:
    # The tiny model has 24 positions: 128 padded tokens would not even run.
    tiny = OnnxEncoder.open(fetch_model(tmp_path / "data", source=str(make_model())))
    assert tiny.encode(["cow mat", "rubber " * 50]).shape == (2, 32)


def test_a_preloaded_model_answers_in_forked_workers(encoder: OnnxEncoder) -> None:
    fork = multiprocessing.get_context("fork")
    receiving, sending = fork.Pipe(duplex=False)
    expected = encoder.encode_query("cow mat")
    worker = fork.Process(target=_answer, args=(encoder, sending))
    worker.start()
    try:
        assert receiving.poll(20), "the forked worker hangs"
        np.testing.assert_array_equal(receiving.recv(), expected)
    finally:
        worker.kill()
        worker.join()


def _answer(encoder: OnnxEncoder, sending: Any) -> None:
    sending.send(encoder.encode_query("cow mat"))


def test_no_model_says_which_command_brings_one(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="matchmaker model fetch"):
        OnnxEncoder.open(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "encoder.json"])
def test_torn_files_are_named_and_fetching_repairs_them(
    make_model: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    source = str(make_model())
    ready = fetch_model(tmp_path / "data", source=source)
    torn = (ready / name).read_bytes()[:40]
    (ready / name).write_bytes(torn)
    with pytest.raises(ModelMissing, match="damaged"):
        OnnxEncoder.open(ready)
    OnnxEncoder.open(fetch_model(tmp_path / "data", source=source))


@pytest.mark.parametrize(
    ("machine", "flags", "saturates"),
    [
        ("x86_64", "flags : fpu sse2 avx2 avx512f", True),
        ("x86_64", "flags : fpu avx2 avx512_vnni", False),
        ("AMD64", "", True),
        ("x86_64", "flags : avx2 avx_vnni", False),
        ("aarch64", "", False),
        ("arm64", "", False),
    ],
)
def test_processors_whose_int8_products_overflow_take_the_exact_path(
    machine: str, flags: str, saturates: bool
) -> None:
    assert _products_saturate(machine, flags) is saturates
