"""The figures that benchmarks report can be trusted and read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.benchmarks.harness import (
    Figure,
    Figures,
    family,
    folder_megabytes,
    p50,
    p95,
    percentile,
    pss_megabytes,
    timed,
    timed_each,
)


@pytest.fixture
def figures() -> Figures:
    collected = Figures("Search page")
    collected.at_most("search p95", 38.25, "ms", goal=40)
    collected.at_least("nDCG@10", 0.5, "", goal=0.6)
    collected.told("products", 100_000, "")
    return collected


def test_people_read_a_table(figures: Figures):
    out = io.StringIO()
    figures.show(out, as_json=False)
    assert out.getvalue() == (
        "Search page\n"
        "  search p95     38.2  ms  at most 40    holds\n"
        "  nDCG@10       0.500      at least 0.6  MISSED\n"
        "  products    100,000\n"
    )


def test_machines_read_json(figures: Figures):
    out = io.StringIO()
    figures.show(out, as_json=True)
    assert json.loads(out.getvalue())["figures"][1] == {
        "name": "nDCG@10",
        "value": 0.5,
        "unit": "",
        "goal": "at least 0.6",
        "holds": False,
    }


def test_a_missed_goal_is_the_exit_status(figures: Figures, capsys):
    with pytest.raises(SystemExit) as ended:
        figures.finish(["--json"])
    assert ended.value.code == 1
    assert len(json.loads(capsys.readouterr().out)["figures"]) == 3


def test_a_ratio_names_its_baseline():
    figures = Figures("Scan")
    assert figures.against("scan", 2.0, "ms", ("numpy", 8.0), at_most=0.5) == Figure(
        "scan ÷ numpy", 0.25, "×", "at most 0.5", True
    )
    assert [figure.name for figure in figures.figures] == ["scan", "numpy", "scan ÷ numpy"]


def test_nothing_measured_is_an_error_not_a_figure():
    with pytest.raises(ValueError, match="nothing was measured"):
        Figures("x").told("speed", float("nan"), "ms")
    with pytest.raises(ValueError, match="No values"):
        p95([])


def test_percentiles_are_values_that_were_measured():
    values = [float(value) for value in range(1, 101)]
    assert (p50(values), p95(values), percentile(values, 1)) == (50, 95, 100)
    assert p95([7.0]) == 7.0


def test_times_are_milliseconds():
    (first,) = timed(lambda: time.sleep(0.01), repeat=1, warm_up=0)
    assert 9 < first < 9_000  # neither seconds nor microseconds
    assert len(timed_each([lambda: None] * 4)) == 4


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="needs Linux's /proc")
def test_memory_counts_a_process_and_its_children():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert {os.getpid(), child.pid} <= set(family())
        assert pss_megabytes(family()) > pss_megabytes([os.getpid()]) > 1
    finally:
        child.kill()
        child.communicate()


def test_a_folder_counts_linked_files_once(tmp_path: Path):
    (tmp_path / "one").write_bytes(os.urandom(1_000_000))
    os.link(tmp_path / "one", tmp_path / "two")
    assert 0.9 < folder_megabytes(tmp_path) < 1.2
