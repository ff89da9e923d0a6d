"""What is typed about a product. The rules are in the services; here typing becomes values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[import-untyped]
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional  # type: ignore[import-untyped]

from matchmaker.catalogue import labels
from matchmaker.catalogue.amounts import NotANumber, read_amount
from matchmaker.catalogue.facts import MOST_TIERS, ProductFacts, is_numeric
from matchmaker.catalogue.models import ProductFamily
from matchmaker.errors import BadInput
from matchmaker.money import OFFERED
from matchmaker.wording import gettext as _

TRADED_BY = (
    *("H87", "PR", "SET", "DZN", "MIL", "KGM", "GRM", "TNE", "CTM"),
    *("MTR", "MTK", "MTQ", "LTR"),
)
ROWS_AT_FIRST = 3
_PLAIN = ("sku", "title", "description", "hs_code", "unit", "currency", "incoterm", "state")
_AMOUNTS = ("net_kg", "gross_kg", "unit_m2", "unit_m3", "per_package", "per_20ft", "per_40hc")


class AmountField(StringField):  # type: ignore[misc]
    """A number as people type it; None where nothing was typed. What was typed stays."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else _shown(self.data)

    def process_formdata(self, typed: Sequence[str]) -> None:
        self.data = None
        if not typed or not typed[0].strip():
            return
        try:
            self.data = read_amount(typed[0])
        except NotANumber as wrong:
            raise ValueError(_("Enter a number, e.g. 1200 or 12,5.")) from wrong


class WholeField(IntegerField):  # type: ignore[misc]
    """A whole number; None where nothing was typed."""

    def process_formdata(self, typed: Sequence[str]) -> None:
        self.data = None
        if not typed or not typed[0].strip():
            return
        try:
            amount = read_amount(typed[0])
        except NotANumber as wrong:
            raise ValueError(_("Enter a whole number of days.")) from wrong
        if amount != amount.to_integral_value() or abs(amount) > 10_000:
            raise ValueError(_("Enter a whole number of days."))
        self.data = int(amount)


class TierForm(Form):  # type: ignore[misc]
    """One step of the price list."""

    from_quantity = AmountField()
    price = AmountField()


class ProductForm(FlaskForm):  # type: ignore[misc]
    """All that is said of a product. `version`: from which the change was made."""

    class Meta:
        csrf = False  # the application checks every form that is sent, this one too

    version = HiddenField()
    family = HiddenField()
    title = StringField()
    sku = StringField()
    description = TextAreaField()
    hs_code = StringField()
    hs_words = StringField()
    unit = SelectField(choices=list(TRADED_BY), validate_choice=False)
    moq = AmountField()
    tiers = FieldList(FormField(TierForm), max_entries=MOST_TIERS)
    currency = SelectField(choices=list(OFFERED))
    incoterm = SelectField(choices=list(labels.INCOTERMS))
    incoterm_place = StringField()
    price_audience = SelectField(choices=list(labels.AUDIENCES))
    lead_days = WholeField(validators=[Optional()])
    line = SelectField()
    line_factor = AmountField()
    net_kg = AmountField()
    gross_kg = AmountField()
    unit_m2 = AmountField()
    unit_m3 = AmountField()
    package_kind = SelectField(choices=["", *labels.PACKAGES])
    per_package = AmountField()
    per_20ft = AmountField()
    per_40hc = AmountField()
    standards = TextAreaField()
    gi = StringField()
    state = SelectField(choices=list(labels.STATES))

    def attributes(self) -> list[Any]:
        """The fields of the family's attributes, in its order."""
        return [each for each in self if each.name.startswith("attribute-")]

    def add_rows(self, wanted: int) -> None:
        """Show at least so many rows of prices."""
        while len(self.tiers) < min(wanted, MOST_TIERS):
            self.tiers.append_entry()

    def facts(self, before: ProductFacts, family: ProductFamily) -> ProductFacts:
        """The facts as typed; what this form does not ask for stays as it was."""
        values: dict[str, Any] = {name: (self[name].data or "").strip() for name in _PLAIN}
        values |= {name: self[name].data for name in _AMOUNTS}
        known = {f"attribute-{key}": key for key in family.attributes}
        told = {key: self[name].data for name, key in known.items() if name in self}
        others = {k: v for k, v in before.attributes.items() if k not in family.attributes}
        lines = [each.strip() for each in (self.standards.data or "").splitlines()]
        return replace(
            before,
            **values,
            moq=self.moq.data if self.moq.data is not None else Decimal(0),
            lead_days=self.lead_days.data,
            line_factor=self.line_factor.data or Decimal(1),
            incoterm_place=(self.incoterm_place.data or "").strip(),
            price_audience=self.price_audience.data,
            package_kind=self.package_kind.data or None,
            gi=(self.gi.data or "").strip() or None,
            standards=tuple(each for each in lines if each),
            attributes=others | {k: _plain(v) for k, v in told.items() if v not in (None, "")},
            tiers=self._tiers(),
        )

    def _tiers(self) -> tuple[tuple[Decimal, Decimal], ...]:
        """The rows that say something; the first may leave its quantity to the minimum order."""
        told: list[tuple[Decimal, Decimal]] = []
        for row in self.tiers:
            quantity, price = row.from_quantity.data, row.price.data
            if price is None and quantity is None:
                continue
            if price is None:
                raise BadInput("price", "", _("Give each quantity its price."))
            if quantity is None and told:
                raise BadInput("from quantity", "", _("Say from which quantity on."))
            told.append((quantity if quantity is not None else self.moq.data or Decimal(1), price))
        return tuple(told)

    def blame(self, error: BadInput) -> None:
        """Put a refusal of the services beside the field it is about."""
        name = error.field
        if name in ("price", "from quantity"):
            name = "tiers"
        if name.startswith("attributes."):
            name = f"attribute-{name.removeprefix('attributes.')}"
        at = self[name if name in self else "title"]
        at.errors = [*at.errors, error.remedy]


def product_form(
    family: ProductFamily,
    lines: Iterable[tuple[int, str]],
    *,
    said: ProductFacts | None = None,
    **others: Any,
) -> ProductForm:
    """The form for a product of this family. `lines`: the production lines of the firm.

    `said`: what it shows until something is typed; `others`: version, line.
    """
    fields = {
        f"attribute-{key}": _attribute(about, key) for key, about in family.attributes.items()
    }
    form = type("FormOfFamily", (ProductForm,), fields)(
        data=(_shown_at_first(said) if said else {}) | {"family": family.key} | others
    )
    named = (SelectChoice(str(number), name) for number, name in lines)
    form.line.choices = [SelectChoice("", ""), *named]
    form.add_rows(ROWS_AT_FIRST)
    return form  # type: ignore[no-any-return]


def _attribute(about: Mapping[str, Any], key: str) -> Any:
    label = str(about.get("label", key))
    kind = AmountField if is_numeric(about) else StringField
    return kind(label, description=labels.unit_of(about))


def _shown_at_first(said: ProductFacts) -> dict[str, Any]:
    names = ("moq", "lead_days", "line_factor", "incoterm_place", "price_audience", "gi")
    values: dict[str, Any] = {name: getattr(said, name) for name in (*_PLAIN, *_AMOUNTS, *names)}
    values["package_kind"] = said.package_kind or ""
    values["standards"] = "\n".join(said.standards)
    values["tiers"] = [{"from_quantity": q, "price": p} for q, p in said.tiers]
    values |= {f"attribute-{key}": value for key, value in said.attributes.items()}
    return values


def _shown(value: Any) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(value: Any) -> Any:
    """A number as JSON keeps it, words without spaces around them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.strip()
