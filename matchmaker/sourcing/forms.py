"""What is typed into enquiries and requirements. The rules are in the services."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from wtforms import (  # type: ignore[import-untyped]
    BooleanField,
    DateField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, Optional  # type: ignore[import-untyped]

from matchmaker.accounts.forms import NEEDED, Form
from matchmaker.catalogue.forms import TRADED_BY, AmountField, ask_back
from matchmaker.measures import UNITS
from matchmaker.orm import utc_now
from matchmaker.sourcing.requirements import LONGEST_TITLE, Wanted
from matchmaker.sourcing.services import LONGEST, MOST, Question
from matchmaker.wording import gettext as _

A_DAY = InputRequired(lazy_gettext("Choose a day."))


def above_nothing(_form: Form, field: Any) -> None:
    if field.data is not None and not 0 < field.data < MOST:
        raise ValidationError(_("Enter a number above nothing."))


def not_past(_form: Form, field: Any) -> None:
    if field.data is not None and field.data < utc_now().date():
        raise ValidationError(_("Choose a day to come."))


class EnquiryForm(Form):
    """A question to one firm; only the message is needed."""

    text = TextAreaField(lazy_gettext("Message"), [NEEDED, Length(max=LONGEST)])
    quantity = AmountField(lazy_gettext("Quantity"), [above_nothing])
    unit = SelectField(lazy_gettext("Unit"))
    ship_by = DateField(lazy_gettext("Needed by"), [Optional(), not_past])

    def offer_units(self, usual: str) -> None:
        """The product's own unit first."""
        self.unit.choices = units_from(usual)

    def question(self) -> Question:
        return Question(
            text=self.text.data or "",
            quantity=self.quantity.data,
            unit=self.unit.data or "",
            ship_by=self.ship_by.data,
        )


class AnswerForm(Form):
    """A message in an enquiry."""

    text = TextAreaField(lazy_gettext("Message"), [NEEDED, Length(max=LONGEST)])


class RequirementForm(Form):
    """What a buyer needs; what is optional is folded away on the page."""

    title = StringField(lazy_gettext("What you need"), [NEEDED, Length(max=LONGEST_TITLE)])
    family = SelectField(lazy_gettext("Kind of product"), default="")
    quantity = AmountField(lazy_gettext("Quantity"), [NEEDED, above_nothing])
    unit = SelectField(lazy_gettext("Unit"))
    monthly = BooleanField(lazy_gettext("This quantity every month"))
    ship_from = DateField(lazy_gettext("At the earliest"), [A_DAY])
    ship_by = DateField(lazy_gettext("At the latest"), [A_DAY, not_past])
    market = SelectField(lazy_gettext("Country it goes to"), default="")
    description = TextAreaField(lazy_gettext("Description"), [Optional(), Length(max=LONGEST)])
    price_limit = AmountField(lazy_gettext("Highest price of one"), [above_nothing])
    currency = SelectField(lazy_gettext("Currency"))
    evidence = SelectMultipleField(lazy_gettext("Certificates it must have"))

    def validate_ship_by(self, field: Any) -> None:
        if field.data and self.ship_from.data and field.data < self.ship_from.data:
            raise ValidationError(_("Choose a day after the earliest one."))

    def validate(self, extra_validators: Any = None) -> bool:
        """'1.000' pieces is asked back: it is one or a thousand."""
        fine: bool = super().validate(extra_validators)
        return ask_back([self.quantity], self.unit.data or "") and fine

    def wanted(self) -> Wanted:
        assert self.quantity.data is not None  # the form was valid
        return Wanted(
            title=self.title.data,
            family_key=self.family.data or "",
            quantity=self.quantity.data,
            unit=self.unit.data,
            monthly=self.monthly.data,
            ship_from=self.ship_from.data,
            ship_by=self.ship_by.data,
            market=self.market.data or "",
            description=self.description.data or "",
            price_limit=self.price_limit.data,
            currency=self.currency.data or "",
            evidence=tuple(self.evidence.data or ()),
        )


def units_from(usual: str = "H87") -> list[str]:
    """Units to choose from, the usual one first."""
    rest = [code for code in TRADED_BY if code != usual]
    return [usual, *rest] if usual in UNITS else rest
