"""A little world that sheets are held against, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matchmaker.catalogue.guessing import Families, FamilyWords
from matchmaker.catalogue.importing.headings import find_layout
from matchmaker.catalogue.importing.sheets import Sheet, read_sheets
from matchmaker.catalogue.importing.staging import stage
from matchmaker.catalogue.importing.world import (
    FamilyInfo,
    FirmInfo,
    Outcome,
    Skipped,
    World,
)

MAT = FamilyInfo(
    "rubber-mat",
    "Rubber mats",
    "401691",
    "H87",
    {
        "length_cm": {"label": "Length", "unit": "CMT", "values": [60, 80]},
        "thickness_mm": {"label": "Thickness", "unit": "MMT", "values": [8, 12.5]},
        "colour": {"label": "Colour", "unit": "", "values": ["black", "red"]},
    },
    ("door mat", "entrance mat"),
)
YARN = FamilyInfo(
    "coir-yarn", "Coir yarn", "530810", "KGM", {"ply": {"label": "Ply", "unit": ""}}, ("coir rope",)
)
PLY = FamilyInfo("plywood", "Commercial plywood", "441233", "MTK", {}, ("ply", "plywood sheet"))
FAMILIES = {each.key: each for each in (MAT, YARN, PLY)}
HS_CODES = frozenset({"401691", "401699", "530810", "441233", "4016"})


def world(products: Mapping[str, Mapping[str, Any]] | None = None, **firms: str) -> World:
    """Firm 1, 'Meenachil Mats', with these products; `firms`: names of further ones."""
    known = {1: FirmInfo(1, "Meenachil Mats", "mmmmmmmmmm", products=products or {})}
    for number, name in enumerate(firms.values(), start=2):
        known[number] = FirmInfo(number, name, f"firm{number}")
    words = [FamilyWords(each.key, each.name, each.aliases) for each in FAMILIES.values()]
    return World(FAMILIES, Families(words), HS_CODES, known, 1)


def staged(content: bytes | str, of: World | None = None) -> list[Outcome]:
    """What would become of the rows of the first sheet."""
    return [each for each in _all(content, of) if isinstance(each, Outcome)]


def passed_over(content: bytes | str, of: World | None = None) -> dict[int, str]:
    return {each.number: str(each.why) for each in _all(content, of) if isinstance(each, Skipped)}


def _all(content: bytes | str, of: World | None) -> list[Outcome | Skipped]:
    raw = content.encode() if isinstance(content, str) else content
    return list(stage_sheet(read_sheets(raw)[0], of or world()))


def stage_sheet(sheet: Sheet, of: World) -> list[Outcome | Skipped]:
    layout = find_layout(sheet, labels=of.labels())
    assert layout is not None
    return list(stage(sheet, layout, of))


def told(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Column, value and remedy of what is wrong with a row."""
    return [(each.column, each.value, str(each.remedy)) for each in outcome.troubles]
