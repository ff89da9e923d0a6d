"""A file system without any room for uploads: said, nothing half kept, well again by itself.

The store lies on a small file system of its own, in memory, which a file fills to the last byte.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.app import create_app
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.upkeep import CatalogueImport, ProductImage
from matchmaker.certification.models import Evidence, EvidenceDocument
from matchmaker.config import Config
from matchmaker.errors import Unavailable
from matchmaker.store import LEAST_ROOM, Store, open_store
from tests.certification.papers import pdf, picture
from tests.compiled import share_templates
from tests.house import House

ROOM = LEAST_ROOM + 8 * 1024 * 1024  # bytes
FULL = "there is no room for it right now"


@dataclass
class SmallDisk:
    folder: Path

    def fill(self, but: int = 0) -> None:
        free = os.statvfs(self.folder)
        with (self.folder / "filling").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize - but)

    def empty(self) -> None:
        (self.folder / "filling").unlink()

    def kept(self) -> list[Path]:
        """The files of the store, finished or not."""
        return [each for each in (self.folder / "store").rglob("*") if each.is_file()]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root on Linux may mount a file system")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder)], check=True)
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def store(disk: SmallDisk) -> Store:
    return open_store(Config.from_env({}, store_url=f"file://{disk.folder}/store"))


@pytest.fixture
def app(config: Config, disk: SmallDisk) -> Flask:
    app = share_templates(create_app(replace(config, store_url=f"file://{disk.folder}/store")))
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = True, False
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


def test_what_does_not_fit_leaves_nothing_half_written(disk: SmallDisk, store: Store) -> None:
    disk.fill(but=64 * 1024)
    with pytest.raises(Unavailable, match=FULL):
        store.put(b"x" * 1024 * 1024)
    assert disk.kept() == []
    with pytest.raises(Unavailable, match=FULL):
        store.put_all("0" * 64, {".small": b"x" * 1024, ".large": b"x" * 1024 * 1024})
    assert disk.kept() == []
    disk.empty()
    assert store.get(store.put(b"x" * 1024 * 1024)) == b"x" * 1024 * 1024


def test_a_store_that_is_nearly_full_is_told_before_it_is(disk: SmallDisk, store: Store) -> None:
    store.check()
    disk.fill(but=LEAST_ROOM // 2)
    with pytest.raises(Unavailable, match=FULL):
        store.check()
    assert disk.kept() == []


def send_certificate(house: House) -> Any:
    facts = {
        "number": "Q-17",
        "issuer": "Certifier (example)",
        "issued_on": "2026-01-01",
        "expires_on": "2029-01-01",
        "document": (io.BytesIO(pdf(b"%" + b"x" * 200_000)), "iso.pdf"),
    }
    return house.comes("owner").post("/firm/evidence/new/ISO9001", data=facts)


def send_product(house: House) -> Any:
    answers = {
        "name": "Coir mat of the full disk",
        "price": "1,250",
        "unit": "H87",
        "monthly": "500",
        "minimum": "50",
        "photo": (io.BytesIO(picture(size=(1200, 900))), "mat.jpg"),
    }
    return house.comes("owner").post("/firm/add", data=answers)


def send_sheet(house: House) -> Any:
    rows = "Item,Rate,MOQ\n" + "Coir mat,120,5\n" * 10_000
    sheet = {"file": (io.BytesIO(rows.encode()), "list.csv")}
    return house.comes("owner").post("/firm/import", data=sheet)


def how_uploads_stand(house: House) -> str:
    page = house.comes("visitor").get("/health").text
    return page[page.index("Uploaded files") :][:600]


def written(house: House) -> list[int]:
    with house.inside() as inside:
        tables = (Evidence, EvidenceDocument, ProductImage, Product, CatalogueImport)
        return [len(inside.db.scalars(select(each)).all()) for each in tables]


def test_every_door_says_it_keeps_what_was_typed_and_opens_again_by_itself(
    house: House, disk: SmallDisk
) -> None:
    assert "can be kept" in how_uploads_stand(house)
    before = written(house)
    disk.fill()
    certificate, product, sheet = send_certificate(house), send_product(house), send_sheet(house)
    for answer, typed in ((certificate, "Q-17"), (product, "Coir mat of the full disk")):
        assert FULL in answer.text
        assert typed in answer.text
    assert FULL in sheet.text
    # 503: a phone keeps the form and sends it again until there is room
    assert [each.status_code for each in (product, sheet)] == [503, 503]
    assert FULL in how_uploads_stand(house)
    assert (written(house), disk.kept()) == (before, [])
    disk.empty()
    for send in (send_certificate, send_product, send_sheet):
        assert send(house).status_code in (302, 303)
    assert [now - then for now, then in zip(written(house), before, strict=True)] == [1] * 5
    assert "can be kept" in how_uploads_stand(house)
