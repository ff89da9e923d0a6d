"""Kilometres by ship between the ports of the reference data, computed once with searoute.

All pairs take searoute four seconds, which every new database would wait for: they are kept in
`reference/sea_distances.json`. `python -m seed.sea` writes it anew when ports were changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "reference" / "sea_distances.json"
Port = Mapping[str, Any]  # locode, lat, lon


def sea_distance(origin: Port, destination: Port) -> int:
    """Kilometres as they are kept; computed where a port is new or was moved."""
    kept = _kept().get(_place(origin), {}).get(_place(destination))
    return kept if kept is not None else computed(origin, destination)


def computed(origin: Port, destination: Port) -> int:
    """Kilometres by searoute (some 10 ms)."""
    import searoute

    ends = [[port["lon"], port["lat"]] for port in (origin, destination)]
    return round(float(searoute.searoute(*ends).properties["length"]))


def _place(port: Port) -> str:
    """A port and where it lies: one that is moved is another."""
    return f"{port['locode']} {port['lat']} {port['lon']}"


@cache
def _kept() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    from seed.reference import ports

    origins, arrivals = ports()
    km = {
        _place(start): {_place(end): computed(start, end) for end in arrivals} for start in origins
    }
    FILE.write_text(json.dumps(km, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
