"""The columns a sheet may have: what they hold, and by which headings they go. Pure.

Attributes of families come on top of these: 'attributes.<label>', in the unit of the family.
"""

from __future__ import annotations

from dataclasses import dataclass

from matchmaker.errors import N_

MOST_STEPS = 12  # prices of one product


@dataclass(frozen=True)
class Column:
    """`words`: headings by which it goes, '|' between them. `sample`: a cell of the template."""

    key: str
    label: str
    help: str
    words: str
    sample: str = ""


COLUMNS: tuple[Column, ...] = (
    Column(
        "firm",
        N_("Firm"),
        N_("Only in sheets of several firms: the firm's name as it stands here."),
        "firm|firm name|company|company name|manufacturer|supplier|unit name|maker|exporter|"
        "member|member unit|vendor|name of firm|name of unit|സ്ഥാപനം|സംരംഭം|"
        "സ്ഥാപനത്തിന്റെ പേര്|കമ്പനി",
    ),
    Column(
        "sku",
        N_("Item number (SKU)"),
        N_("Your own number. By it a row finds its product the next time."),
        "sku|item number|item no|item code|item number sku|code|product code|art no|article|"
        "article no|article number|art nr|artikelnr|artikelnummer|model|model no|part no|"
        "part number|style no|design no|ref|ref no|reference|catalogue no|product no|"
        "product id|ഇനം നമ്പർ|കോഡ്|ഐറ്റം കോഡ്",
        "MAT-18",
    ),
    Column(
        "title",
        N_("Name"),
        N_("What it is, in a few words. Needed for a new product."),
        "name|product|product name|item|item name|title|particulars|name of product|"
        "name of item|products|items|goods|product description|description of goods|"
        "item description|material description|പേര്|ഉൽപ്പന്നം|ഉല്പന്നം|ഉത്പന്നം|"
        "ഉൽപ്പന്നത്തിന്റെ പേര്|"
        "ഉല്പന്നത്തിന്റെ പേര്|ഇനം|സാധനം|उत्पाद|नाम|विवरण",
        "Rubber mat for entrances 60 x 40 cm",
    ),
    Column(
        "description",
        N_("Description"),
        N_("What a buyer should know: material, use, finish."),
        "description|details|specification|specifications|specs|product details|remarks|"
        "features|long description|വിവരണം|വിശദാംശങ്ങൾ",
        "Ribbed mat of natural rubber, for doors and shops.",
    ),
    Column(
        "family",
        N_("Kind of product"),
        N_("One of the kinds listed on the second sheet. Empty: guessed from the name."),
        "kind of product|kind|family|product family|category|product category|group|"
        "product group|type of product|ഉൽപ്പന്ന വിഭാഗം|ഉൽപ്പന്നത്തിന്റെ തരം|വിഭാഗം|തരം",
    ),
    Column(
        "hs_code",
        N_("HS code"),
        N_("Six digits; longer Indian codes are shortened. Empty: that of the kind."),
        "hs code|hs|hsn|hsn code|hsn no|hsn sac|itc hs|itc hs code|tariff code|tariff heading|"
        "commodity code|HS കോഡ്|എച്ച്എസ് കോഡ്|എച്ച്.എസ്. കോഡ്",
        "4016.99",
    ),
    Column(
        "unit",
        N_("Unit"),
        N_("What one price is for: pcs, kg, dozen, pair, m², MT."),
        "unit|uom|units|u o m|unit of measure|unit of measurement|sales unit|price unit|"
        "per|price per|rate per|യൂണിറ്റ്|അളവ് യൂണിറ്റ്|ഏകകം",
        "pcs",
    ),
    Column(
        "moq",
        N_("Minimum order"),
        N_("The smallest quantity you sell, e.g. 500 or 12 doz."),
        "minimum order|moq|min order|min qty|minimum quantity|minimum order quantity|min order qty|"
        "min order quantity|minimum|minimum qty|കുറഞ്ഞ ഓർഡർ|കുറഞ്ഞ അളവ്|മിനിമം ഓർഡർ|"
        "ഏറ്റവും കുറഞ്ഞ ഓർഡർ",
        "500",
    ),
    Column(
        "currency",
        N_("Currency"),
        N_("INR unless you say otherwise."),
        "currency|curr|ccy|price currency|കറൻസി|നാണയം",
        "INR",
    ),
    Column(
        "from",
        N_("From quantity"),
        N_("The quantity from which the price holds. Empty: the minimum order."),
        "from quantity|from qty|quantity from|ഇത്രയും മുതൽ|അളവ് മുതൽ",
        "500",
    ),
    Column(
        "price",
        N_("Price"),
        N_("Of one unit, e.g. 120 or Rs 120/pc. Lower prices for more go into “Price 2”."),
        "price|unit price|rate|ex works price|price ex works|exw price|basic price|basic rate|"
        "selling price|price per unit|price per piece|cost|ex factory price|ex factory rate|"
        "our price|offer price|net price|fob price|price per kg|"
        "വില|നിരക്ക്|വില ഒന്നിന്|मूल्य|दाम|कीमत|दर",
        "450",
    ),
    Column(
        "price_audience",
        N_("Who sees the price"),
        N_("public, verified (buyers a desk has checked) or request."),
        "who sees the price|price audience|price visibility|price shown to|"
        "വില ആർക്ക് കാണാം|വില ആർക്കു കാണാം",
        "public",
    ),
    Column(
        "incoterm",
        N_("Incoterm"),
        N_("Incoterms 2020: EXW, FOB, CIF …"),
        "incoterm|incoterms|terms of delivery|delivery terms|ഇൻകോടേം|വിതരണ വ്യവസ്ഥ",
        "EXW",
    ),
    Column(
        "incoterm_place",
        N_("Place of delivery"),
        N_("The place that belongs to the Incoterm."),
        "place of delivery|incoterm place|delivery place|named place|port|വിതരണ സ്ഥലം",
        "Changanacherry",
    ),
    Column(
        "lead_days",
        N_("Lead time (days)"),
        N_("From order to ready, e.g. 30 days or 4 weeks."),
        "lead time|lead time days|lead days|delivery time|delivery period|production time|delivery|"
        "delivery days|തയ്യാറാകാൻ വേണ്ട ദിവസം|ഡെലിവറി സമയം|സമയം",
        "30",
    ),
    Column(
        "net_kg",
        N_("Net weight (kg)"),
        N_("Of one unit, without packing."),
        "net weight|net wt|weight|wt|unit weight|weight per piece|net weight kg|piece weight|"
        "ഭാരം|തൂക്കം|അറ്റ ഭാരം|മൊത്തമല്ലാത്ത ഭാരം",
        "2.4",
    ),
    Column(
        "gross_kg",
        N_("Gross weight (kg)"),
        N_("Of one unit, with its packing."),
        "gross weight|gross wt|g wt|ആകെ ഭാരം|പാക്കിങ്ങോടെ ഭാരം",
        "2.6",
    ),
    Column(
        "unit_m2",
        N_("Area of one unit (m²)"),
        N_("So that pieces and square metres convert."),
        "area of one unit|area|area per piece|sqm per piece|വിസ്തീർണ്ണം|ഒന്നിന്റെ വിസ്തീർണ്ണം",
        "0.24",
    ),
    Column(
        "unit_m3",
        N_("Volume of one unit (m³)"),
        N_("So that pieces and cubic metres convert."),
        "volume of one unit|volume|cbm per piece|cbm|വ്യാപ്തം|ഒന്നിന്റെ വ്യാപ്തം",
    ),
    Column(
        "package_kind",
        N_("Package"),
        N_("carton, bale, bag, pallet, drum, crate, roll or sack."),
        "package|packing|packaging|packing type|package type|pack type|പാക്കേജ്|പാക്കിങ്|പൊതി",
        "carton",
    ),
    Column(
        "per_package",
        N_("Units per package"),
        N_("How many are in one package."),
        "units per package|per package|pcs per carton|pieces per carton|qty per carton|"
        "packing qty|pack qty|pack size|qty per box|pcs per box|per carton|per box|"
        "ഒരു പാക്കേജിൽ|ഒരു പെട്ടിയിൽ",
        "10",
    ),
    Column(
        "per_20ft",
        N_("Units per 20′ container"),
        N_("How many go into a 20′ container."),
        "units per 20 container|per 20 container|20 ft container|20ft|pcs per 20ft|per 20ft|"
        "qty per 20 fcl|20 fcl|20 അടി കണ്ടെയ്നറിൽ",
        "9000",
    ),
    Column(
        "per_40hc",
        N_("Units per 40′ HC container"),
        N_("How many go into a 40′ high-cube container."),
        "units per 40 hc container|per 40 hc container|40 hc|40hc|pcs per 40hc|per 40hc|40 hq|"
        "qty per 40 hc|40 അടി കണ്ടെയ്നറിൽ",
    ),
    Column(
        "standards",
        N_("Made to standards"),
        N_("Several with a semicolon between them."),
        "made to standards|standards|standard|made to|quality standard|is standard|നിലവാരം|മാനദണ്ഡങ്ങൾ",
        "IS 5676",
    ),
    Column(
        "gi",
        N_("Geographical indication"),
        N_("Its name, if the product has one."),
        "geographical indication|gi|gi tag|ഭൗമസൂചിക|ഭൗമ സൂചിക",
    ),
    Column(
        "state",
        N_("Shown to buyers"),
        N_("published, draft or hidden. Empty: published."),
        "shown to buyers|state|status|published|വാങ്ങുന്നവർക്ക് കാണാം|അവസ്ഥ",
        "published",
    ),
)
BY_KEY = {each.key: each for each in COLUMNS}
# Headings that are known to hold nothing of ours, among them the last column of error files.
_PASSED_OVER_WORDS = (
    "sl no|s no|sr no|serial no|serial number|sno|slno|no|#|ക്രമ നമ്പർ|നമ്പർ|gst|"
    "gst rate|gst %|cost price|purchase price|purchase rate|amount|total|total amount|mrp|stock|"
    "available stock|closing stock|value|what to correct|തിരുത്തേണ്ടത്"
)
PASSED_OVER = frozenset(_PASSED_OVER_WORDS.split("|"))
WHAT_TO_CORRECT = N_("What to correct")
# Words by which choices go in cells.
STATE_WORDS = {
    "published": "published", "yes": "published", "active": "published", "live": "published",
    "shown": "published", "y": "published", "draft": "draft", "no": "hidden", "n": "hidden",
    "hidden": "hidden", "inactive": "hidden", "discontinued": "hidden",
    "ഉണ്ട്": "published", "അതെ": "published", "ഇല്ല": "hidden",
}  # fmt: skip
AUDIENCE_WORDS = {
    "public": "public", "all": "public", "everybody": "public", "everyone": "public",
    "verified": "verified", "verified buyers": "verified", "request": "request",
    "on request": "request", "എല്ലാവർക്കും": "public",
}  # fmt: skip


def step_of(key: str) -> tuple[str, int]:
    """'price:3' → ('price', 3), 'price' → ('price', 1)."""
    name, _, number = key.partition(":")
    return name, int(number or 1)
