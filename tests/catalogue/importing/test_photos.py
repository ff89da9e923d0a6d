"""A ZIP of photos: each finds its product by its name, or says why not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from fsspec.implementations.local import LocalFileSystem
from PIL import Image
from sqlalchemy.orm import Session

from matchmaker.catalogue.importing.photos import MOST_PHOTOS, photos_in
from matchmaker.catalogue.importing.placing import place_photos
from matchmaker.catalogue.importing.queries import rows_of
from matchmaker.catalogue.importing.remarks import Refused
from matchmaker.catalogue.importing.services import agree, send_import, stage_import
from matchmaker.catalogue.importing.shown import reasons
from matchmaker.catalogue.pictures import pictures_of
from matchmaker.store import Store
from tests.factories import make_cast, make_product


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 110), colour).save(out, "JPEG")
    return out.getvalue()


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_photos_find_their_products_and_are_placed_once(db: Session, tmp_path: Path) -> None:
    store = Store(LocalFileSystem(), str(tmp_path / "store"))
    cast = make_cast(db)
    mat = make_product(db, firm=cast.firm, sku="MAT-18")
    make_product(db, firm=cast.rival_firm, sku="RIVAL-1")
    db.commit()
    files = {
        "mat-18.jpg": picture("red"),
        "photos/MAT-18-2.JPG": picture("blue"),
        "MAT-18 (3).png": b"<svg onload=alert(1)>",
        "RIVAL-1.jpg": picture("green"),
        "__MACOSX/._MAT-18.jpg": b"x",
    }
    row = send_import(db, cast.owner, store, file_name="p.zip", content=packed(files))
    stage_import(db, row, store, lambda *_: None)
    assert row.counts == {"created": 2, "error": 2}  # nothing is promised that is no photo
    agree(db, cast.owner, row)
    db.commit()
    for _ in range(2):  # a job that comes again, as after a crash
        row.state = "applying"
        place_photos(db, row, store, lambda *_: None)
        db.commit()
    assert (row.state, row.counts) == ("applied", {"created": 2, "error": 2})
    assert (len(pictures_of(db, mat)), mat.has_photo) == (2, True)
    reasons = [each.troubles[0][2][0] for each in rows_of(db, row, "error")]
    assert reasons == [
        "Send a photo as JPEG, PNG, WebP or AVIF.",
        "No product has this number. Name the photo by the item number.",
    ]


def test_a_photo_whose_product_got_another_number_since_says_so(
    db: Session, tmp_path: Path
) -> None:
    store = Store(LocalFileSystem(), str(tmp_path / "store"))
    cast = make_cast(db)
    mat = make_product(db, firm=cast.firm, sku="MAT-18")
    db.commit()
    content = packed({"mat-18.jpg": picture("red")})
    row = send_import(db, cast.owner, store, file_name="p.zip", content=content)
    stage_import(db, row, store, lambda *_: None)
    agree(db, cast.owner, row)
    mat.sku = "MAT-19"
    db.commit()
    place_photos(db, row, store, lambda *_: None)
    db.commit()
    assert (row.state, row.counts, mat.has_photo) == ("applied", {"error": 1}, False)
    assert [reasons(each) for each in rows_of(db, row)] == [
        ["No product has this number. Name the photo by the item number."]
    ]


def test_archives_that_would_fill_the_disk_are_refused_by_their_directory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Refused, match=f"at most {MOST_PHOTOS} photos"):
        photos_in(packed({f"{n}.jpg": b"" for n in range(MOST_PHOTOS + 1)}))
    with pytest.raises(Refused, match="no photo"):
        photos_in(packed({".hidden": b"x"}))
    with pytest.raises(Refused, match="damaged"):
        photos_in(b"PK\x03\x04 nothing")
    monkeypatch.setattr("matchmaker.catalogue.importing.photos.MOST_UNFOLDED", 1_000_000)
    with pytest.raises(Refused, match="unfolded at most"):
        photos_in(packed({"a.jpg": b"\x00" * 1_000_001}))
