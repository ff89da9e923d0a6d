"""The search is away for a minute under load: what visitors and savers meet, and the way back.

    python -m tests.benchmarks.outage [--seconds 60] [--json]

Twice: the embedded engine's folder is moved away; the port of a search server is closed (a
real server where MEILI_URL is set, with MEILI_KEY; else the small one of the tests). Five
visitors ask all the while and one person saves five products a second.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.freshness import make_site
from tests.benchmarks.harness import Figures
from tests.journeys.load import Met, outage
from tests.journeys.running import copy_of, running_on
from tests.journeys.taking_away import moved_folder, site_on_a_server


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    figures = Figures(f"The search is away for {asked.seconds:g} s under load")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "first").mkdir()
        data = make_site(folder / "first").data_dir
        with running_on(copy_of(data, folder / "embedded"), folder / "embedded.log") as site:
            met = outage(site, *moved_folder(site.config.search_dir), asked.seconds)
            tell(figures, "folder moved", met)
        data = copy_of(data, folder / "server")
        with site_on_a_server(data, folder / "server.log") as (site, door):
            # The small server of the tests takes half a second of computing for a page
            met = outage(site, door.shut, door.open, asked.seconds, pause=1.0)
            tell(figures, "port closed", met)
    figures.finish(sys.argv[1:])


def tell(figures: Figures, what: str, met: Met) -> None:
    for (kind, came), times in sorted(met.answers.items()):
        print(f"{what}: {kind}: {came}: {times} times", file=sys.stderr)
    for trouble in met.troubles[:5]:
        print(f"{what}: {trouble}", file=sys.stderr)
    figures.told(f"{what}: pages asked for", sum(met.answers.values()), "")
    figures.told(f"{what}: pages saying the search is away", met.away_said, "")
    figures.at_most(f"{what}: dishonest or missing answers", met.bad_answers, "", goal=0)
    figures.told(f"{what}: products saved", met.saved, "")
    figures.at_most(f"{what}: saves refused", len(met.troubles), "", goal=0)
    figures.told(f"{what}: changes waiting at the end of it", met.waiting_at_most, "")
    figures.at_most(f"{what}: until searches answer again", met.healed_after, "s", goal=10)
    figures.at_most(f"{what}: until nothing waits", met.drained_after, "s", goal=30)
    for kind, slowest in sorted(met.slowest.items()):
        figures.told(f"{what}: slowest {kind}", slowest, "s")


if __name__ == "__main__":
    main()
