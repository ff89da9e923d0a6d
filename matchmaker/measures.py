"""Quantities with units, and what converts into what.

Units are UN/ECE Recommendation 20 common codes. Within a dimension conversion is arithmetic;
between dimensions (pieces, m², kg, containers) it needs facts of the product. A missing fact
is named, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


class Incomparable(Exception):
    """Two units that cannot be converted; `missing` names the facts that would allow it."""

    def __init__(self, message: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True)
class Unit:
    """A unit: `factor` of the dimension's base unit (mass kg, area m², volume m³, length m)."""

    code: str
    name: str
    symbol: str
    dimension: str
    factor: Decimal


def _unit(code: str, name: str, symbol: str, dimension: str, factor: str = "1") -> Unit:
    return Unit(code, name, symbol, dimension, Decimal(factor))


# UN/ECE Rec 20, revision 17e (2021); factors: SI, and the international yard and pound (1959).
UNITS: Mapping[str, Unit] = {
    unit.code: unit
    for unit in (
        _unit("C62", "one", "", "piece"),
        _unit("H87", "piece", "pc", "piece"),
        _unit("EA", "each", "ea", "piece"),
        _unit("DZN", "dozen", "doz", "piece", "12"),
        _unit("GRO", "gross", "gross", "piece", "144"),
        _unit("MIL", "thousand", "thousand", "piece", "1000"),
        _unit("PR", "pair", "pr", "pair"),
        _unit("SET", "set", "set", "set"),
        _unit("KGM", "kilogram", "kg", "mass"),
        _unit("GRM", "gram", "g", "mass", "0.001"),
        _unit("MGM", "milligram", "mg", "mass", "0.000001"),
        _unit("TNE", "tonne", "t", "mass", "1000"),
        _unit("LBR", "pound", "lb", "mass", "0.45359237"),
        _unit("ONZ", "ounce", "oz", "mass", "0.028349523125"),
        _unit("CTM", "metric carat", "ct", "mass", "0.0002"),
        _unit("APZ", "troy ounce", "ozt", "mass", "0.0311034768"),
        _unit("MTR", "metre", "m", "length"),
        _unit("CMT", "centimetre", "cm", "length", "0.01"),
        _unit("MMT", "millimetre", "mm", "length", "0.001"),
        _unit("INH", "inch", "in", "length", "0.0254"),
        _unit("FOT", "foot", "ft", "length", "0.3048"),
        _unit("YRD", "yard", "yd", "length", "0.9144"),
        _unit("MTK", "square metre", "m²", "area"),
        _unit("CMK", "square centimetre", "cm²", "area", "0.0001"),
        _unit("FTK", "square foot", "ft²", "area", "0.09290304"),
        _unit("YDK", "square yard", "yd²", "area", "0.83612736"),
        _unit("MTQ", "cubic metre", "m³", "volume"),
        _unit("FTQ", "cubic foot", "ft³", "volume", "0.028316846592"),
        _unit("DMQ", "cubic decimetre", "dm³", "volume", "0.001"),
        _unit("LTR", "litre", "l", "volume", "0.001"),
        _unit("MLT", "millilitre", "ml", "volume", "0.000001"),
        _unit("DAY", "day", "d", "time"),
        _unit("WEE", "week", "wk", "time", "7"),
        # Only named beside an attribute, never converted: each is a dimension of its own.
        _unit("MON", "month", "months", "months"),
        _unit("MIN", "minute", "min", "minutes"),
        _unit("P1", "per cent", "%", "share"),
        _unit("CEL", "degree Celsius", "°C", "temperature"),
        _unit("KWT", "kilowatt", "kW", "power"),
        _unit("VLT", "volt", "V", "voltage"),
        _unit("WTT", "watt", "W", "power", "0.001"),
        _unit("GM", "gram per square metre", "g/m²", "area weight"),
        _unit("KMQ", "kilogram per cubic metre", "kg/m³", "density"),
        _unit("MPA", "megapascal", "MPa", "pressure"),
        _unit("BAR", "bar", "bar", "pressure", "0.1"),
        _unit("HUR", "hour", "h", "minutes", "60"),
        _unit("CLT", "centilitre", "cl", "volume", "0.00001"),
        _unit("4H", "micrometre", "µm", "length", "0.000001"),
        _unit("MMQ", "cubic millimetre", "mm³", "volume", "0.000000001"),
        _unit("MMK", "square millimetre", "mm²", "area", "0.000001"),
    )
}

# The unit in which a dimension is indexed, filtered and compared.
BASE_UNITS: Mapping[str, str] = {
    "piece": "H87",
    "pair": "PR",
    "set": "SET",
    "mass": "KGM",
    "area": "MTK",
    "volume": "MTQ",
    "length": "MTR",
}


@dataclass(frozen=True)
class Quantity:
    """So many of a unit, e.g. `Quantity(Decimal(500), "KGM")`."""

    amount: Decimal
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise Incomparable(f"unknown unit {self.unit!r}; use a UN/ECE Rec 20 code such as KGM")

    @property
    def dimension(self) -> str:
        return UNITS[self.unit].dimension

    def in_base(self) -> Decimal:
        """The amount in the base unit of its dimension (kg, m², m³, m, pieces, pairs, sets)."""
        return self.amount * UNITS[self.unit].factor


@dataclass(frozen=True)
class PieceFacts:
    """What one trading unit of a product is in other dimensions; None where nobody said.

    net_kg: kilograms; area_m2, volume_m3, length_m: of one unit; per_package: units in a
    package; per_20ft, per_40hc: units in a container.
    """

    net_kg: Decimal | None = None
    area_m2: Decimal | None = None
    volume_m3: Decimal | None = None
    length_m: Decimal | None = None
    per_package: Decimal | None = None
    per_20ft: Decimal | None = None
    per_40hc: Decimal | None = None


@dataclass(frozen=True)
class Conversion:
    """A converted quantity, and the steps to show beside it."""

    quantity: Quantity
    steps: tuple[str, ...]


_FACT_OF = {"mass": "net_kg", "area": "area_m2", "volume": "volume_m3", "length": "length_m"}


def convert(quantity: Quantity, to: str, trading_unit: str, facts: PieceFacts) -> Conversion:
    """Say `quantity` in the unit `to`, using the facts of the product where dimensions differ.

    `trading_unit` is the unit the facts are about (one piece, one pair, one m²).
    Raises Incomparable naming the missing fact.
    """
    if to not in UNITS:
        raise Incomparable(f"unknown unit {to!r}; use a UN/ECE Rec 20 code such as KGM")
    if UNITS[to].dimension == quantity.dimension:
        amount = quantity.in_base() / UNITS[to].factor
        steps = () if to == quantity.unit else (_step(quantity, amount, to, ""),)
        return Conversion(Quantity(amount, to), steps)
    units, first = _to_trading_units(quantity, trading_unit, facts)
    amount, second = _from_trading_units(units, trading_unit, to, facts)
    return Conversion(Quantity(amount, to), (*first, *second))


def _to_trading_units(
    quantity: Quantity, trading_unit: str, facts: PieceFacts
) -> tuple[Decimal, tuple[str, ...]]:
    if quantity.dimension == UNITS[trading_unit].dimension:
        return quantity.in_base() / UNITS[trading_unit].factor, ()
    per_unit, why = _fact(quantity.dimension, trading_unit, facts)
    amount = quantity.in_base() / per_unit
    return amount, (_step(quantity, amount, trading_unit, why),)


def _from_trading_units(
    amount: Decimal, trading_unit: str, to: str, facts: PieceFacts
) -> tuple[Decimal, tuple[str, ...]]:
    if UNITS[to].dimension == UNITS[trading_unit].dimension:
        return amount * UNITS[trading_unit].factor / UNITS[to].factor, ()
    per_unit, why = _fact(UNITS[to].dimension, trading_unit, facts)
    converted = amount * per_unit / UNITS[to].factor
    return converted, (_step(Quantity(amount, trading_unit), converted, to, why),)


def _fact(dimension: str, trading_unit: str, facts: PieceFacts) -> tuple[Decimal, str]:
    name = _FACT_OF.get(dimension)
    value = getattr(facts, name) if name else None
    if name is None or not value:
        missing = name or f"{dimension} per {_singular(trading_unit)}"
        raise Incomparable(
            f"cannot be compared: {missing} of one {_singular(trading_unit)} is not known",
            (missing,),
        )
    base = UNITS[BASE_UNITS[dimension]].symbol
    return value, f"one {_singular(trading_unit)} is {value:f} {base}"


def unit_shown(code: str) -> str:
    """The unit as it stands behind an amount; what is counted in ones is counted in pieces."""
    unit = UNITS[code]
    return unit.symbol or UNITS[BASE_UNITS[unit.dimension]].symbol


def _singular(code: str) -> str:
    return "piece" if code == "C62" else UNITS[code].name


def _step(before: Quantity, amount: Decimal, to: str, why: str) -> str:
    first = f"{_shown(before.amount)} {unit_shown(before.unit)}"
    second = f"{_shown(amount)} {unit_shown(to)}"
    return f"{first} = {second} ({why})" if why else f"{first} = {second}"


def _shown(amount: Decimal) -> str:
    """At most four digits after the point, no zeros at the end, no exponent."""
    rounded = amount.quantize(Decimal("0.0001")) if abs(amount) < 10**20 else amount
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
