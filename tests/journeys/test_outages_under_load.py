"""The search goes away while people search and save: honest pages, no lost save, no backlog left.

For a whole minute: `python -m tests.benchmarks.outage --seconds 60`.
"""

from __future__ import annotations

from pathlib import Path

from matchmaker.config import Config
from tests.journeys.load import ENOUGH, Met, outage
from tests.journeys.running import copy_of, running_on
from tests.journeys.taking_away import moved_folder, site_on_a_server


def assert_borne_well(met: Met) -> None:
    """Ending at all means: the backlog drained, and the health page says so."""
    assert met.troubles == []
    assert met.bad_answers == 0, met.answers
    assert met.away_said >= ENOUGH, "nobody noticed the outage"
    assert {came for kind, came in met.answers if kind in ("home", "health")} == {"200"}
    assert met.waiting_at_most >= ENOUGH, "nothing was saved meanwhile"


def test_the_folder_of_the_index_is_moved_away(site_config: Config, tmp_path: Path) -> None:
    data = copy_of(site_config.data_dir, tmp_path / "data")
    with running_on(data, tmp_path / "log") as site:
        assert_borne_well(outage(site, *moved_folder(site.config.search_dir), seconds=2))


def test_the_port_of_the_search_server_is_closed(site_config: Config, tmp_path: Path) -> None:
    data = copy_of(site_config.data_dir, tmp_path / "data")
    with site_on_a_server(data, tmp_path / "log") as (site, door):
        assert_borne_well(outage(site, door.shut, door.open, seconds=4, pause=0.5))
