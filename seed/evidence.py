"""Evidence drawn for a firm: registrations all exporters need, then what its families ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING

from seed.families import Family
from seed.reference import scheme_facts

if TYPE_CHECKING:
    from seed.world import EvidencePlan, World

BASICS = (("IEC", 0.86), ("UDYAM", 0.93), ("GST_LUT", 0.6), ("RCMC", 0.66))
HOW = {
    "seen": "Document shown to the desk and compared with the listing (demonstration).",
    "confirmed": "Number confirmed in the issuer's register (demonstration).",
    "witnessed": "Checked on a visit to the works (demonstration).",
}
EXPIRED = 0.05
SUBSTANCES = (
    "PAH (8 compounds), phthalates, lead and cadmium",
    "SVHC screening of 30 substances, extractable heavy metals",
    "azo dyes, formaldehyde, chromium VI",
)


def draw_evidence(
    world: World, number: int, families: Sequence[Family], products: int, random: Random
) -> tuple[EvidencePlan, ...]:
    """What the firm holds, with grades, dates and now and then something expired."""
    chances = dict(BASICS)
    for family in dict.fromkeys(families):
        for place, code in enumerate(family.schemes):
            chances.setdefault(code, max(0.62 - 0.1 * place, 0.1))
    ambition = random.uniform(0.35, 1.25)
    held = [
        code
        for code, chance in chances.items()
        if random.random() < chance * (1 if code in dict(BASICS) else ambition)
    ]
    plans = (_one(world, number, code, products, random) for code in held)
    return tuple(plan for plan in plans if plan is not None)


def _one(
    world: World, number: int, code: str, products: int, random: Random
) -> EvidencePlan | None:
    from seed.world import EvidencePlan

    facts = scheme_facts().get(code)
    if facts is None or facts["evidence_type"] == "consignment document":
        return None
    issued, expires = _dates(world, code, facts, random)
    grade = random.choices(
        ("self-declared", "seen", "confirmed", "witnessed"), (0.42, 0.36, 0.16, 0.06)
    )[0]
    tested = facts["evidence_type"] == "test report"
    limited = tested or (random.random() < 0.15 and products > 1 and code not in dict(BASICS))
    return EvidencePlan(
        scheme=code,
        number=f"DEMO-{code}-{number:05d}",
        issuer=_issuer(facts, random),
        issued_on=issued,
        expires_on=expires,
        grade=grade,
        graded_on=_graded_on(world, issued, random) if grade != "self-declared" else None,
        graded_how=HOW.get(grade),
        laboratory="Demonstration Laboratory Two (example)" if tested else None,
        substances=random.choice(SUBSTANCES) if tested else None,
        product=random.randrange(products) if limited else None,
    )


def _issuer(facts: dict[str, object], random: Random) -> str:
    if facts["evidence_type"] == "declaration":
        return "the firm itself"
    if facts["evidence_type"] == "registration":
        return str(facts["owner"])
    return f"Demonstration Certifier {random.choice(('North', 'South', 'East'))} (example)"


def _dates(
    world: World, code: str, facts: dict[str, object], random: Random
) -> tuple[dt.date, dt.date | None]:
    validity = facts["validity_months"]
    if code == "GST_LUT":
        return _fiscal_year(world.today, random)
    if not isinstance(validity, int):
        # A registration may be old; a buyer takes no report or declaration of years ago.
        oldest = 2500 if facts["evidence_type"] == "registration" else 540
        return world.today - dt.timedelta(days=random.randrange(60, oldest)), None
    length = round(validity * 30.44)
    if random.random() < EXPIRED:
        expires = world.today - dt.timedelta(days=random.randrange(5, 300))
    else:
        expires = world.today + dt.timedelta(days=random.randrange(3, max(length - 5, 10)))
    return expires - dt.timedelta(days=length), expires


def _fiscal_year(today: dt.date, random: Random) -> tuple[dt.date, dt.date]:
    """An Indian letter of undertaking holds until the fiscal year ends, on 31 March."""
    first = dt.date(today.year if today.month > 3 else today.year - 1, 4, 1)
    issued = first + dt.timedelta(days=random.randrange(min((today - first).days + 1, 75)))
    return issued, dt.date(first.year + 1, 3, 31)


def _graded_on(world: World, issued: dt.date, random: Random) -> dt.date:
    earliest = max(issued, world.today - dt.timedelta(days=400))
    return earliest + dt.timedelta(days=random.randrange(max((world.today - earliest).days, 1)))
