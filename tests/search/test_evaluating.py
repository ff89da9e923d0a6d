"""The three ways and the yardstick, on a catalogue small enough to know the answers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from matchmaker.cli import commands
from search.contract import Vector
from search.encoder.encoder import Vectors
from search.evaluating import Answers, evaluate, figures, gains
from search.foreign import ForeignDocument, LabelledSet

TITLES = {"mat": "Coir door mat", "rug": "Wool rug", "pump": "Water pump", "hose": "Garden hose"}
LABELS = {"q1": {"mat": 3, "rug": 1}, "q2": {"pump": 3}, "q3": {"rug": 0}}
QUERIES = {"q1": "door mat", "q2": "water pump", "q3": "nothing of the kind"}


class BagOfWords:
    """An encoder whose meaning of a text is its words."""

    model_id, dimensions = "bag-of-words", 384

    def encode_query(self, text: str) -> Vector:
        vector = np.zeros(self.dimensions, np.float32)
        for word in text.lower().replace(".", " ").split():
            vector[zlib.crc32(word.encode()) % self.dimensions] += 1
        return vector / np.linalg.norm(vector)

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.encode_query(text) for text in texts])


def test_every_way_and_the_yardstick_answer_every_query(tmp_path: Path) -> None:
    documents = tuple(ForeignDocument(id, {"title": text}, text) for id, text in TITLES.items())
    encoder = BagOfWords()
    vectors = list(encoder.encode([each.meaning for each in documents]))
    labelled = LabelledSet(documents, QUERIES, LABELS)
    found = evaluate(labelled, vectors, encoder, tmp_path)
    assert {way: [each.ranked[q][0] for q in ("q1", "q2")] for way, each in found.items()} == {
        way: ["mat", "pump"] for way in ("keyword", "vector", "hybrid", "bm25")
    }
    table = figures(found, LABELS)
    assert [set(row) for row in table.values()] == [
        {"ndcg10", "cndcg10", "recall100", "mrr10", "p50_ms", "p95_ms"} | extra
        for extra in (set(), {"against_keyword"}, {"against_keyword"}, {"against_keyword"})
    ]
    assert table["keyword"]["mrr10"] == 1
    assert table["hybrid"]["recall100"] == 1


def test_a_query_without_an_answer_counts_for_latency_alone() -> None:
    answers = Answers({"q1": ["rug", "mat"], "q2": ["pump"], "q3": ["rug"]}, [1.0, 2.0, 3.0])
    row = figures({"keyword": answers}, LABELS)["keyword"]
    assert (row["mrr10"], row["recall100"], row["p50_ms"]) == (0.75, 1.0, 2.0)


def test_gains_are_held_against_the_same_queries() -> None:
    base = Answers({"q1": ["rug", "mat"], "q2": ["pump"]}, [1.0, 1.0])
    better = Answers({"q1": ["mat", "rug"], "q2": ["pump"]}, [1.0, 1.0])
    assert gains(better, base, LABELS)["mrr10"].mean == pytest.approx(0.25)
    assert gains(base, base, LABELS)["ndcg10"].mean == 0


def test_the_command_prints_the_figures_and_remembers_the_vectors(
    tmp_path: Path, model_dir: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(model_dir)
    lines = {
        "documents": [{"id": id, "title": text} for id, text in TITLES.items()],
        "queries": [{"id": id, "query": text} for id, text in QUERIES.items()],
        "labels": [
            {"query": query, "document": document, "grade": grade}
            for query, grades in LABELS.items()
            for document, grade in grades.items()
        ],
    }
    asked = ["search", "evaluate"]
    for name, objects in lines.items():
        file = tmp_path / f"{name}.jsonl"
        file.write_text("".join(json.dumps(each) + "\n" for each in objects), encoding="utf-8")
        asked += [f"--{name}", str(file)]
    environment = {"MATCHMAKER_DATA_DIR": str(data)}
    told = CliRunner().invoke(commands, [*asked, "--json"], env=environment)
    assert told.exit_code == 0, told.output
    table = json.loads(told.stdout)
    assert list(table) == ["keyword", "vector", "hybrid", "bm25"]
    assert table["hybrid"]["ndcg10"] == 1
    assert (data / "evaluation-embeddings.sqlite").exists()
    shown = CliRunner().invoke(commands, asked, env=environment)
    assert "4 documents, 3 queries, 2 of them with an answer" in shown.stdout
