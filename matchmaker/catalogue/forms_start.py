"""What is typed on the pages for a maker with a phone: five answers, then one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (  # type: ignore[import-untyped]
    HiddenField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length  # type: ignore[import-untyped]

from matchmaker.catalogue import labels
from matchmaker.catalogue.asking import ATTRIBUTE
from matchmaker.catalogue.facts import ProductFacts, is_numeric
from matchmaker.catalogue.forms import AmountField, WholeField, ask_back
from matchmaker.catalogue.start import OFFERED_UNITS, Answers
from matchmaker.errors import N_, BadInput
from matchmaker.wording import gettext as _

# How units are named on a phone; `labels` and `measures` have the others.
UNIT_WORDS: Mapping[str, str] = {
    "H87": N_("piece"),
    "KGM": N_("kilogram"),
    "PR": N_("pair"),
    "SET": N_("set"),
    "MTR": N_("metre"),
    "MTK": N_("square metre"),
    "LTR": N_("litre"),
    "TNE": N_("tonne"),
}
OTHER = "other"
# Which field a refusal of the services belongs to.
_BLAMED = {"title": "name", "moq": "minimum", "from quantity": "minimum", "tiers": "price"}


class StartForm(FlaskForm):  # type: ignore[misc]
    """The five answers. The key is made before anything is typed: sent twice, kept once."""

    class Meta:
        csrf = False  # the application checks every form that is sent, this one too

    draft_key = HiddenField()
    photo = FileField()
    name = StringField(filters=[lambda typed: (typed or "").strip()])
    price = AmountField()
    unit = SelectField(choices=list(OFFERED_UNITS))
    monthly = AmountField()
    minimum = AmountField()

    def validate(self, extra_validators: Any = None) -> bool:
        """All but the photo must be there, and be more than nothing."""
        fine = bool(super().validate(extra_validators))
        for field, words in (
            (self.name, _("Say in a few words what it is, e.g. Rubber cow mat 18 mm.")),
            (self.price, _("Enter the price of one in rupees, e.g. 120.")),
            (self.monthly, _("Enter how many you can make in a month, e.g. 500.")),
            (self.minimum, _("Enter the smallest number you sell at once, e.g. 50.")),
        ):
            missing = field.data is None or not str(field.data).strip()
            nothing = isinstance(field.data, Decimal) and field.data <= 0
            if not field.errors and (missing or nothing):
                field.errors = [words]
                fine = False
        return ask_back((self.monthly, self.minimum), self.unit.data or "") and fine

    def answers(self) -> Answers:
        """What was said, once `validate` has passed."""
        price, monthly, minimum = self.price.data, self.monthly.data, self.minimum.data
        assert price is not None
        assert monthly is not None
        assert minimum is not None
        return Answers(self.name.data, price, monthly, minimum, self.unit.data)

    def blame(self, error: BadInput) -> None:
        """Put what the services refuse beside the fields it is about."""
        for each in error.every:
            name = _BLAMED.get(each.field, each.field)
            self[name if name in self else "name"].errors = [each.remedy]


class RestateForm(FlaskForm):  # type: ignore[misc]
    """One fact as it is now."""

    class Meta:
        csrf = False

    value = AmountField()


class _Question(FlaskForm):  # type: ignore[misc]
    """Base of the forms that ask one thing."""

    class Meta:
        csrf = False

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        """The facts that the answer changes: none where it is no fact of the listing."""
        return {}

    def blame(self, error: BadInput) -> None:
        """Put a refusal of the services beside the field it is about."""
        shown = [each for each in self if each.type != "HiddenField"]
        at = next((each for each in shown if each.name == error.field), shown[0])
        at.errors = [error.remedy]


class LeadForm(_Question):
    lead_days = WholeField()

    def validate(self, extra_validators: Any = None) -> bool:
        return _filled(self, extra_validators, self.lead_days, _("Enter days, e.g. 30."))

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        return {"lead_days": self.lead_days.data}


class SizeForm(_Question):
    net_kg = AmountField()

    def validate(self, extra_validators: Any = None) -> bool:
        return _filled(self, extra_validators, self.net_kg, _("Enter kilograms, e.g. 12,5."))

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        return {"net_kg": self.net_kg.data}


class PackingForm(_Question):
    package_kind = SelectField(choices=list(labels.PACKAGES))
    per_package = AmountField()

    def validate(self, extra_validators: Any = None) -> bool:
        return _filled(self, extra_validators, self.per_package, _("Enter a number, e.g. 20."))

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        return {"package_kind": self.package_kind.data, "per_package": self.per_package.data}


class DescriptionForm(_Question):
    description = TextAreaField(validators=[Length(max=8000)])

    def validate(self, extra_validators: Any = None) -> bool:
        words = _("Write a sentence or two.")
        return _filled(self, extra_validators, self.description, words)

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        return {"description": self.description.data.strip()}


class AttributeForm(_Question):
    """A number, or one of the family's words, or words of one's own."""

    key = ""
    value: Any = None
    other: Any = None

    def validate(self, extra_validators: Any = None) -> bool:
        words = _("Enter a number.") if self.other is None else _("Choose one or type your own.")
        return _filled(self, extra_validators, self._told(), words)

    def stated(self, facts: ProductFacts) -> dict[str, Any]:
        told = self._told().data
        if isinstance(told, Decimal):
            told = int(told) if told == told.to_integral_value() else float(told)
        return {"attributes": dict(facts.attributes) | {self.key: told}}

    def _told(self) -> Any:
        own = self.other is not None and (self.value.data == OTHER or not self.value.data)
        return self.other if own else self.value


class FamilyForm(_Question):
    """What kind of product it is; the choices are the likeliest."""

    family = RadioField(validate_choice=False)

    def validate(self, extra_validators: Any = None) -> bool:
        words = _("Choose what kind of product it is.")
        return _filled(self, extra_validators, self.family, words)


class PhotoForm(_Question):
    photo = FileField()

    def validate(self, extra_validators: Any = None) -> bool:
        return _filled(self, extra_validators, self.photo, _("Choose a photo."))


_FORMS: Mapping[str, type[_Question]] = {
    "family": FamilyForm,
    "photo": PhotoForm,
    "lead": LeadForm,
    "size": SizeForm,
    "packing": PackingForm,
    "description": DescriptionForm,
}


def form_for(question: str, attributes: Mapping[str, Mapping[str, Any]]) -> _Question:
    """The form that asks this. `attributes`: those of the family."""
    if not question.startswith(ATTRIBUTE):
        return _FORMS[question]()
    key = question.removeprefix(ATTRIBUTE)
    about = attributes[key]
    fields: dict[str, Any] = {"key": key}
    if is_numeric(about):
        fields["value"] = AmountField()
    else:
        values = [str(each) for each in about.get("values") or ()]
        choices = [*map(SelectChoice, values), SelectChoice(OTHER, _("Something else"))]
        fields["value"] = RadioField(choices=choices, validate_choice=False)
        fields["other"] = StringField(filters=[lambda typed: (typed or "").strip()])
    return cast(_Question, type("AboutOne", (AttributeForm,), fields)())


def _filled(form: FlaskForm, extra: Any, field: Any, words: str) -> bool:
    """Whether the form is fine and this field says something; else `words` stand beside it."""
    fine = bool(super(_Question, form).validate(extra))
    if not field.errors and (field.data is None or not str(field.data).strip()):
        field.errors = [words]
    return fine and not field.errors
