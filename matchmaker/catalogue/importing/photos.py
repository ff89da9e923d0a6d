"""A ZIP of photos whose names are item numbers: MAT-18.jpg, MAT-18-2.jpg, Firm/MAT-18.jpg."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.catalogue.imaging import LARGEST_FILE, begins_like_a_photo
from matchmaker.catalogue.importing.headings import folded
from matchmaker.catalogue.importing.queries import writable_firms
from matchmaker.catalogue.importing.remarks import Refused, Remark, remark
from matchmaker.catalogue.models import Firm, Product
from matchmaker.catalogue.pictures import REASONS
from matchmaker.errors import N_

PHOTOS = "application/zip"
NO_PRODUCT = N_("No product has this number. Name the photo by the item number.")
MOST_PHOTOS = 300
MOST_UNFOLDED = 400 * 1024 * 1024  # bytes
_NUMBERED = re.compile(r"^(.*?)[ _-]*(?:\((\d{1,2})\)|[_ -](\d{1,2}))$")


@dataclass(frozen=True)
class Photo:
    """A file of the archive. `firm`: the folder it lies in; `is_one`: it begins like a photo."""

    place: int
    name: str
    firm: str
    size: int
    is_one: bool = True

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


def photos_in(content: bytes) -> list[Photo]:
    """The files of the archive, by what its directory says. Raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as broken:
        raise Refused(
            remark(N_("This ZIP file is damaged. Make it anew and send that."))
        ) from broken
    files = [each for each in parts if not each.is_dir() and _is_wanted(each.filename)]
    if not files:
        raise Refused(remark(N_("There is no photo in this ZIP file.")))
    if len(files) > MOST_PHOTOS or sum(each.file_size for each in files) > MOST_UNFOLDED:
        why = N_("Send at most %(most)s photos at once, unfolded at most %(size)s MB.")
        raise Refused(remark(why, most=MOST_PHOTOS, size=MOST_UNFOLDED // 1_048_576))
    if any(each.flag_bits & 1 for each in files):
        raise Refused(remark(N_("This ZIP file has a password. Make one without.")))
    begins = _beginnings(content, files)
    return [
        Photo(
            place,
            PurePosixPath(each.filename).name,
            _folder(each.filename),
            each.file_size,
            begins_like_a_photo(start),
        )
        for place, (each, start) in enumerate(zip(files, begins, strict=True), start=1)
    ]


def _beginnings(content: bytes, files: list[zipfile.ZipInfo]) -> Iterator[bytes]:
    """The first bytes of each, so that what is no photo is not promised to become one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for each in files:
            try:
                with archive.open(each) as part:
                    yield part.read(16)
            except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError):
                yield b""


def photo_bytes(content: bytes, place: int) -> bytes:
    """What lies at this place, up to what is declared of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [e for e in archive.infolist() if not e.is_dir() and _is_wanted(e.filename)]
        try:
            with archive.open(files[place - 1]) as part:
                return part.read(LARGEST_FILE + 1)
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as broken:
            raise Refused(remark(N_("This file in the ZIP is damaged."))) from broken


def stage_photos(db: Session, actor: Actor, content: bytes) -> list[dict[str, Any]]:
    """Which photo goes to which product; rows of an import."""
    firms = writable_firms(db, actor)
    party = actor.acts_for.id if actor.acts_for else None
    home = next((each for each in firms if each.organisation_id == party), None)
    numbers = _numbers_of(db, firms)
    return [_row(each, firms, home, numbers) for each in photos_in(content)]


def _row(
    photo: Photo, firms: list[Firm], home: Firm | None, numbers: dict[tuple[int, str], str]
) -> dict[str, Any]:
    firm = next((each for each in firms if folded(each.name) == folded(photo.firm)), home)
    sku, remedy = "", None
    if photo.size > LARGEST_FILE:
        remedy = remark(N_("Send a photo of at most %(most)s MB."), most=LARGEST_FILE // 1_048_576)
    elif not photo.is_one:
        remedy = remark(REASONS["unknown"])
    elif firm is not None:
        found = (numbers.get((firm.id, folded(stem))) for stem in _stems(photo.stem))
        sku = next((each for each in found if each), "")
    if not sku and remedy is None:
        remedy = remark(NO_PRODUCT)
    return {
        "number": photo.place,
        "kind": "error" if remedy else "created",
        "firm_id": firm.id if firm else None,
        "sku": sku,
        "cells": {"0": photo.name},
        "facts": {},
        "changes": [],
        "troubles": [["", photo.name, remedy.as_json()]] if isinstance(remedy, Remark) else [],
    }


def _stems(stem: str) -> Iterator[str]:
    """The name as it stands, then without the count of several photos."""
    yield stem
    if match := _NUMBERED.match(stem):
        yield match.group(1)


def _numbers_of(db: Session, firms: list[Firm]) -> dict[tuple[int, str], str]:
    asked = select(Product.firm_id, Product.sku)
    rows = db.execute(asked.where(Product.firm_id.in_([each.id for each in firms])))
    return {(firm, folded(sku)): sku for firm, sku in rows}


def _folder(name: str) -> str:
    parts = PurePosixPath(name).parts
    return parts[-2] if len(parts) > 1 else ""


def _is_wanted(name: str) -> bool:
    """Not what file managers leave behind."""
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and not any(each.startswith((".", "__MACOSX")) for each in parts)
        and (parts[-1].lower() not in ("thumbs.db", "desktop.ini"))
    )
