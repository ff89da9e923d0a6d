"""Words for units, currencies and packages, as sheets and buyers write them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from matchmaker.measures import UNITS

_WORDS = {
    "H87": "pc pcs piece pieces no nos number numbers unit units item items each ea pce pces "
    "nag എണ്ണം പീസ് नग पीस",
    "DZN": "doz dozen dozens dz dzn dozs ഡസൻ दर्जन",
    "GRO": "gross grs",
    "MIL": "mille thousand thousands",
    "PR": "pair pairs pr prs ജോടി जोड़ी",
    "SET": "set sets സെറ്റ് सेट",
    "KGM": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes kgm കിലോ കിലോഗ്രാം "
    "കി.ഗ്രാം किलो किग्रा",
    "GRM": "g gm gms gr gram grams gramme grammes grm ഗ്രാം ग्राम",
    "MGM": "mg milligram milligrams",
    "TNE": "mt mts ton tons tonne tonnes metric_ton metric_tons metric_tonne metric_tonnes "
    "m_ton m_tons tne ടൺ टन",
    "LBR": "lb lbs pound pounds",
    "ONZ": "oz ounce ounces",
    "CTM": "ct carat carats",
    "MTR": "m mtr mtrs meter meters metre metres rmt rm running_metre running_meter "
    "running_metres running_meters മീറ്റർ मीटर",
    "CMT": "cm cms centimetre centimetres centimeter centimeters സെമീ സെ.മീ",
    "MMT": "mm mms millimetre millimetres millimeter millimeters",
    "INH": "inch inches in ഇഞ്ച്",
    "FOT": "ft foot feet അടി",
    "YRD": "yd yds yard yards വാര",
    "MTK": "m2 sqm sq_m sq_mtr sq_mtrs sqmtr sq_meter sq_metre sq_meters sq_metres "
    "square_metre square_metres square_meter square_meters ച.മീ ചതുരശ്ര_മീറ്റർ",
    "CMK": "cm2 sqcm sq_cm",
    "FTK": "ft2 sqft sft sq_ft sq_feet square_foot square_feet ച.അടി ചതുരശ്ര_അടി",
    "YDK": "yd2 sqyd sq_yd sq_yard square_yard square_yards",
    "MTQ": "m3 cbm cum cu_m cubic_metre cubic_metres cubic_meter cubic_meters",
    "FTQ": "ft3 cft cu_ft cubic_foot cubic_feet",
    "LTR": "l lt ltr ltrs liter liters litre litres ലിറ്റർ लीटर",
    "MLT": "ml mls millilitre millilitres milliliter milliliters",
    "DAY": "d day days working_days ദിവസം दिन",
    "WEE": "wk wks week weeks ആഴ്ച सप्ताह",
    "MON": "month months mth mths മാസം महीना महीने",
}
# What a word stands for: a code of Rec 20, and how many of it.
UNIT_WORDS: Mapping[str, tuple[str, Decimal]] = {
    **{
        word.lower().replace("²", "2").replace("³", "3"): (unit.code, Decimal(1))
        for unit in reversed(list(UNITS.values()))
        for word in (unit.code, unit.name, unit.symbol)
        if word
    },
    **{
        word.replace("_", " "): (code, Decimal(1))
        for code, words in _WORDS.items()
        for word in words.split()
    },
    **{each: ("KGM", Decimal(100)) for each in ("quintal", "quintals", "qtl", "ക്വിന്റൽ")},
}
CURRENCY_WORDS: Mapping[str, str] = {
    word: code
    for code, words in {
        "INR": "₹ rs inr rupee rupees re rupaye രൂപ रु रुपये രൂ",
        "USD": "$ us$ usd dollar dollars u.s.$",
        "EUR": "€ eur euro euros",
        "GBP": "£ gbp pounds_sterling",
        "AED": "aed dhs dh dirham dirhams",
        "SAR": "sar riyal riyals",
        "JPY": "¥ jpy yen",
        "AUD": "aud a$ au$",
        "SGD": "sgd s$",
        "CAD": "cad c$ ca$",
    }.items()
    for word in words.replace("_", " ").split()
}
# Packages are no units: how much is in one differs from firm to firm.
PACKAGE_WORDS: Mapping[str, str] = {
    word: kind
    for kind, words in {
        "carton": "carton cartons ctn ctns box boxes case cases cartoon പെട്ടി",
        "bale": "bale bales ബെയിൽ bundle bundles",
        "bag": "bag bags സഞ്ചി ബാഗ്",
        "pallet": "pallet pallets",
        "drum": "drum drums barrel barrels can cans",
        "crate": "crate crates",
        "roll": "roll rolls റോൾ",
        "sack": "sack sacks ചാക്ക്",
    }.items()
    for word in words.split()
}


def unit_of(text: str) -> tuple[str, Decimal] | None:
    """The code of a unit and how many of it the word means; None for an unknown word."""
    folded = " ".join(text.lower().replace("²", "2").replace("³", "3").split()).strip(" .")
    squeezed = folded.replace(".", " ").replace("-", " ").replace("_", " ")
    for form in (folded, " ".join(squeezed.split()), squeezed.replace(" ", "")):
        if form in UNIT_WORDS:
            return UNIT_WORDS[form]
    return None


def currency_of(text: str) -> str | None:
    """The ISO code a word or sign means."""
    return CURRENCY_WORDS.get(text.lower().strip(" ."))


def package_of(text: str) -> str | None:
    """The kind of package a word means."""
    return PACKAGE_WORDS.get(text.lower().strip(" ."))
