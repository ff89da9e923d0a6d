"""The command `matchmaker search evaluate`: our ranking on somebody else's labelled catalogue."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from matchmaker.config import Config
from matchmaker.first_run import ProgressLine
from search.contract import Vector
from search.encoder.encoder import Encoder
from search.foreign import ForeignDocument

_COLUMNS = {
    "nDCG@10": "ndcg10",
    "condensed": "cndcg10",
    "Recall@100": "recall100",
    "MRR@10": "mrr10",
    "p50 ms": "p50_ms",
    "p95 ms": "p95_ms",
}
_File = click.Path(path_type=Path)


@click.command()
@click.option("--documents", type=_File, required=True, help="JSON lines, may be .gz: id, title, "
              "brand, category, description, attributes")  # fmt: skip
@click.option("--queries", type=_File, required=True, help="JSON lines: id, query")
@click.option("--labels", type=_File, required=True, help="JSON lines: query, document, grade 0-3")
@click.option("--json", "as_json", is_flag=True, help="Figures for machines")
@click.pass_obj
def evaluate(config: Config, documents: Path, queries: Path, labels: Path, as_json: bool) -> None:
    """Measure the ranking on a labelled catalogue of somebody else's.

    It is indexed aside under our own products' settings; the site's index is not touched.
    Vectors are kept in the data folder, so that a second run is quick.
    """
    from matchmaker.searching import Searching
    from search.evaluating import evaluate, figures
    from search.foreign import read_labelled_set

    labelled = read_labelled_set(documents, queries, labels)
    encoder = Searching(config).encoder
    vectors = _vectors(config, encoder, labelled.documents)
    with tempfile.TemporaryDirectory(prefix="evaluation-") as folder:
        found = evaluate(labelled, vectors, encoder, Path(folder))
    table = figures(found, labelled.labels)
    if as_json:
        click.echo(json.dumps(table))
        return
    judged = sum(any(labelled.labels.get(query, {}).values()) for query in labelled.queries)
    click.echo(
        f"{len(labelled.documents):,} documents, {len(labelled.queries):,} queries, "
        f"{judged:,} of them with an answer; the others count for latency alone."
    )
    if labelled.strangers:
        click.echo(f"{labelled.strangers:,} labels of other queries or documents were left out.")
    click.echo("\n".join(_lines(table)))


def _vectors(
    config: Config, encoder: Encoder, documents: Sequence[ForeignDocument]
) -> Sequence[Vector]:
    from search.encoder.cache import EmbeddingCache, EncodedTexts

    cache = EmbeddingCache(config.data_dir / "evaluation-embeddings.sqlite")
    line = ProgressLine("Encoding", sys.stderr)
    line.begin()
    try:
        vectors = EncodedTexts(encoder, cache).encode(
            [each.meaning for each in documents],
            lambda _, part: line(round(part * len(documents)), len(documents), "documents"),
        )
    except BaseException:
        line.end("stopped")
        raise
    finally:
        cache.close()
    line.end("done")
    return list(vectors)


def _lines(table: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """A table for people; latency is the engine's, without encoding the query."""
    lines = [" " * 10 + "".join(f"{name:>12}" for name in _COLUMNS)]
    for way, row in table.items():
        lines.append(f"{way:10}" + "".join(_cell(key, row[key]) for key in _COLUMNS.values()))
    lines += ["", "Against keyword, with 95 % intervals over the queries:"]
    for way, row in table.items():
        for name, key in _COLUMNS.items():
            if key in row.get("against_keyword", {}):
                mean, low, high = row["against_keyword"][key]
                lines.append(f"{way:10}{name:>12} {mean:+.4f}  ({low:+.4f} to {high:+.4f})")
    return lines


def _cell(key: str, value: float) -> str:
    return f"{value:12.2f}" if key.endswith("_ms") else f"{value:12.4f}"
