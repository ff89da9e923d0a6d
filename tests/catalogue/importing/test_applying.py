"""Imports land as previewed or leave nothing; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fsspec.implementations.local import LocalFileSystem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import Actor
from matchmaker.accounts.models import AuditEntry, ChangeEntry, Mandate
from matchmaker.catalogue.importing.applying import _columns, apply_import
from matchmaker.catalogue.importing.queries import own_import, rows_of, world_of
from matchmaker.catalogue.importing.services import (
    agree,
    choose_columns,
    drop,
    send_import,
    stage_import,
    trouble_of,
)
from matchmaker.catalogue.models import Product
from matchmaker.catalogue.services import change_product, facts_of, said_by
from matchmaker.catalogue.upkeep import CatalogueImport, ProductVersion
from matchmaker.errors import Conflict, NotAllowed, NotFound
from matchmaker.store import Store
from tests.factories import Cast, make_cast, make_family, make_firm, make_product

HEAD = "SKU,Name,Kind of product,Price,MOQ\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(LocalFileSystem(), str(tmp_path / "store"))


@pytest.fixture
def cast(any_db: Session) -> Cast:
    make_family(any_db, key="mats", name="Mats")
    return make_cast(any_db)


def send(
    db: Session, actor: Actor, store: Store, text: str, name: str = "a.csv"
) -> CatalogueImport:
    row = send_import(db, actor, store, file_name=name, content=text.encode())
    db.commit()
    stage_import(db, row, store, lambda *_: None)
    db.commit()
    return row


def write(db: Session, actor: Actor, row: CatalogueImport) -> None:
    agree(db, actor, row)
    db.commit()
    apply_import(db, row, lambda *_: None)
    db.commit()


def catalogue(db: Session, firm_id: int) -> dict[str, dict[str, Any]]:
    db.expire_all()
    products = db.scalars(select(Product).where(Product.firm_id == firm_id))
    return {each.sku: said_by(each) for each in products}


def count(db: Session, model: type) -> int:
    return db.scalar(select(func.count()).select_from(model)) or 0


def test_new_and_changed_rows_are_written_with_all_their_traces(
    any_db: Session, cast: Cast, store: Store
) -> None:
    db = any_db
    old = make_product(db, firm=cast.firm, sku="M-1", title="Old mat", price_confirmed_on=None)
    db.commit()
    notes, entries = count(db, ChangeEntry), count(db, AuditEntry)
    row = send(db, cast.owner, store, HEAD + "M-1,Old mat,Mats,Rs 880,100\nM-2,New mat,Mats,90,5\n")
    assert (row.state, row.counts) == ("staged", {"changed": 1, "created": 1, "skipped": 0})
    write(db, cast.owner, row)
    assert (row.state, row.applied_at is not None) == ("applied", True)
    said = catalogue(db, cast.firm.id)
    assert said["M-1"]["tiers"] == [["100", "880"], ["500", "850"]]
    assert (said["M-2"]["title"], said["M-2"]["tiers"]) == ("New mat", [["5", "90"]])
    new = db.scalars(select(Product).where(Product.sku == "M-2")).one()
    assert (new.price_confirmed_on is not None, new.lead_confirmed_on) == (True, None)
    assert (old.version, old.price_confirmed_on is not None, new.version) == (2, True, 1)
    versions = select(ProductVersion.number).where(ProductVersion.product_id == old.id)
    assert sorted(db.scalars(versions)) == [1, 2]
    # sent and agreed to, one listed and one changed; both products and the firm are told on
    assert count(db, AuditEntry) - entries == 4
    assert count(db, ChangeEntry) - notes == 3
    first = db.scalars(select(ProductVersion).where(ProductVersion.number == 1)).all()
    before = next(each for each in first if each.product_id == old.id)
    assert before.facts["tiers"] == [["100", "900"], ["500", "850"]]


def test_no_sheet_publishes_what_the_desk_has_hidden(
    any_db: Session, cast: Cast, store: Store
) -> None:
    db = any_db
    product = make_product(db, firm=cast.firm, sku="M-1", title="Mat")
    product.state, product.hidden_because = "hidden", "The picture is somebody else’s."
    db.commit()
    sheet = HEAD.replace("\n", ",State\n") + "M-1,Mat,,Rs 890,100,published\n"
    row = send(db, cast.owner, store, sheet)
    write(db, cast.owner, row)
    db.refresh(product)
    first = catalogue(db, cast.firm.id)["M-1"]["tiers"][0]
    assert (row.state, first, product.state) == ("applied", ["100", "890"], "hidden")


def test_a_second_writing_of_the_same_import_changes_nothing(
    any_db: Session, cast: Cast, store: Store
) -> None:
    row = send(any_db, cast.owner, store, HEAD + "M-2,New mat,Mats,90,5\n")
    write(any_db, cast.owner, row)
    before = (catalogue(any_db, cast.firm.id), count(any_db, AuditEntry))
    apply_import(any_db, row, lambda *_: None)
    any_db.commit()
    assert (catalogue(any_db, cast.firm.id), count(any_db, AuditEntry)) == before
    with pytest.raises(Conflict):
        agree(any_db, cast.owner, row)


@pytest.mark.parametrize("decide", [agree, drop])
def test_what_is_decided_is_decided_of_an_import_as_it_stands_now(
    any_db: Session, cast: Cast, store: Store, decide: Callable[..., None]
) -> None:
    row = send(any_db, cast.owner, store, HEAD + "M-2,New mat,Mats,90,5\n")
    assert row.state == "staged"
    # As if a colleague agreed and the job wrote, after this page had read the row.
    asked = update(CatalogueImport).where(CatalogueImport.id == row.id).values(state="applied")
    any_db.execute(asked.execution_options(synchronize_session=False))
    with pytest.raises(Conflict):
        decide(any_db, cast.owner, row)
    assert row.state == "applied"


def test_what_changed_since_the_preview_is_shown_again_before_anything_is_written(
    any_db: Session, cast: Cast, store: Store
) -> None:
    db = any_db
    product = make_product(db, firm=cast.firm, sku="M-1", title="Mat")
    db.commit()
    row = send(db, cast.owner, store, HEAD + "M-1,Mat,,Rs 880,100\nM-9,New,Mats,5,5\n")
    change_product(db, cast.colleague, product, replace(facts_of(product), tiers=()))
    db.commit()
    before = catalogue(db, cast.firm.id)
    write(db, cast.owner, row)
    assert (row.state, catalogue(db, cast.firm.id)) == ("reading", before)
    stage_import(db, row, store, lambda *_: None)
    changed = rows_of(db, row, "changed")
    assert [each.changes for each in changed] == [[["tiers", [], [["100", "880"]]]]]
    assert row.mapping["notice"][0].startswith("Nothing was written")
    write(db, cast.owner, row)
    assert row.state == "applied"


def test_a_number_taken_in_the_same_moment_leaves_nothing_behind(
    any_db: Session, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = any_db
    row = send(db, cast.owner, store, HEAD + "M-1,A,Mats,9,5\nM-2,B,Mats,9,5\n")
    # As if the other were committed between the look and the writing.
    looks = [world_of(db, cast.owner, {cast.firm.id})]
    make_product(db, firm=cast.firm, sku="M-2")
    db.commit()
    monkeypatch.setattr(
        "matchmaker.catalogue.importing.applying.world_of",
        lambda *asked: looks.pop() if looks else world_of(*asked),
    )
    before = catalogue(db, cast.firm.id)
    write(db, cast.owner, row)
    assert (row.state, catalogue(db, cast.firm.id)) == ("reading", before)
    assert row.mapping["notice"][1] == {"count": "1"}


def test_rows_the_database_refuses_and_nobody_touched_end_the_import(
    any_db: Session, cast: Cast, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = any_db
    row = send(db, cast.owner, store, HEAD + "M-1,A,Mats,9,5\nM-2,B,Mats,9,5\n")
    before = catalogue(db, cast.firm.id)
    # As if the checks had let a minimum of nothing pass.
    monkeypatch.setattr(
        "matchmaker.catalogue.importing.applying._columns",
        lambda facts: _columns(facts) | {"moq": Decimal(0)},
    )
    write(db, cast.owner, row)
    assert (row.state, catalogue(db, cast.firm.id)) == ("failed", before)
    trouble = trouble_of(row)
    assert trouble is not None
    assert trouble.text.startswith("This broke off. Nothing was written.")


def test_an_agent_writes_for_all_its_firms_and_for_no_other(
    any_db: Session, cast: Cast, store: Store
) -> None:
    db = any_db
    second = make_firm(db)
    assert cast.agent.organisation is not None
    agent, client = cast.agent.organisation, second.organisation
    db.add(Mandate(agent=agent, client=client, how="At a meeting."))
    db.commit()
    text = "Firm,SKU,Name,Kind of product,Price\n" + "".join(
        f"{name},{sku},Mat,Mats,9\n"
        for name, sku in ((cast.firm.name, "A"), (second.name, "B"), (cast.rival_firm.name, "C"))
    )
    row = send(db, cast.agent, store, text)
    assert row.counts == {"created": 2, "error": 1, "skipped": 0}
    (wrong,) = rows_of(db, row, "error")
    assert wrong.troubles[0][1] == cast.rival_firm.name
    assert cast.rival_firm.name not in str(wrong.troubles[0][2])
    write(db, cast.agent, row)
    assert list(catalogue(db, cast.firm.id)) == ["A"]
    assert list(catalogue(db, second.id)) == ["B"]
    assert not catalogue(db, cast.rival_firm.id)
    listed = db.scalars(select(AuditEntry).where(AuditEntry.action == "product.listed")).all()
    assert {(each.organisation, each.on_behalf_of) for each in listed} == {
        (cast.agent.organisation.public_id, cast.firm.organisation.public_id),
        (cast.agent.organisation.public_id, second.organisation.public_id),
    }


def test_a_mandate_that_ended_before_the_writing_stops_it(
    any_db: Session, cast: Cast, store: Store
) -> None:
    row = send(any_db, cast.agent, store, HEAD + "M-2,New mat,Mats,90,5\n")
    agree(any_db, cast.agent, row)
    for mandate in any_db.scalars(select(Mandate)):
        mandate.ended_at = row.created_at
    any_db.commit()
    apply_import(any_db, row, lambda *_: None)
    assert (row.state, catalogue(any_db, cast.firm.id)) == ("failed", {})
    assert "may no longer write" in str(trouble_of(row))


def test_who_may_not_write_may_not_send_and_nobody_else_sees_it(
    any_db: Session, cast: Cast, store: Store
) -> None:
    for actor in (cast.viewer, cast.suspended, cast.stranger):
        with pytest.raises(NotAllowed):
            send_import(any_db, actor, store, file_name="a.csv", content=b"Name\nx\n")
    row = send(any_db, cast.owner, store, HEAD + "M-2,New mat,Mats,90,5\n")
    assert own_import(any_db, cast.colleague, row.public_id) is row
    for actor in (cast.rival, cast.agent, cast.stranger, cast.officer):
        with pytest.raises(NotFound):
            own_import(any_db, actor, row.public_id)
    with pytest.raises(NotAllowed):
        agree(any_db, cast.viewer, row)
    with pytest.raises(NotAllowed):
        drop(any_db, cast.viewer, row)


def test_columns_are_named_once_and_remembered(any_db: Session, cast: Cast, store: Store) -> None:
    text = "Artikel,Bezeichnung,Sorte,Preis\nX-1,Fußmatte,Mats,9\n"
    row = send(any_db, cast.owner, store, text)
    assert (row.state, row.counts) == ("staged", {})
    assert "Say below what they hold" in str(trouble_of(row))
    chosen = {0: "sku", 1: "title", 2: "family", 3: "price"}
    choose_columns(any_db, cast.owner, row, chosen, None)
    any_db.commit()
    stage_import(any_db, row, store, lambda *_: None)
    assert row.counts == {"created": 1, "skipped": 0}
    again = send(any_db, cast.colleague, store, text.replace("X-1", "X-2"), "b.csv")
    assert again.counts == {"created": 1, "skipped": 0}


def test_a_file_that_cannot_be_read_says_so(any_db: Session, cast: Cast, store: Store) -> None:
    row = send(any_db, cast.owner, store, "<html><body>no</body></html>", "a.xls")
    assert (row.state, str(trouble_of(row))) == (
        "failed",
        "This is a web page, not a table. Open it and save it as XLSX.",
    )


CELL = st.sampled_from(
    ["M-1", "M-2", "M-3", "Mat", "Door mat", "Mats", "", "Rs 12/pc", "12", "1,5", "12 doz", "-4",
     "=1+1", "x", "9" * 20, "Total", "INR", "5 MT", "kg", "pcs", "0", "on request", "3-4 weeks"]
)  # fmt: skip
HEADING = st.sampled_from(
    ["SKU", "Name", "Kind of product", "Price", "MOQ", "Unit", "Price 2", "From quantity 2",
     "Lead time", "Net weight (g)", "Currency", "State", "Colour", "Firm", "HS code"]
)  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_table_lands_as_previewed_or_leaves_nothing(
    sqlite_engine: Any, tmp_path: Path, data: st.DataObject
) -> None:
    headings = data.draw(st.lists(HEADING, min_size=2, max_size=8, unique=True))
    line = st.lists(CELL, min_size=len(headings), max_size=len(headings))
    rows = data.draw(st.lists(line, min_size=1, max_size=6))
    text = "\n".join(",".join(f'"{cell}"' for cell in each) for each in [headings, *rows])
    store = Store(LocalFileSystem(), str(tmp_path / "store"))
    with Session(sqlite_engine) as db:
        make_family(db, name="Mats")
        cast = make_cast(db)
        make_product(db, firm=cast.firm, sku="M-1", title="Mat", tiers=())
        db.commit()
        before = catalogue(db, cast.firm.id)
        row = send(db, cast.owner, store, text)
        expected = dict(before)
        for each in rows_of(db, row, size=0) if row.state == "staged" else []:
            if each.kind in ("created", "changed"):
                was = expected.get(each.sku, {})
                expected[each.sku] = was | {name: after for name, _, after in each.changes}
        assert catalogue(db, cast.firm.id) == before  # a preview writes nothing
        if expected == before:
            return
        write(db, cast.owner, row)
        assert row.state == "applied"
        after = catalogue(db, cast.firm.id)
        assert set(after) == set(expected)
        for sku, said in expected.items():
            assert {name: after[sku].get(name) for name in said} == said
            Decimal(after[sku]["moq"])  # what was written can be read
