"""By which criteria a desk verifies a firm, as data, and whether a number can be true. Pure.

A firm is verified when each of GROUPS is met by one of its criteria; the others add to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matchmaker.errors import N_

LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAN = r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]"  # the fourth letter says what kind of holder it is
GROUPS = {
    "registered": N_("A registration was seen"),
    "seen": N_("Somebody of the desk saw the works"),
    "reached": N_("The contact was reached by a number found independently"),
}


@dataclass(frozen=True)
class Criterion:
    """What is checked (`sentence`), how one does it, and which GROUP it serves ('' if none).

    `number` names what is typed besides; `trouble` says what is wrong with it, or ''. `scheme`:
    the evidence that carries the same number. `needs_account`: true only of firms with members.
    """

    key: str
    group: str
    sentence: str
    how: str
    number: str = ""
    trouble: Callable[[str], str] = lambda _number: ""
    scheme: str = ""
    needs_account: bool = False


def tidy_number(typed: str) -> str:
    """As registers write it: capitals, no blanks."""
    return re.sub(r"\s+", "", typed).upper()


def gstin_trouble(number: str) -> str:
    """Fifteen signs: state, PAN, entity, Z, and a check sign over the fourteen before it."""
    if not re.fullmatch(rf"\d{{2}}{PAN}[1-9A-Z]Z[0-9A-Z]", number):
        return N_("A GSTIN has 15 signs: two figures of the state, the PAN, one sign, Z, one sign.")
    if gstin_check_sign(number[:14]) != number[14]:
        return N_("The last sign does not fit the others: a figure or letter was mistyped.")
    return ""


def gstin_check_sign(first: str) -> str:
    """The fifteenth sign of a GSTIN, from the first fourteen (Luhn's method to the base 36)."""
    total = 0
    for place, sign in enumerate(first):
        product = LETTERS.index(sign) * (1 + place % 2)
        total += product // 36 + product % 36
    return LETTERS[-total % 36]


def udyam_trouble(number: str) -> str:
    if re.fullmatch(r"UDYAM-[A-Z]{2}-\d{2}-\d{7}", number):
        return ""
    return N_("A Udyam number looks like UDYAM-KL-01-0001234.")


def iec_trouble(number: str) -> str:
    """Since 2017 the PAN itself; older ones have ten figures."""
    if re.fullmatch(rf"{PAN}|\d{{10}}", number):
        return ""
    return N_("An IEC is the PAN of the firm (ABCFE1234F), or ten figures if it is old.")


def bank_trouble(number: str) -> str:
    if re.fullmatch(r"[A-Z]{4}0[A-Z0-9]{6}|\d{7}|\d{14}", number):
        return ""
    return N_("An AD code has 7 or 14 figures; an IFSC looks like SBIN0001234.")


CRITERIA = (
    Criterion(
        "udyam",
        "registered",
        N_("The Udyam registration was seen and names this firm and place"),
        N_("Enter the number at udyamregistration.gov.in, “Verify Udyam”; compare name and town."),
        N_("Udyam number"),
        udyam_trouble,
        "UDYAM",
    ),
    Criterion(
        "gst",
        "registered",
        N_("The GST registration is active and names this firm and place"),
        N_("Search the number at services.gst.gov.in, “Search Taxpayer”; it must say Active."),
        N_("GSTIN"),
        gstin_trouble,
        "GST_LUT",
    ),
    Criterion(
        "iec",
        "registered",
        N_("The importer-exporter code is active and names this firm"),
        N_("View it at dgft.gov.in, “View Any IEC”; compare name, address and branches."),
        N_("IEC"),
        iec_trouble,
        "IEC",
    ),
    Criterion(
        "visit",
        "seen",
        N_("The works were visited: machines and people fit what is claimed"),
        N_("Write who went, on which day, and what was running."),
    ),
    Criterion(
        "video",
        "seen",
        N_("The works were shown in a video call"),
        N_("Let them walk from the gate to the machines; write who called and when."),
    ),
    Criterion(
        "contact",
        "reached",
        N_("The owner was reached and confirmed the account"),
        N_("Call a number from a register or the cluster body, not the one typed here."),
        needs_account=True,
    ),
    Criterion(
        "bank",
        "",
        N_("The bank confirms an account for export (AD code)"),
        N_("Ask for the bank's letter with the AD code, or a cancelled cheque with the IFSC."),
        N_("AD code or IFSC"),
        bank_trouble,
    ),
)
BY_KEY = {each.key: each for each in CRITERIA}


def criteria_for(*, has_account: bool) -> list[Criterion]:
    """What can be true of a firm: nobody confirms an account where there is none."""
    return [each for each in CRITERIA if has_account or not each.needs_account]


def other_numbers(criterion: Criterion, number: str, held: Iterable[str]) -> list[str]:
    """Numbers of the firm's own evidence of that scheme, where none of them is this one.

    An undertaking for GST (LUT) has a number of its own; only one that is a GSTIN is compared.
    """
    shown = [tidy_number(each) for each in held]
    if criterion.key == "gst":
        shown = [each for each in shown if not gstin_trouble(each)]
    return [] if not number or number in shown else shown


def groups_missing(met: Iterable[str]) -> list[str]:
    """Which GROUPS no met criterion serves yet, in their order."""
    served = {BY_KEY[key].group for key in met if key in BY_KEY}
    return [group for group in GROUPS if group not in served]


def numbers_disagree(gstin: str, iec: str) -> bool:
    """Whether GSTIN and a new IEC name different holders: both carry the PAN."""
    return bool(gstin and re.fullmatch(PAN, iec) and gstin[2:12] != iec)
