"""Names of firms that are plainly made up: a colour or wonder, a creature or thing, a trade."""

from __future__ import annotations

import tomllib
from pathlib import Path
from random import Random

_WORDS = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))
FIRST: list[str] = _WORDS["first"].split()
SECOND: list[str] = _WORDS["second"].split()
_TRADES = {
    "rubber": "Rubber Works|Elastomers|Rubber Products|Polymers",
    "coir": "Coir Works|Coir Mills|Coir Products|Natural Fibres",
    "leather": "Leathers|Leather Goods|Leather Craft",
    "footwear": "Footwear|Shoes|Shoe Works",
    "wood": "Woodworks|Timber Products|Wood Crafts",
    "furniture": "Furniture|Woodworks|Joinery",
    "bamboo": "Bamboo Crafts|Bamboo Works",
    "rice": "Rice Mills|Agro Foods|Grain Products",
    "cashew": "Cashews|Cashew Works|Nuts and Kernels",
    "spices": "Spices|Spice Traders|Extracts|Spice Mills",
    "seafood": "Seafoods|Marine Products|Sea Exports",
    "ayurveda": "Ayurveda|Herbals|Oushadhasala",
    "coffee": "Coffee Works|Coffee Curers|Plantation Products",
    "food": "Foods|Food Products|Kitchens",
    "fruit": "Fruit Products|Agro Foods",
    "medical": "Meditech|Medical Devices|Healthcare Products",
    "plastics": "Plastics|Polymers|Mouldings",
    "printing": "Printers|Press|Print and Pack",
    "handloom": "Handlooms|Weavers|Textiles",
    "knitwear": "Knits|Knitwear|Garments|Apparels",
    "home": "Home Textiles|Furnishings|Textiles",
    "carpets": "Carpets|Rugs|Weavers",
    "ceramics": "Ceramics|Tiles|Vitrified|Potteries",
    "terracotta": "Terracotta|Potteries|Clay Works",
    "glass": "Glass Works|Glass Crafts",
    "metal": "Brassware|Metal Crafts|Metalware|Handicrafts",
    "handicraft": "Handicrafts|Crafts",
    "jewellery": "Jewels|Jewellers|Ornaments",
    "diamonds": "Diamonds|Gems",
    "gems": "Gems and Crafts|Gems|Silver Works",
    "electronics": "Electronics|Circuits|Power Systems",
    "engineering": "Engineering|Castings|Forge|Engineers",
    "pumps": "Pumps|Pumps and Motors|Engineering",
    "defence": "Precision Works|Systems",
    "multi-sector": "Exports|Industries",
}


def trade_words(sector: str) -> list[str]:
    """What a firm of a sector calls itself after its name."""
    for word in sector.replace(",", " ").split():
        if word in _TRADES:
            return _TRADES[word].split("|")
    return ["Industries", "Exports"]


def firm_name(number: int, sector: str, random: Random) -> str:
    """A name no other firm of the world has: the number decides the first two words.

    After 9,000 or so a further word is added, so that a million products have makers, too.
    """
    pairs = len(FIRST) * len(SECOND)
    # A step without common divisor walks through all pairs in an order that looks random.
    place = (number * 7919) % pairs
    first, second = FIRST[place // len(SECOND)], SECOND[place % len(SECOND)]
    lap = number // pairs
    third = f" {SECOND[lap % len(SECOND)]}" if lap else ""
    return f"{first} {second}{third} {random.choice(trade_words(sector))}"
