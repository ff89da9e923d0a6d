"""Which facts each type of evidence states: one table for the form, the services and the desk.

The words differ by type on purpose: a test report has a laboratory and never 'certifies'.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchmaker.errors import N_


@dataclass(frozen=True)
class Fact:
    """One fact of a type, kept in a column of `evidence` or in its details."""

    name: str
    label: str
    help: str = ""
    is_needed: bool = True
    is_long: bool = False


@dataclass(frozen=True)
class TypeFacts:
    """How a type of evidence is spoken of, and what it states beside its dates."""

    issued: str
    expires: str
    facts: tuple[Fact, ...]

    @property
    def extra(self) -> tuple[str, ...]:
        """Names of the facts that are kept in `details`."""
        return tuple(each.name for each in self.facts if each.name not in COLUMNS)


COLUMNS = ("number", "issuer", "laboratory", "substances")
FACTS: Mapping[str, TypeFacts] = {
    "certificate": TypeFacts(
        N_("Issued on"),
        N_("Valid until"),
        (
            Fact("number", N_("Certificate number"), N_("As it stands on the certificate.")),
            Fact("issuer", N_("Certification body"), N_("Who issued it, not who advised you.")),
            Fact(
                "edition", N_("Edition or level"), N_("For example 2015, Gold, or Class E1."), False
            ),
            Fact("accreditation", N_("Accreditation number"), "", False),
        ),
    ),
    "audit report": TypeFacts(
        N_("Day of the audit"),
        N_("Accepted until"),
        (
            Fact("number", N_("Report number"), N_("Or the code under which members find it.")),
            Fact("issuer", N_("Audit company")),
            Fact("rating", N_("Result"), N_("For example B, or: 3 minor findings."), False),
        ),
    ),
    "test report": TypeFacts(
        N_("Date of the report"),
        N_("Accepted until"),
        (
            Fact("number", N_("Report number")),
            Fact("laboratory", N_("Laboratory"), N_("Name and place, as on the report.")),
            Fact("substances", N_("Substances or properties tested"), "", True, True),
            Fact("method", N_("Test method"), N_("For example EN 14362-1.")),
            Fact("sample", N_("What was tested"), N_("The sample as the report names it."), False),
            Fact("accreditation", N_("Accreditation number"), "", False),
        ),
    ),
    "declaration": TypeFacts(
        N_("Signed on"),
        N_("Valid until"),
        (
            Fact("number", N_("Reference")),
            Fact("issuer", N_("Who declares it"), N_("Usually your own firm.")),
            Fact("signed_by", N_("Signed by"), N_("Name and position."), False),
            Fact("law", N_("Laws and standards it names"), "", True, True),
        ),
    ),
    "registration": TypeFacts(
        N_("Registered on"),
        N_("Valid until"),
        (
            Fact("number", N_("Registration number")),
            Fact("issuer", N_("Authority")),
            Fact(
                "registered_as", N_("Name it was given to"), N_("If not your firm's name."), False
            ),
        ),
    ),
}
