"""What changed since the table was made counts at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import pytest
from sqlalchemy.orm import Session

from matchmaker.accounts.actor import SYSTEM
from matchmaker.accounts.changes import Change, note_changes
from matchmaker.catalogue.models import Firm
from matchmaker.catalogue.services import (
    list_product,
    open_line,
    verify_firm,
)
from matchmaker.config import Config
from matchmaker.matching.retrieval import services
from matchmaker.matching.retrieval.columns import Audience
from matchmaker.matching.retrieval.services import (
    rebuild_offers,
    stock_of_offers,
    table_folder,
)
from matchmaker.matching.retrieval.stock import search_in
from matchmaker.money import Money
from matchmaker.processes import hold
from matchmaker.searching import Searching
from tests.factories import (
    make_family,
    make_firm,
    make_product,
    product_facts,
)
from tests.matching.small_trade import asked
from tests.matching.stocked import MATS, TODAY, change, looked_for, titles


def test_what_was_saved_since_counts_without_a_new_table(db: Session, search: Searching) -> None:
    kept, dearer, gone = (make_product(db, title=f"Rubber mat {n}") for n in "abc")
    first = looked_for(db, search)
    assert titles(first) == {"Rubber mat a", "Rubber mat b", "Rubber mat c"}
    change(db, dearer, title="Rubber mat b, dearer", tiers=((Decimal(100), Decimal(990)),))
    change(db, gone, state="draft")
    make_product(db, title="Rubber mat d")
    second = looked_for(db, search)
    assert second.stock.table.folder == first.stock.table.folder
    assert titles(second) == {"Rubber mat a", "Rubber mat b, dearer", "Rubber mat d"}
    found = second.best()
    assert (found.offers, found.left_out, found.as_of) == (3, 0, None)
    told = {each.offer.id: each.offer for each in found.ranked}
    assert [each.price for each in told[dearer.public_id].tiers] == [990]
    assert {each.offer.id for each in second.fitting().judged} == set(told)
    assert kept.public_id in told


def test_the_answer_is_that_of_a_new_table(db: Session, config: Config) -> None:
    search = Searching(config)
    for n in range(6):
        make_product(db, title=f"Rubber mat {n}", description="Black mats, anti-slip " * n)
    looked_for(db, search)
    for n in range(3):
        make_product(db, title=f"Door mat of rubber {n}", description="Grey " * n)
    found = looked_for(db, search)
    before = found.best()
    rebuild_offers(db, search, TODAY)
    after = looked_for(db, search).best()
    assert [each.cosines is None for each in found.near] == [False, False]
    assert before.offers == after.offers == 9
    assert [each.offer for each in before.ranked] == [each.offer for each in after.ranked]
    near = [abs(a.total - b.total) for a, b in zip(before.ranked, after.ranked, strict=True)]
    assert max(near) < 0.05  # how rare words are is told by the old table


def test_a_firm_that_counts_otherwise_changes_all_its_offers(
    db: Session, search: Searching
) -> None:
    firm = make_firm(db)
    for n in range(2):
        make_product(db, firm=firm, title=f"Rubber mat {n}")
    other = make_product(db, title="Rubber mat of another firm")
    strict = replace(MATS, needs_verified=True)
    assert titles(looked_for(db, search, strict)) == set()
    firm = db.get_one(Firm, firm.id)
    verify_firm(db, SYSTEM, firm, TODAY, "Registers compared.")
    found = looked_for(db, search, strict)
    assert found.stock.changed is not None and found.stock.changed.count == 2
    assert {each.offer.maker.id for each in found.best().ranked} == {firm.public_id}
    firm.verification = "suspended"
    note_changes(db, [Change("firm", firm.id, "saved")])
    assert [each.offer.id for each in looked_for(db, search).best().ranked] == [other.public_id]


def test_a_saved_product_does_not_change_the_firm_s_others(db: Session, search: Searching) -> None:
    firm = make_firm(db)
    first, _ = (make_product(db, firm=firm, title=f"Rubber mat {n}") for n in range(2))
    looked_for(db, search)
    change(db, first, title="Rubber mat, thicker")
    stock = looked_for(db, search).stock
    assert (stock.gone.tolist(), stock.changed and stock.changed.count) == ([0], 1)


def test_the_table_of_yesterday_serves_but_none_of_a_later_month(
    db: Session, search: Searching
) -> None:
    make_product(db, title="Rubber mat")
    db.commit()
    folder = stock_of_offers(db, search, TODAY).table.folder
    for later in (1, 40):
        day = TODAY + dt.timedelta(days=later)
        assert stock_of_offers(db, search, day).table.folder == folder
    assert stock_of_offers(db, search, TODAY - dt.timedelta(days=25)).table.folder != folder


def test_where_much_changed_a_new_table_is_made_first_by_one_process_only(
    db: Session, search: Searching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_CHANGED", 2)
    first, second = (make_product(db, title=f"Rubber mat {n}") for n in "ab")
    old = looked_for(db, search).stock
    change(db, first, title="Rubber mat a, thicker")
    for n in "cd":
        make_product(db, title=f"Rubber mat {n}")
    change(db, second, state="draft")
    change(db, first, title="Rubber mat a, still thicker")
    another_process = hold(table_folder(search) / "lock")
    assert another_process is not None
    with another_process:
        meanwhile = looked_for(db, search)
    found = meanwhile.best()
    assert old.taken is not None
    # What was saved first is left out; the draft is nothing that anybody could be shown.
    assert titles(meanwhile) == {"Rubber mat a, still thicker", "Rubber mat d"}
    assert (found.left_out, found.as_of) == (1, old.taken.at)
    assert titles(looked_for(db, search)) == {*titles(meanwhile), "Rubber mat c"}
    assert looked_for(db, search).stock.table.folder != old.table.folder


class Asked(NamedTuple):
    """What somebody is shown of a price: its tiers, whether it is known, what a plan takes."""

    tiers: tuple[Decimal, ...]
    is_known: bool
    in_plans: tuple[Decimal, ...]


def shown_to(db: Session, search: Searching, audience: Audience) -> dict[str, Asked]:
    stock = stock_of_offers(db, search, TODAY, audience)
    wanted = replace(MATS, target=Money(Decimal(1000), "INR"))
    found = search_in(stock, asked(wanted), wanted.text)
    plans = {
        each.offer.id: tuple(tier.price for tier in each.offer.tiers)
        for each in found.fitting().judged
    }
    return {
        each.offer.title: Asked(
            tuple(tier.price for tier in each.offer.tiers),
            each.by_criterion["price"].value is not None,
            plans[each.offer.id],
        )
        for each in found.best().ranked
    }


def test_a_price_that_was_withdrawn_since_is_shown_to_nobody_who_may_not_see_it(
    db: Session, search: Searching
) -> None:
    changed = {
        "verified": {"price_audience": "verified"},
        "request": {"price_audience": "request"},
        "hidden": {"state": "hidden"},
    }
    products = {name: make_product(db, title=name) for name in changed}
    prices = (Decimal(900), Decimal(850))
    full, nothing = Asked(prices, True, prices), Asked((), False, ())
    db.flush()
    for audience in ("public", "verified"):
        assert shown_to(db, search, audience) == dict.fromkeys(changed, full)
    for name, facts in changed.items():
        change(db, products[name], **facts)
    db.flush()
    assert shown_to(db, search, "public") == {"verified": nothing, "request": nothing}
    assert shown_to(db, search, "verified") == {"verified": full, "request": nothing}


def test_a_line_that_a_product_hardly_needs_breaks_no_question(
    db: Session, search: Searching
) -> None:
    firm, family = make_firm(db), make_family(db)
    line = open_line(
        db, SYSTEM, firm, family, name="Press", unit="H87", confirmed_on=TODAY,
        months={TODAY.replace(day=1): (Decimal(10) ** 13, Decimal(0))},
    )  # fmt: skip
    facts = product_facts(title="Rubber mat", line_factor=Decimal("0.0001"))
    list_product(db, SYSTEM, firm, family, facts, line=line)
    (found,) = looked_for(db, search).best().ranked
    assert [each.free for each in found.offer.free] == [Decimal(10) ** 14]


def test_a_row_that_cannot_be_read_again_is_left_out(db: Session, search: Searching) -> None:
    make_product(db, title="Rubber mat")
    make_product(db, title="Rubber mat, boundless", attributes={"thickness_mm": 1e15})
    assert titles(looked_for(db, search)) == {"Rubber mat"}
