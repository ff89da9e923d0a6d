"""What is taken as a photo, what is made of it, and what is refused with the reason."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import fsspec
import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.catalogue.imaging import NotAPicture, make_anew
from matchmaker.catalogue.pictures import (
    MOST_PICTURES,
    add_picture,
    first_pictures,
    move_picture,
    pictures_of,
    remove_picture,
)
from matchmaker.catalogue.upkeep import ProductImage
from matchmaker.errors import BadInput, NotAllowed, NotFound
from matchmaker.store import Store
from tests.factories import make_cast, make_product

ORIENTATION, GPS = 0x0112, 0x8825


def photo(
    width: int = 400, height: int = 200, kind: str = "JPEG", colour: str = "#993322"
) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


def from_a_phone() -> bytes:
    """Lying on its side, with the place where it was taken and its camera."""
    picture = Image.new("RGB", (400, 200), "#336699")
    exif = picture.getexif()
    exif[ORIENTATION] = 6  # turn by a quarter to see it upright
    exif[0x010F] = "Camera of Thomas"
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=b"<b>home</b>")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    sum_ = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it has side × side pixels, all black."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + head + body + chunk(b"IEND", b"")


def with_a_zip(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("payload.class", "x")
    return content + out.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(fsspec.filesystem("file"), str(tmp_path / "store"))


def files_in(store: Store) -> list[str]:
    return sorted(each.name for each in Path(store.root).rglob("*") if each.is_file())


def test_a_photo_is_made_anew_in_every_size_it_can_fill() -> None:
    made = make_anew(photo(1000, 500, "PNG"))
    assert (made.width, made.height, made.sizes) == (1000, 500, (160, 480, 960, 1000))
    assert set(made.files) == {(w, k) for w in made.sizes for k in ("avif", "webp", "jpg")}
    for (width, kind), data in made.files.items():
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.format == {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[kind]
            assert opened.size == (width, width // 2)


def test_it_stands_upright_and_tells_nothing_of_place_or_camera() -> None:
    made = make_anew(from_a_phone())
    assert made.width < made.height
    for data in made.files.values():
        assert b"Thomas" not in data
        assert b"home" not in data
        with Image.open(io.BytesIO(data)) as opened:
            assert not dict(opened.getexif())
            assert "icc_profile" not in opened.info


def test_what_shines_through_is_put_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (120, 120), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(make_anew(out.getvalue()).files[120, "jpg"])) as made:
        assert made.getpixel((60, 60)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_name_of_a_file_does_not_matter_its_content_does(kind: str) -> None:
    assert make_anew(photo(kind=kind)).width == 400


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "page"),
        (b"  \n<svg onload='alert(1)'>", "page"),
        (photo() + b"<script>alert(1)</script>", "two in one"),
        (with_a_zip(photo()), "two in one"),
        (b"%PDF-1.7\n" + photo(), "two in one"),
        (b"GIF89a" + bytes(200), "unknown"),
        (b"MZ" + bytes(500), "unknown"),
        (photo()[:600], "broken"),
        (photo(90, 90), "too small"),
        (bomb(19_000), "too many pixels"),
        (bomb(60_000), "too many pixels"),
        (bytes(13 * 1024 * 1024), "too large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_photo_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(NotAPicture) as refused:
        make_anew(content)
    assert refused.value.reason == reason


def test_a_bomb_is_refused_before_it_unfolds() -> None:
    import tracemalloc

    tracemalloc.start()
    with pytest.raises(NotAPicture):
        make_anew(bomb(19_000))  # a gigabyte, were it unfolded
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_the_first_photo_is_the_face_and_the_order_can_be_changed(
    db: Session, store: Store
) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    first = add_picture(db, cast.owner, product, photo(), " A  mat ", store=store)
    second = add_picture(db, cast.owner, product, photo(colour="#112233"), "", store=store)
    assert product.has_photo
    assert (first.alt, first.sizes) == ("A mat", [160, 400])
    assert first_pictures(db, [product.id])[product.id].public_id == first.public_id
    move_picture(db, cast.owner, product, second, 0)
    assert [each.id for each in pictures_of(db, product)] == [second.id, first.id]
    assert first_pictures(db, [product.id])[product.id].public_id == second.public_id


def test_a_photo_sent_twice_is_there_once(db: Session, store: Store) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    one = add_picture(db, cast.owner, product, photo(), "", store=store)
    assert add_picture(db, cast.owner, product, photo(), "", store=store) is one


def test_one_that_is_taken_away_leaves_no_file_unless_another_product_shows_it(
    db: Session, store: Store
) -> None:
    cast = make_cast(db)
    mat, other = make_product(db, firm=cast.firm), make_product(db, firm=cast.firm)
    mine = add_picture(db, cast.owner, mat, photo(), "", store=store)
    same = add_picture(db, cast.owner, other, photo(), "", store=store)
    db.commit()
    remove_picture(db, cast.owner, mat, mine, store)
    db.commit()
    assert not mat.has_photo
    assert len(files_in(store)) == 6
    remove_picture(db, cast.owner, other, same, store)
    assert len(files_in(store)) == 6  # not before it is certain
    db.rollback()
    db.commit()
    assert len(files_in(store)) == 6
    remove_picture(db, cast.owner, other, same, store)
    db.commit()
    assert files_in(store) == []
    with pytest.raises(NotFound):
        store.get(same.digest, "-160.jpg")


def test_a_refusal_names_the_remedy_and_keeps_nothing(db: Session, store: Store) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    with pytest.raises(BadInput, match="not a photo"):
        add_picture(db, cast.owner, product, b"<svg/>", "", store=store)
    with pytest.raises(NotAllowed):
        add_picture(db, cast.rival, product, photo(), "", store=store)
    assert db.scalars(select(ProductImage)).all() == []
    assert not product.has_photo


def test_ten_photos_are_enough(db: Session, store: Store) -> None:
    cast = make_cast(db)
    product = make_product(db, firm=cast.firm)
    for number in range(MOST_PICTURES):
        content = photo(100, 100, colour=f"#00{number * 20:02x}00")
        add_picture(db, cast.owner, product, content, "", store=store)
    with pytest.raises(BadInput, match="at most 10"):
        add_picture(db, cast.owner, product, photo(), "", store=store)
