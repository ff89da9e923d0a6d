"""An index on a disk that is truly full, in a process of its own.

    python -m tests.search.filling FOLDER tmpfs   # mounts 5 MB there, for itself alone
    python -m tests.search.filling FOLDER limit   # a limit on the size of files instead

It ends with status 1 when anything is lost or does not go on by itself, else prints as JSON
what it was told: {"acknowledged", "write", "rebuild"}.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

from search.contract import Document
from search.embedded.engine import EmbeddedEngine
from search.errors import DiskFull
from tests.search.crashing import SETTINGS, leftovers, make_product, versions_in

DISK = 5_000_000
BALLAST = 3_500_000  # deleted when room is to be made
LIMIT = 400_000  # bytes of one file
# Malayalam takes three bytes a letter, so that the disk fills sooner than any estimate says
PADDING = " ".join(["റബ്ബർ", "കയർ", "ചവിട്ടി", "തറയോട്", "തേങ്ങ"] * 20)


def main() -> None:
    disk, way = Path(sys.argv[1]), sys.argv[2]
    make_room = on_tmpfs(disk) if way == "tmpfs" else under_a_limit()
    (disk / "index").mkdir()
    print(json.dumps(fill(disk / "index", make_room)))


def private_mounts() -> list[str] | None:
    """How to start a process whose mounts vanish with it; None where nobody may mount."""
    for way in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        tried = [*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if subprocess.run(tried, capture_output=True, check=False).returncode == 0:
            return way
    return None


def on_tmpfs(disk: Path) -> Callable[[], None]:
    options = ["-t", "tmpfs", "-o", f"size={DISK}"]
    subprocess.run(["mount", *options, "tmpfs", str(disk)], check=True)
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(BALLAST))
    return ballast.unlink


def under_a_limit() -> Callable[[], None]:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, most))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def padded(number: int, version: int) -> Document:
    """A product of some 10 kB on the disk."""
    product = make_product(number, version)
    title = f"{PADDING} {product.values['title']}"
    return replace(product, values={**product.values, "title": title})


def fill(root: Path, make_room: Callable[[], None]) -> dict[str, object]:
    reader, engine = EmbeddedEngine(root), EmbeddedEngine(root, writer_wait=0)
    engine.ensure(SETTINGS)
    expected: dict[int, int] = {}

    def write(at: int) -> None:
        numbers = [*range(at * 10, at * 10 + 10), at]
        engine.write("goods", [padded(number, at) for number in numbers])
        expected.update(dict.fromkeys(numbers, at))

    def look() -> None:
        for each in (reader, EmbeddedEngine(root)):
            assert versions_in(each, padded) == expected

    told = ""
    for at in count():
        try:
            write(at)
        except DiskFull as full:
            told = str(full)
            break
    acknowledged = at
    look()
    # Full it stays full: again the same words, and again nothing is lost
    assert refused(lambda: write(at))
    look()
    rebuilt = [padded(number, version) for number, version in expected.items()]
    told_rebuild = refused(lambda: engine.rebuild(SETTINGS, rebuilt * 2))
    look()
    assert [each for each in leftovers(root) if each.startswith("goods")] == []
    make_room()
    write(at)
    look()
    assert leftovers(root) == []
    engine.rebuild(SETTINGS, rebuilt)
    return {"acknowledged": acknowledged, "write": told, "rebuild": told_rebuild}


def refused(work: Callable[[], object]) -> str:
    """What the refusal says; empty where there was none."""
    try:
        work()
    except DiskFull as full:
        return str(full)
    return ""


if __name__ == "__main__":
    main()
