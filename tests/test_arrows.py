"""The import arrows: rooms import leftwards only, pure cores know no Flask and no database."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from matchmaker.config import ROOT

ROOMS = (
    "accounts",
    "notices",
    "clusters",
    "catalogue",
    "certification",
    "sourcing",
    "matching",
    "meets",
    "outcomes",
)
OUTERMOST = ("storefront", "desk", "api")
# Composed at the outside, like app.py: they may know every room.
WIRING = {"app", "cli", "preparing", "catching_up", "model_change", "server",
          "server_children", "health", "migrating", "tables", "entry",
          "signing_in"}  # fmt: skip
# What of a room may know the database or the clock; in the two cores all else is pure.
DOORS = ("models", "queries", "services", "commands", "forms", "views", "routes", "pages", "jobs")
PURE = (
    "matchmaker/measures.py",
    "matchmaker/figures.py",
    "matchmaker/figure_words.py",
    "matchmaker/money.py",
    "matchmaker/catalogue/freshness.py",
    "matchmaker/catalogue/importing/attributes.py",
    "matchmaker/catalogue/importing/cells.py",
    "matchmaker/catalogue/importing/columns.py",
    "matchmaker/catalogue/importing/headings.py",
    "matchmaker/catalogue/importing/no_products.py",
    "matchmaker/catalogue/importing/numbers.py",
    "matchmaker/catalogue/importing/one_unit.py",
    "matchmaker/catalogue/importing/remarks.py",
    "matchmaker/catalogue/importing/saying.py",
    "matchmaker/catalogue/importing/staging.py",
    "matchmaker/catalogue/importing/stating.py",
    "matchmaker/trade_words.py",
    "matchmaker/catalogue/importing/world.py",
    "matchmaker/catalogue/imaging.py",
    "matchmaker/catalogue/quality.py",
    "matchmaker/catalogue/versions.py",
    "matchmaker/catalogue/facts.py",
    "matchmaker/catalogue/amounts.py",
    "matchmaker/certification/validity.py",
    "matchmaker/certification/gantt.py",
    "matchmaker/certification/materials.py",
    "matchmaker/certification/readiness.py",
    "matchmaker/certification/rulebook.py",
    "matchmaker/certification/rules.py",
    "matchmaker/certification/scope.py",
    "matchmaker/certification/steps.py",
    "matchmaker/certification/whom_to_ask.py",
    *(
        str(file.relative_to(ROOT))
        for room in ("matching", "meets")
        for file in sorted((ROOT / "matchmaker" / room).rglob("*.py"))
        if file.stem not in DOORS
    ),
    "seed/world.py",
    "seed/products.py",
    "seed/texts.py",
    "seed/grammar.py",
)


def imports_of(file: Path) -> set[str]:
    """Every module a file imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "matchmaker" and len(parts) > 1 else ""


def breaches(package: Path) -> list[str]:
    """Imports that go against the arrows, in words."""
    found = []
    for file in sorted(package.rglob("*.py")):
        inside = file.relative_to(package).parts
        own = inside[0].removesuffix(".py")
        for module in sorted(imports_of(file)):
            target = room_of(module)
            if target in OUTERMOST and own != target and own not in WIRING:
                found.append(f"{'/'.join(inside)} imports {module}: nobody imports {target}")
            if own in ROOMS and target in ROOMS and ROOMS.index(target) > ROOMS.index(own):
                found.append(f"{'/'.join(inside)} imports {module}: {target} lies to the right")
            if own in (*ROOMS, "measures", "money", "orm") and target in WIRING:
                found.append(f"{'/'.join(inside)} imports {module}: rooms do not know the wiring")
    return found


def test_rooms_import_leftwards_only() -> None:
    assert breaches(ROOT / "matchmaker") == []


def test_the_search_library_knows_neither_flask_nor_sql_nor_us() -> None:
    forbidden = ("flask", "sqlalchemy", "matchmaker")
    wrong = [
        f"{file.name}: {module}"
        for file in (ROOT / "search").rglob("*.py")
        for module in imports_of(file)
        if module.split(".")[0] in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("engine", "other"), [("embedded", "meilisearch"), ("meilisearch", "embedded")]
)
def test_no_search_engine_needs_the_other(engine: str, other: str) -> None:
    files = list((ROOT / "search" / engine).glob("*.py"))
    assert len(files) > 5
    wrong = [m for each in files for m in imports_of(each) if m.startswith(f"search.{other}")]
    assert wrong == []


@pytest.mark.parametrize("name", PURE)
def test_pure_thinking_knows_no_flask_no_database_and_no_clock(name: str) -> None:
    file = ROOT / name
    assert not {m for m in imports_of(file) if m.split(".")[0] in ("flask", "sqlalchemy")}
    source = file.read_text(encoding="utf-8")
    assert "today()" not in source
    assert ".now(" not in source
    assert not [each for each in ("time.time", "monotonic(", "perf_counter") if each in source]


def test_a_planted_import_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "clusters").mkdir()
    (tmp_path / "clusters" / "models.py").write_text("from matchmaker.meets import models\n")
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "views.py").write_text("import matchmaker.storefront.cards\n")
    assert breaches(tmp_path) == [
        "catalogue/views.py imports matchmaker.storefront.cards: nobody imports storefront",
        "clusters/models.py imports matchmaker.meets: meets lies to the right",
        "clusters/models.py imports matchmaker.meets.models: meets lies to the right",
    ]
