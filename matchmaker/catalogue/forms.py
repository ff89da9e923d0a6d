"""What is typed about a product. The rules are in the services; here typing becomes values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from matchmaker.catalogue.amounts import NotANumber, read_amount, two_readings
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
_OF_STEPS = frozenset({"price", "from quantity", "tiers"})
_AMOUNTS = ("net_kg", "gross_kg", "unit_m2", "unit_m3", "per_package", "per_20ft", "per_40hc")


@dataclass(frozen=True)
class Mistake:
    """Something to mend: `at` is the id of the field, `label` its name, `words` what to do."""

    at: str
    label: str
    words: str


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


def ask_back(fields: Iterable[Any], unit: str) -> bool:
    """Whether it is plain how many are meant; where '1.000' was typed the field asks."""
    is_plain = True
    for each in fields:
        typed = str(each.raw_data[0]) if each.raw_data else ""
        if not each.errors and (words := two_readings(typed, unit)):
            each.errors, is_plain = [words], False
    return is_plain


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

    def validate(self, extra_validators: Any = None) -> bool:
        """What can be read at all, and of each price from which quantity on it counts."""
        fine = bool(super().validate(extra_validators))
        for number, row in enumerate(self.tiers):
            cells = (row.from_quantity, row.price)
            if any(each.errors for each in cells) or not any(_is_typed(each) for each in cells):
                continue
            if row.price.data is None:
                row.price.errors = [_("Give each quantity its price.")]
            elif row.from_quantity.data is None and number:
                row.from_quantity.errors = [_("Say from which quantity on.")]
            fine = fine and not any(each.errors for each in cells)
        counted = [self.moq, self.per_package, self.per_20ft, self.per_40hc]
        counted += [row.from_quantity for row in self.tiers]
        return ask_back(counted, self.unit.data or "") and fine

    def _tiers(self) -> tuple[tuple[Decimal, Decimal], ...]:
        """The rows that say something; the first may leave its quantity to the minimum order."""
        least = self.moq.data or Decimal(1)
        return tuple(
            (least if row.from_quantity.data is None else row.from_quantity.data, row.price.data)
            for row in self.tiers
            if row.price.data is not None
        )

    def blame(self, faults: Iterable[BadInput]) -> None:
        """Put each refusal of the services beside its field, unless that says already why."""
        for fault in faults:
            at = self._blamed(fault)
            if fault.remedy not in at.errors:
                at.errors = [*at.errors, fault.remedy]

    def _blamed(self, fault: BadInput) -> Any:
        """The field a refusal is about; of the prices the cell that says what cannot be."""
        name = fault.field
        if name in _OF_STEPS:
            cells = [cell for row in self.tiers for cell in (row.from_quantity, row.price)]
            found = [each for each in cells if _is_typed(each) and each.data == fault.value]
            return found[-1] if found else self.tiers[0].price
        if name.startswith("attributes."):
            name = f"attribute-{name.removeprefix('attributes.')}"
        return self[name if name in self else "title"]

    def mistakes(self) -> list[Mistake]:
        """All that is marked, in the order of the page."""
        named = [(each, self._label(each)) for each in self._in_order()]
        return [
            Mistake(each.id, label, str(words)) for each, label in named for words in each.errors
        ]

    def _in_order(self) -> list[Any]:
        fields = [each for each in self if not each.name.startswith("attribute-")]
        at = [each.name for each in fields].index("moq")
        cells = [cell for row in self.tiers for cell in (row.from_quantity, row.price)]
        fields = [*fields[:at], *self.attributes(), *fields[at:]]
        at = [each.name for each in fields].index("tiers")
        return [*fields[:at], *cells, *fields[at + 1 :]]

    def _label(self, field: Any) -> str:
        _tiers, _dash, rest = field.name.partition("-")
        if field.name in labels.LABELS:
            return _(labels.LABELS[field.name])
        if not field.name.startswith("tiers-"):
            return str(field.label.text)
        number, _dash, part = rest.partition("-")
        if part == "price":
            return _("Price of one, step %(number)s", number=int(number) + 1)
        return _("From, step %(number)s", number=int(number) + 1)


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


def _is_typed(field: Any) -> bool:
    return bool(field.data is not None or (field.raw_data and field.raw_data[0].strip()))


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
