"""How people write units, limits and what a figure is about, in the languages of the site.

Lists only; `figures.py` reads texts with them. Words are lower case; a blank stands for any
blanks. Units are UN/ECE Rec 20 codes of `measures.py`, or one of `OWN_UNITS`.
"""

from __future__ import annotations

from collections.abc import Mapping

# Units that Rec 20 has no short code for, or that are counts of a kind.
OWN_UNITS = ("shore", "threads", "mesh", "knots", "ply", "poles", "pages", "hp", "quintal")

UNIT_WORDS: Mapping[str, str] = {
    "MMT": "mm|millimetre|millimetres|millimeter|millimeters|milímetros|millimètres|मिमी|मि.मी."
    "|മില്ലീമീറ്റർ|മി.മീ.|مم|ملم|مليمتر",
    "CMT": "cm|cms|centimetre|centimetres|centimeter|centimeters|zentimeter|सेमी|सें.मी.|സെ.മീ."
    "|സെന്റിമീറ്റർ|سم",
    "MTR": "m|mtr|mtrs|metre|metres|meter|meters|mètre|mètres|metro|metros|मीटर|മീറ്റർ|متر",
    "4H": "µm|μm|micron|microns|mikron|micrones|माइक्रोन|മൈക്രോൺ|ميكرون",
    "INH": "inch|inches|zoll|pouce|pouces|pulgada|pulgadas|इंच|ഇഞ്ച്|بوصة",
    "FOT": "ft|feet|foot|fuß|फुट|अടി|അടി|قدم",
    "YRD": "yd|yds|yard|yards",
    "KGM": "kg|kgs|kilo|kilos|kilogram|kilograms|kilogramm|kilogramme|kilogrammes|kilogramo"
    "|kilogramos|किलो|किग्रा|കിലോ|കി.ഗ്രാം|كجم|كغ|كغم|كيلو",
    "GRM": "g|gm|gms|gram|grams|gramm|gramme|grammes|gramo|gramos|ग्राम|ഗ്രാം|غرام|جرام",
    "MGM": "mg",
    "TNE": "t|mt|ton|tons|tonne|tonnes|tonnen|tonelada|toneladas|टन|ടൺ|طن",
    "quintal": "quintal|quintals|qtl|क्विंटल|ക്വിന്റൽ",
    "LBR": "lb|lbs|pound|pounds|pfund|livres|libras",
    "ONZ": "oz|ounce|ounces|unzen|onzas",
    "CTM": "ct|cts|carat|carats",
    "LTR": "l|ltr|ltrs|litre|litres|liter|liters|litro|litros|लीटर|ലിറ്റർ|لتر",
    "MLT": "ml|millilitre|millilitres|milliliter|milliliters|मिली|മില്ലി|مل",
    "CLT": "cl",
    "GM": "gsm|g/m2|g/m²|g/sqm|g/qm|gr/m2|grams per square metre|grams per square meter|जीएसएम"
    "|ജിഎസ്എം",
    "KMQ": "kg/m3|kg/m³",
    "MTK": "sqm|sq m|sq.m.|m2|m²|qm|square metre|square metres|square meter|square meters",
    "FTK": "sqft|sq ft|sq.ft.|ft2|ft²|square foot|square feet",
    "KWT": "kw|kilowatt|kilowatts",
    "WTT": "w|watt|watts",
    "hp": "hp|ps|horsepower",
    "VLT": "v|volt|volts",
    "BAR": "bar|bars",
    "MPA": "mpa",
    "shore": "shore a|shore|sh a",
    "threads": "thread count|threads|tc",
    "mesh": "mesh",
    "knots": "knots per square inch|knots per sq inch|kpsi",
    "ply": "ply|plies|-ply|lagig",
    "poles": "pole|poles|polig",
    "pages": "pages|seiten|páginas|पृष्ठ|പേജ്",
    "H87": "pc|pcs|piece|pieces|nos|units|stück|stk|pièces|pièce|piezas|pieza|unidades|नग|पीस"
    "|എണ്ണം|പീസ്|قطعة|قطع|حبة",
    "PR": "pair|pairs|paar|paires|pares|जोड़ी|ജോഡി|زوج",
    "SET": "set|sets|sätze|juegos",
    "DZN": "dozen|dozens|dutzend|docenas|douzaines|दर्जन|ഡസൻ",
    "DAY": "day|days|tag|tage|tagen|día|días|jour|jours|दिन|ദിവസം|يوم|أيام",
    "WEE": "week|weeks|woche|wochen|semana|semanas|semaine|semaines|सप्ताह|ആഴ്ച|أسبوع|أسابيع",
    "MON": "month|months|monat|monate|monaten|mes|meses|mois|महीने|മാസം|شهر|أشهر",
}

MULTIPLIERS: Mapping[str, int] = {
    "thousand": 1_000, "tausend": 1_000, "mil": 1_000, "mille": 1_000, "हज़ार": 1_000,
    "हजार": 1_000, "ആയിരം": 1_000, "ألف": 1_000,
    "lakh": 100_000, "lakhs": 100_000, "lac": 100_000, "lacs": 100_000, "लाख": 100_000,
    "ലക്ഷം": 100_000,
    "million": 1_000_000, "millions": 1_000_000, "millionen": 1_000_000, "مليون": 1_000_000,
    "crore": 10_000_000, "crores": 10_000_000, "करोड़": 10_000_000, "കോടി": 10_000_000,
}  # fmt: skip

CURRENCIES: Mapping[str, str] = {
    "USD": "us$|$|usd|dollar|dollars|dólares|डॉलर|ഡോളർ|دولار",
    "EUR": "€|eur|euro|euros|يورو",
    "GBP": "£|gbp|sterling",
    "INR": "₹|rs.|rs|inr|rupee|rupees|rupien|rupias|roupies|रुपये|रुपए|രൂപ|روبية",
    "AED": "aed|dirham|dirhams|درهم",
    "SAR": "sar|riyal|riyals|ريال",
    "JPY": "¥|jpy|yen",
}

# Before a figure.
MOST = (
    "not more than|no more than|less than|up to|upto|at most|maximum|max.|max|under|below|within"
    "|<=|≤|<|bis zu|bis|höchstens|maximal|weniger als|unter|menos de|hasta|como máximo|máximo"
    "|moins de|jusqu'à|jusqu’à|au plus|maximum de|أقل من|حتى|كحد أقصى|अधिकतम|പരമാവധി"
)
LEAST = (
    "not less than|no less than|more than|at least|minimum|min.|min|above|over|from|>=|≥|>"
    "|mindestens|mehr als|über|ab|al menos|más de|mínimo|au moins|plus de|minimum de"
    "|أكثر من|على الأقل|न्यूनतम|കുറഞ്ഞത്"
)
ABOUT = "about|around|approx.|approx|approximately|circa|ca.|ca|~|etwa|environ|unos|लगभग|ഏകദേശം"
# After a figure.
MOST_AFTER = "or less|or under|or below|max.|max|maximum|oder weniger|o menos|ou moins|तक|से कम|വരെ"
LEAST_AFTER = (
    "or more|or above|or over|and above|plus|+|min.|min|minimum|oder mehr|o más|ou plus|से अधिक"
)

# What a figure is about: before it, after it.
ORDER = (
    "minimum order quantity of|minimum order quantity|minimum order of|minimum order|min order"
    "|min. order|moq of|moq|mindestbestellmenge|mindestmenge|pedido mínimo|commande minimum"
    "|न्यूनतम ऑर्डर|കുറഞ്ഞ ഓർഡർ|الحد الأدنى للطلب"
)
CAPACITY = "monthly capacity of|monthly capacity|capacity of|capacity|kapazität|capacidad|capacité"
MONTHLY = (
    "a month|per month|each month|every month|/ month|/month|/mo|monthly|p.m.|im monat|pro monat"
    "|monatlich|al mes|por mes|mensual|par mois|mensuel"
    "|प्रति माह|हर महीने|മാസം തോറും|പ്രതിമാസം|شهريا|في الشهر"
)
LEAD = (
    "lead time of|lead time|delivery time|delivery in|delivery|delivered in|ready in|lieferzeit"
    "|lieferung in|plazo de entrega|délai de livraison|délai|within|in|innerhalb von|innerhalb"
    "|dentro de|sous|en|خلال"
)
LEAD_AFTER = "lead time|lead|delivery|lieferzeit|में|के भीतर|के अंदर|കൊണ്ട്"
PER = "per|/|a|an|each|je|pro|par|por|le|el|प्रति|لكل"

NAMES_BEFORE: Mapping[str, str] = {
    "thickness": "thickness of|thickness|gauge|dicke|stärke|espesor|grosor|épaisseur|मोटाई|കനം"
    "|سماكة",
    "width": "width of|width|breite|ancho|largeur|चौड़ाई|വീതി|عرض",
    "length": "length of|length|länge|largo|longueur|लंबाई|നീളം|طول",
    "height": "height of|height|höhe|alto|altura|hauteur|ऊँचाई|ഉയരം|ارتفاع",
    "diameter": "diameter of|diameter|dia.|dia|ø|⌀|durchmesser|diámetro|diamètre|व्यास|വ്യാസം|قطر",
    "hardness": "shore a|shore hardness|hardness",
    "knots": "kpsi",
}
NAMES_AFTER: Mapping[str, str] = {
    "thickness": "thick|thickness|gauge|dick|de espesor|d'épaisseur|मोटा|കനം|سماكة",
    "width": "wide|width|breit|de ancho|de large|चौड़ा|വീതി|عرض",
    "length": "long|length|lang|de largo|de long|लंबा|നീളം|طول",
    "height": "high|tall|height|hoch|de alto|de haut|ऊँचा|ഉയരം|ارتفاع",
    "diameter": "diameter|dia.|dia|durchmesser|de diámetro|de diamètre|व्यास|വ്യാസം|قطر",
}
