"""What is typed about evidence. The form follows the type of the scheme (`fields.py`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (  # type: ignore[import-untyped]
    DateField,
    RadioField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional  # type: ignore[import-untyped]
from wtforms.widgets import CheckboxInput, ListWidget  # type: ignore[import-untyped]

from matchmaker.catalogue.forms import Mistake
from matchmaker.catalogue.models import Product, Site
from matchmaker.certification.fields import COLUMNS, FACTS, Fact
from matchmaker.certification.models import Evidence, Scheme
from matchmaker.certification.services import EvidenceFacts
from matchmaker.certification.uploads import Accepted, accept
from matchmaker.errors import BadInput, Unavailable
from matchmaker.wording import gettext as _

NEEDED = InputRequired(lazy_gettext("Please fill this in."))
LONGEST = {"number": 80, "issuer": 160, "laboratory": 160}
LATEST = dt.date(2100, 1, 1)
EARLIEST = dt.date(1950, 1, 1)


class Day(DateField):  # type: ignore[misc]
    """A day; what is none is said in words of ours."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as wrong:
            raise ValueError(_("Enter the day like 2026-11-30.")) from wrong
        if self.data is not None and not EARLIEST <= self.data <= LATEST:
            raise ValueError(_("Check the year."))


class Several(SelectMultipleField):  # type: ignore[misc]
    """Some of many, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class EvidenceForm(FlaskForm):  # type: ignore[misc]
    """Dates, scope and document; `form_for` adds the facts of the type."""

    issued_on = Day("", [NEEDED])
    expires_on = Day("", [Optional()])
    covers = RadioField(
        lazy_gettext("What does it cover?"),
        choices=[
            SelectChoice("all", lazy_gettext("All that we make")),
            SelectChoice("some", lazy_gettext("Only some of it")),
        ],
        default="all",
    )
    products = Several(lazy_gettext("Products it covers"), coerce=int, choices=[])
    sites = Several(lazy_gettext("Sites it covers"), coerce=int, choices=[])
    material = StringField(lazy_gettext("Which material is meant?"), [Optional(), Length(max=160)])
    document = FileField(lazy_gettext("Document"))
    facts_of_type: Sequence[Fact] = ()

    def facts(self) -> EvidenceFacts:
        """What was typed, as the services take it."""
        said = {each.name: (self[each.name].data or "").strip() for each in self.facts_of_type}
        some = self.covers.data == "some"
        laboratory = said.get("laboratory", "")
        return EvidenceFacts(
            number=said["number"],
            issuer=said.get("issuer") or laboratory,
            issued_on=self.issued_on.data,
            expires_on=self.expires_on.data,
            laboratory=laboratory or None,
            substances=said.get("substances") or None,
            details={name: value for name, value in said.items() if name not in COLUMNS},
            products=tuple(self.products.data or ()) if some else (),
            sites=tuple(self.sites.data or ()) if some else (),
            material=(self.material.data or "").strip(),
        )

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all can be read; if not, the document is looked at too, to tell all at once."""
        fine = bool(super().validate(extra_validators))
        if not fine:
            self.accepted()
        return fine

    def accepted(self) -> Accepted | None:
        """The document that was sent, made harmless; None without one, or one that is refused."""
        sent = self.document.data
        if sent is None or not getattr(sent, "filename", ""):
            return None
        try:
            return accept(sent.read(), sent.filename)
        except BadInput as wrong:
            self.blame(wrong)
            return None

    def mistakes(self) -> list[Mistake]:
        """All that is marked, in the order of the page."""
        names = [each.name for each in self.facts_of_type]
        names += ["issued_on", "expires_on", "products", "sites", "material", "document"]
        return [
            Mistake(self[name].id, str(self[name].label.text), str(words))
            for name in names
            for words in self[name].errors
        ]

    def blame(self, wrong: BadInput | Unavailable) -> None:
        """Put an error of the services beside the field that it speaks of."""
        if isinstance(wrong, Unavailable):
            self.document.errors = [wrong.message]
            return
        for each in wrong.every:
            at = self._fields.get(each.field, self.document)
            at.errors = [*at.errors, each.remedy]


def form_for(
    scheme: Scheme,
    products: Sequence[Product],
    sites: Sequence[Site],
    evidence: Evidence | None = None,
) -> EvidenceForm:
    """The form of this type of evidence, filled with what is known of it."""
    words = FACTS[scheme.evidence_type]
    added: dict[str, Any] = {"facts_of_type": words.facts}
    for fact in words.facts:
        kind = TextAreaField if fact.is_long else StringField
        most = LONGEST.get(fact.name, 2000 if fact.is_long else 200)
        first = NEEDED if fact.is_needed else Optional()
        added[fact.name] = kind(_(fact.label), [first, Length(max=most)])
    made = type("FormOfType", (EvidenceForm,), added)
    form: EvidenceForm = made(data=_known(scheme, evidence))
    form.issued_on.label.text, form.expires_on.label.text = _(words.issued), _(words.expires)
    if scheme.validity_months is not None:
        form.expires_on.validators = [NEEDED]
    form.products.choices = [SelectChoice(each.id, each.title) for each in products]
    form.sites.choices = [SelectChoice(each.id, f"{each.name}, {each.town}") for each in sites]
    return form


def _known(scheme: Scheme, evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return {"issuer": scheme.owner[:160] if scheme.evidence_type == "registration" else None}
    columns = {name: getattr(evidence, name) for name in (*COLUMNS, "issued_on", "expires_on")}
    materials = [each.material for each in evidence.scope if each.material]
    return {
        **evidence.details,
        **columns,
        "covers": "all" if evidence.covers_all else "some",
        "products": sorted({each.product_id for each in evidence.scope if each.product_id}),
        "sites": sorted({each.site_id for each in evidence.scope if each.site_id}),
        "material": evidence.details.get("material") or next(iter(materials), ""),
    }
