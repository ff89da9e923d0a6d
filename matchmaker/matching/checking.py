"""Whether a requirement and an offer make sense, before anything is judged. Pure.

Each check raises BadInput that names the field, the value and what to write instead; nothing is
repaired in silence. `path` stands before the field's name, for those who read files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from matchmaker.certification.readiness import Book, Piece
from matchmaker.errors import BadInput
from matchmaker.matching.checking_fields import (
    LARGEST,
    check_amount,
    check_attributes,
    check_choice,
    check_country,
    check_currency,
    check_grade,
    check_hs,
    check_incoterm,
    check_languages,
    check_line,
    check_market,
    check_name,
    check_rate,
    check_scheme,
    check_text,
    check_unit,
)
from matchmaker.matching.consortium.checking import LARGEST_AMOUNT
from matchmaker.matching.consortium.periods import step_of, steps_up
from matchmaker.matching.problem import Closeness, Maker, Offer, Requirement, Tier
from matchmaker.matching.retrieval.building import MOST_MONTHS
from matchmaker.matching.scoring.criteria.price import LEGS
from matchmaker.matching.scoring.question import Rates
from matchmaker.measures import PieceFacts, Quantity, unit_shown

LONGEST_MONTHS = 60
LONGEST_LEAD = 730  # days, as in the catalogue
FURTHEST = dt.timedelta(days=3660)
SIZES = ("micro", "small", "medium")  # of enterprises; '' where nobody said
AUDIENCES = ("public", "verified")
MOST_COUNTED = 10**9
MOST_HOURS = 100_000.0  # eleven years


def check_requirement(
    asked: Requirement, *, today: dt.date, book: Book, rates: Rates, path: str = ""
) -> None:
    """Raises BadInput for the first thing in a requirement that nobody could fulfil or read."""
    check_name(f"{path}id", asked.id)
    check_text(f"{path}text", asked.text)
    check_unit(f"{path}quantity.unit", asked.quantity.unit)
    check_amount(f"{path}quantity.amount", asked.quantity.amount)
    _countable(f"{path}quantity.amount", asked.quantity)
    _days(asked, today, path)
    check_hs(f"{path}hs_code", asked.hs_code)
    check_market(f"{path}market", asked.market)
    if asked.target is not None:
        check_amount(f"{path}target.amount", asked.target.amount)
        check_rate(f"{path}target.currency", asked.target.currency, rates)
    check_incoterm(f"{path}incoterm", asked.incoterm)
    check_line(f"{path}place", asked.place)
    for name, codes in (("musts", asked.musts), ("nice", asked.nice)):
        for number, code in enumerate(codes):
            check_scheme(f"{path}{name}[{number}]", code, book)
    check_grade(f"{path}least_grade", asked.least_grade)
    check_attributes(f"{path}attributes", asked.attributes)
    check_languages(f"{path}prefers.languages", asked.prefers.languages)


def check_offer(offer: Offer, *, path: str = "") -> None:
    """Raises BadInput for the first thing of an offer that cannot be."""
    check_name(f"{path}id", offer.id)
    check_line(f"{path}title", offer.title)
    check_hs(f"{path}hs_code", offer.hs_code)
    check_unit(f"{path}unit", offer.unit)
    if offer.moq is not None:
        check_amount(f"{path}moq", offer.moq)
    _facts(f"{path}facts", offer.facts)
    _free(f"{path}free", offer)
    _tiers(f"{path}tiers", offer.tiers)
    check_currency(f"{path}currency", offer.currency)
    check_choice(f"{path}incoterm", offer.incoterm, LEGS)
    check_line(f"{path}place", offer.place)
    check_choice(f"{path}price_audience", offer.price_audience, AUDIENCES)
    if offer.lead_days is not None and not 0 <= offer.lead_days <= LONGEST_LEAD:
        raise BadInput(f"{path}lead_days", offer.lead_days, f"Give 0 to {LONGEST_LEAD} days.")
    check_attributes(f"{path}attributes", offer.attributes)
    _pieces(f"{path}pieces", offer.pieces)
    for code in sorted(offer.barred):
        check_country(f"{path}barred", code)
    _maker(f"{path}maker", offer.maker)


def check_closeness(closeness: Closeness, *, path: str = "") -> None:
    """Raises BadInput for a cosine outside of -1 to 1 or a share outside of 0 to 1."""
    spoken = closeness.spoken
    for name, value, low in (
        ("cosine", closeness.cosine, -1.0),
        ("words", closeness.words, 0.0),
        ("spoken.share", spoken.share if spoken else None, 0.0),
    ):
        if value is not None and not low <= value <= 1.0:
            raise BadInput(f"{path}{name}", value, f"Give a number from {low:g} to 1.")


def check_all(offers: Iterable[Offer], *, path: str = "offers") -> None:
    """Every offer, and all of them beside each other. `path`: where their list stands.

    Raises BadInput for the first thing that cannot be; when two offers have one id, as nobody
    could tell their answers apart; when months lie years apart, as one of them is a slip.
    """
    seen: dict[str, int] = {}
    begins: tuple[dt.date, str] | None = None
    ends: tuple[dt.date, str] | None = None
    for at, offer in enumerate(offers):
        check_offer(offer, path=f"{path}[{at}].")
        first = seen.setdefault(offer.id, at)
        if first != at:
            remedy = f"{path}[{first}] has it already; give every offer an id of its own."
            raise BadInput(f"{path}[{at}].id", offer.id, remedy)
        for number, each in enumerate(offer.free):
            place = each.month, f"{path}[{at}].free[{number}].month"
            begins, ends = min(begins or place, place), max(ends or place, place)
    if begins and ends and _months_from(begins[0], ends[0]) >= MOST_MONTHS:
        remedy = f"All months must lie within {MOST_MONTHS} months; the first is {begins[0]}, "
        remedy += f"at {begins[1]}."
        raise BadInput(ends[1], ends[0], remedy)


def _months_from(first: dt.date, last: dt.date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month


def _days(asked: Requirement, today: dt.date, path: str) -> None:
    if asked.ship_by < today:
        raise BadInput(f"{path}ship_by", asked.ship_by, f"Choose a day from {today} on.")
    if asked.ship_by < asked.ship_from:
        remedy = f"Choose a day from ship_from ({asked.ship_from}) on."
        raise BadInput(f"{path}ship_by", asked.ship_by, remedy)
    if asked.ship_by - today > FURTHEST:
        raise BadInput(f"{path}ship_by", asked.ship_by, "Choose a day within ten years.")
    if not 0 <= asked.months <= LONGEST_MONTHS:
        remedy = f"Give 0 (one shipment) to {LONGEST_MONTHS} months."
        raise BadInput(f"{path}months", asked.months, remedy)
    if asked.months and asked.ship_from < today:
        remedy = f"Let the first month begin on {today} or later."
        raise BadInput(f"{path}ship_from", asked.ship_from, remedy)
    if today - asked.ship_from > FURTHEST:
        raise BadInput(f"{path}ship_from", asked.ship_from, "It is long past: check the year.")
    if asked.sample_by is not None and asked.sample_by > asked.ship_by:
        remedy = f"Samples come before the goods: choose a day until ship_by ({asked.ship_by})."
        raise BadInput(f"{path}sample_by", asked.sample_by, remedy)


def _countable(field: str, wanted: Quantity) -> None:
    """Plans count in whole pieces, of which they can take only so many."""
    step = step_of(wanted)
    if steps_up(wanted.amount, step) > LARGEST_AMOUNT:
        most = f"{LARGEST_AMOUNT * step:,f} {unit_shown(wanted.unit)}"
        raise BadInput(field, wanted.amount, f"Give at most {most}.")


def _maker(field: str, maker: Maker) -> None:
    check_name(f"{field}.id", maker.id)
    check_line(f"{field}.cluster", maker.cluster)
    if maker.size:
        check_choice(f"{field}.size", maker.size, SIZES)
    check_languages(f"{field}.languages", maker.languages)
    for market in sorted(maker.markets):
        check_market(f"{field}.markets", market)
    _counts(f"{field}.reliability", maker)


def _facts(field: str, facts: PieceFacts) -> None:
    for name, value in vars(facts).items():
        if value is not None:
            check_amount(f"{field}.{name}", value)


def _free(field: str, offer: Offer) -> None:
    months = set()
    for number, each in enumerate(offer.free):
        if not each.free.is_finite() or not 0 <= each.free < LARGEST:
            remedy = f"Give nought or more, and less than {LARGEST:,.0f}."
            raise BadInput(f"{field}[{number}].free", each.free, remedy)
        if each.month.day != 1:
            raise BadInput(f"{field}[{number}].month", each.month, "Give the first of a month.")
        if each.month in months:
            raise BadInput(f"{field}[{number}].month", each.month, "Name every month once.")
        months.add(each.month)


def _tiers(field: str, tiers: Iterable[Tier]) -> None:
    last = None
    for number, each in enumerate(tiers):
        check_amount(f"{field}[{number}].from_quantity", each.from_quantity)
        check_amount(f"{field}[{number}].price", each.price)
        if last is not None and each.from_quantity <= last:
            remedy = "Let each step begin at a larger quantity than the one before."
            raise BadInput(f"{field}[{number}].from_quantity", each.from_quantity, remedy)
        last = each.from_quantity


def _pieces(field: str, pieces: Iterable[Piece]) -> None:
    for number, each in enumerate(pieces):
        check_name(f"{field}[{number}].code", each.code)
        check_grade(f"{field}[{number}].grade", each.grade)
        if each.expires_on is not None and each.expires_on < each.issued_on:
            remedy = f"Choose a day from issued_on ({each.issued_on}) on."
            raise BadInput(f"{field}[{number}].expires_on", each.expires_on, remedy)


def _counts(field: str, maker: Maker) -> None:
    told = maker.reliability
    for name in ("enquiries", "answered", "meetings", "meetings_kept", "disputes"):
        count = getattr(told, name)
        if not 0 <= count <= MOST_COUNTED:
            raise BadInput(f"{field}.{name}", count, f"Give a number from 0 to {MOST_COUNTED:,}.")
    for part, whole in (("answered", "enquiries"), ("meetings_kept", "meetings")):
        if getattr(told, part) > getattr(told, whole):
            remedy = f"It cannot be more than {whole} ({getattr(told, whole)})."
            raise BadInput(f"{field}.{part}", getattr(told, part), remedy)
    hours = told.median_reply_hours
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        remedy = f"Give a number of hours from 0 to {MOST_HOURS:,.0f}."
        raise BadInput(f"{field}.median_reply_hours", hours, remedy)
