"""Published lists of meetings: fewest breaks, proved or not, seconds.

    python -m tests.benchmarks.timetable_given DIR [--seconds 60] [--json]

DIR holds .dzn files. The largest difference of breaks between two people is 2, as published. Each
answer is checked by `find_faults`. `tests.benchmarks.timetable --b2bsop DIR` calls `b2bsop` too.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from matchmaker.meets.exchange.dzn import problem_from_dzn
from matchmaker.meets.faults import find_faults
from matchmaker.meets.placing.place import place_given
from matchmaker.meets.placing.sentences import contradiction_sentence
from matchmaker.meets.problem import Budget
from tests.benchmarks.harness import Figures

MOST_APART = 2


def b2bsop(figures: Figures, folder: Path, *, seconds: float = 60) -> None:
    """Place every list of the folder; told: breaks and seconds, goal: all proved."""
    files = sorted(folder.glob("*.dzn"))
    proved = sum(_placed(figures, file, seconds) for file in files)
    figures.at_least("given lists proved", proved, f"of {len(files)}", goal=len(files))


def _placed(figures: Figures, file: Path, seconds: float) -> bool:
    """Whether one list was settled: proved best, or proved impossible."""
    problem = problem_from_dzn(file.read_text(encoding="utf-8"), most_apart=MOST_APART)
    cpu = time.process_time()
    answer = place_given(problem, Budget(seconds=seconds), clock=time.monotonic)
    cpu = time.process_time() - cpu
    name = file.name.removesuffix(".dzn")
    if answer.is_infeasible:
        why = answer.contradiction
        print(f"{name}: cannot be placed. {contradiction_sentence(why) if why else ''}")
    else:
        assert answer.breaks is None or not find_faults(problem, answer.timetable), name
        word = "proved" if answer.is_proved else f"at least {answer.fewest}"
        print(f"{name}: {answer.breaks} breaks, {word}, {answer.seconds:.1f} s, {cpu:.1f} s CPU")
    figures.told(f"{name} seconds", answer.seconds, "s")
    return answer.is_proved or answer.is_infeasible


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures("Given lists of meetings")
    b2bsop(figures, asked.folder, seconds=asked.seconds)
    figures.finish()


if __name__ == "__main__":
    main()
