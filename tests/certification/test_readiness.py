"""Export readiness: a rubber mat before and after a law begins, gaps, renewals, and properties."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.certification.knowledge import conditions
from matchmaker.certification.materials import Made
from matchmaker.certification.readiness import Case, Piece, Readiness, assess
from matchmaker.certification.rulebook import ReferenceRule, reference_book
from matchmaker.certification.rules import Goods, goods_of

TODAY = dt.date(2026, 11, 22)
EUDR = dt.date(2026, 12, 30)
DAY = dt.timedelta(days=1)
MAT = goods_of("401691", ["rubber-goods"], is_organic=False, has_wood_packaging=False)
NATURAL = Made(stated=("natural rubber",))


BOOK = reference_book()
RULES, SCHEMES = BOOK.rules, BOOK.schemes


def mat(entry: dt.date, *held: str, country: str = "DE", made: Made = NATURAL) -> Readiness:
    pieces = tuple(piece(code) for code in held)
    return assess(Case(MAT, country, TODAY, entry, pieces, made), BOOK)


def piece(code: str, until: dt.date | None = None, since: dt.date = dt.date(2026, 1, 5)) -> Piece:
    return Piece(code, since, until)


def law(readiness: Readiness) -> dict[str, str]:
    return {each.code: each.standing for each in readiness.in_force if each.is_law}


def test_one_rubber_mat_before_and_after_the_deforestation_law_begins() -> None:
    before, after = mat(EUDR - DAY), mat(EUDR)
    indian = {"IEC": "missing", "AD_CODE": "missing", "GST_LUT": "missing", "RCMC": "missing"}
    assert law(before) == {"REACH": "missing"} | indian
    assert law(after) == {"EUDR_DDS": "per shipment", "REACH": "missing"} | indian
    assert [(each.code, each.demand.comes_on) for each in before.coming] == [("EUDR_DDS", EUDR)]
    assert after.coming == ()
    # The new paper is made for each shipment: more to do, but no gap more.
    assert [each.code for each in before.gaps] == [each.code for each in after.gaps]
    assert before.plan.days_with_duties == (10, 30)
    assert after.plan.days_with_duties == (30, 120)


def test_the_law_names_natural_rubber_so_the_material_decides() -> None:
    free = mat(EUDR, made=Made(stated=("EPDM",)))
    assert "EUDR_DDS" not in law(free)
    assert [each.code for each in free.freed] == ["EUDR_DDS"]

    blend = mat(EUDR, made=Made(stated=("NR/SBR",)))
    assert law(blend)["EUDR_DDS"] == "per shipment"

    silent = mat(EUDR, made=Made(told=("A heavy mat.",)))
    asked = next(each for each in silent.in_force if each.code == "EUDR_DDS")
    assert (asked.demand.is_certain, asked.open_material) == (False, conditions()[0])


def test_a_description_may_name_what_the_goods_are_better_than() -> None:
    boasting = mat(EUDR, made=Made(told=("Softer than EPDM.",)))
    assert "EUDR_DDS" in law(boasting)
    latex = mat(EUDR, made=Made(stated=("NBR",), told=("Backed with natural latex.",)))
    assert next(e for e in latex.in_force if e.code == "EUDR_DDS").open_material is None


def test_a_plywood_rule_that_began_earlier_asks_for_no_paper_before_its_own_day() -> None:
    plywood = goods_of("441231", ["plywood"], is_organic=False, has_wood_packaging=False)
    codes = {
        day: {e.code for e in assess(Case(plywood, "DE", TODAY, day), BOOK).in_force if e.is_law}
        for day in (EUDR - DAY, EUDR)
    }
    assert codes[EUDR] - codes[EUDR - DAY] == {"EUDR_DDS"}


def test_the_fastest_order_registers_first_and_tests_meanwhile() -> None:
    plan = mat(EUDR).plan
    assert plan.days == (10, 30)
    assert plan.chain == ("REACH",)
    assert {row.code: row.waits_for for row in plan.law} == {
        "REACH": (),
        "IEC": (),
        "GST_LUT": (),
        "RCMC": ("IEC",),
        "AD_CODE": ("IEC",),
    }
    assert mat(EUDR, "REACH").plan.chain == ("IEC", "RCMC")


@pytest.mark.parametrize(
    ("days", "light"), [(30, "in time"), (29, "too late"), (400, "in time"), (0, "too late")]
)
def test_the_light_says_whether_it_can_be_done_by_then(days: int, light: str) -> None:
    assert mat(TODAY + days * DAY).light == light


def test_with_all_in_hand_it_is_ready_and_without_a_known_rule_unknown() -> None:
    everything = ("IEC", "AD_CODE", "GST_LUT", "RCMC", "REACH")
    assert mat(EUDR, *everything).light == "ready"
    assert mat(EUDR, *everything, country="BR").light == "unknown"
    # What India asks for is missing, but who knows what Brazil asks for?
    assert mat(EUDR, country="BR").light == "unknown"
    assert mat(EUDR, country="BR").plan.days == (4, 18)


def test_with_all_in_hand_a_rule_that_is_not_certain_is_to_be_checked() -> None:
    tread = goods_of("401290", ["tread-rubber"], is_organic=False, has_wood_packaging=False)
    pieces = tuple(piece(code) for code in ("IEC", "AD_CODE", "GST_LUT", "RCMC", "REACH"))
    lights = {
        market: assess(Case(tread, market, TODAY, EUDR, pieces), BOOK).light
        for market in ("DE", "OM", "US", "JP")
    }
    assert lights == {"DE": "to check", "OM": "to check", "US": "to check", "JP": "unknown"}


def test_what_ends_before_the_day_of_entry_is_to_be_renewed() -> None:
    held = (piece("REACH", until=EUDR - DAY), piece("IEC"))
    found = assess(Case(MAT, "DE", TODAY, EUDR, held, NATURAL), BOOK)
    assert (law(found)["REACH"], law(found)["IEC"]) == ("lapses", "held")
    assert "REACH" in {row.code for row in found.plan.law}
    on_the_day = replace(found.case, pieces=(piece("REACH", until=EUDR),))
    assert law(assess(on_the_day, BOOK))["REACH"] == "expiring"


def test_what_ended_before_today_is_missing_not_to_be_renewed() -> None:
    ended = Case(MAT, "DE", TODAY, EUDR, (piece("REACH", until=TODAY - DAY),), NATURAL)
    assert law(assess(ended, BOOK))["REACH"] == "missing"


def test_of_two_pieces_the_one_that_lasts_speaks() -> None:
    short, long = piece("REACH", until=TODAY), piece("REACH", until=EUDR + 400 * DAY)
    for pieces in ((short, long), (long, short)):
        found = assess(Case(MAT, "DE", TODAY, EUDR, pieces, NATURAL), BOOK)
        assert law(found)["REACH"] == "held"
        assert found.in_force[1].piece == long


def test_the_boards_own_registration_is_the_rcmc() -> None:
    coir = goods_of("570220", ["coir"], is_organic=False, has_wood_packaging=False)
    nothing = assess(Case(coir, "DE", TODAY, EUDR), BOOK)
    assert law(nothing)["RCMC"] == "missing"
    assert "RCMC" not in {row.code for row in nothing.plan.law}  # it comes with the board's
    assert next(e.through for e in nothing.gaps if e.code == "RCMC") == "COIR_RCMC"

    board = assess(Case(coir, "DE", TODAY, EUDR, (piece("COIR_RCMC"),)), BOOK)
    held = next(each for each in board.in_force if each.code == "RCMC")
    assert (held.standing, held.through) == ("held", "COIR_RCMC")


def test_rules_of_low_confidence_are_to_be_checked_and_planned_for() -> None:
    rice = goods_of("100630", ["rice"], is_organic=False, has_wood_packaging=False)
    found = assess(Case(rice, "GB", TODAY, EUDR), BOOK)
    assert law(found)["FSSAI"] == "to be checked"
    assert "FSSAI" in {row.code for row in found.plan.law}


def test_papers_of_the_shipment_are_duties_never_gaps() -> None:
    found = mat(EUDR)
    assert [each.code for each in found.duties] == ["EUDR_DDS", "COO_NP"]
    assert {row.code: row.waits_for for row in found.plan.duties} == {
        "EUDR_DDS": (),
        "COO_NP": ("IEC",),
    }


def test_a_special_rule_replaces_the_general_one_only_once_it_is_in_force() -> None:
    general = ReferenceRule("G", "toys", ("95",), "EU", ("CE",), (), None, "high")
    special = ReferenceRule("S", "toys", ("9503",), "EU", ("REACH",), (), EUDR, "high")
    toys = Goods(("950300",), frozenset({"toys"}))
    book = replace(BOOK, rules=(general, special))
    assert set(law(assess(Case(toys, "DE", TODAY, EUDR - DAY), book))) == {"CE"}
    assert set(law(assess(Case(toys, "DE", TODAY, EUDR), book))) == {"REACH"}


# Properties: whatever the goods, the market, the day and what is held.
FAMILIES = sorted({rule.family for rule in RULES} - {"any"})
HS = sorted({f"{prefix:0<6}" for rule in RULES for prefix in rule.hs if prefix != "*"})
MARKETS = ("DE", "GB", "US", "CA", "AE", "SA", "OM", "JP", "SG", "AU", "BR", "")
DAYS = st.dates(TODAY, dt.date(2029, 12, 31))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rule = draw(st.sampled_from(RULES))
    code = rule.hs[0] if rule.hs[0] != "*" else draw(st.sampled_from(HS))
    families = {rule.family, *draw(st.sets(st.sampled_from(FAMILIES), max_size=2))}
    market = "DE" if rule.market == "EU" else "OM" if rule.market == "GCC" else rule.market
    return Case(
        Goods((f"{code:0<6}",), frozenset(families)),
        draw(st.sampled_from((market, *MARKETS))),
        TODAY,
        draw(DAYS),
        tuple(draw(st.lists(pieces(), max_size=6))),
        draw(st.sampled_from((NATURAL, Made(), Made(stated=("EPDM",))))),
    )


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    code = draw(st.sampled_from(sorted(SCHEMES)))
    return Piece(code, draw(st.dates(dt.date(2024, 1, 1), TODAY)), draw(st.none() | DAYS))


@settings(max_examples=150)
@given(cases(), st.lists(pieces(), max_size=4))
def test_more_evidence_never_lengthens_the_time(case: Case, more: list[Piece]) -> None:
    gaps = assess(case, BOOK).gaps
    told = [replace(each, code=gap.code) for each, gap in zip(more, gaps, strict=False)]
    poor = assess(case, BOOK)
    rich = assess(replace(case, pieces=(*case.pieces, *more, *told)), BOOK)
    for how in ("days", "days_with_buyers", "days_with_duties"):
        for less, most in zip(getattr(rich.plan, how), getattr(poor.plan, how), strict=True):
            assert less <= most
    assert {each.code for each in rich.gaps} <= {each.code for each in poor.gaps}


@settings(max_examples=150)
@given(cases(), DAYS)
def test_a_later_day_adds_only_gaps_of_rules_in_force(case: Case, other: dt.date) -> None:
    sooner, later = sorted((case.entry, other))
    first = assess(replace(case, entry=sooner), BOOK)
    then = assess(replace(case, entry=later), BOOK)
    known = {rule.id: rule for rule in RULES}
    for gap in then.gaps:
        asking = [known[each.rule.id] for each in gap.demand.rules]
        assert any(gap.code in rule.mandatory for rule in asking)
        assert gap.demand.comes_on is None
    begun = {each.code for each in first.coming}
    lapsed = {each.code for each in case.pieces if each.expires_on and each.expires_on < later}
    lapsed |= {each.code for each in BOOK.stand_ins if each.by in lapsed}
    added = {each.code for each in then.gaps} - {each.code for each in first.gaps}
    assert added <= begun | lapsed


@settings(max_examples=100)
@given(cases())
def test_nothing_made_for_each_shipment_is_ever_a_gap(case: Case) -> None:
    found = assess(case, BOOK)
    assert all(SCHEMES[each.code].is_held for each in found.gaps)
    assert all(SCHEMES[row.code].is_held for row in found.plan.law)
    assert {row.code for row in found.plan.duties} == {each.code for each in found.duties}
