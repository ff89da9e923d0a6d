"""Names of firms that are plainly made up: a colour or wonder, a creature or thing, a trade."""

from __future__ import annotations

from random import Random

FIRST = (
    "Amber Azure Bamboo Banyan Blue Bright Bronze Calm Cinnamon Clever Cloud Copper Coral Crimson "
    "Dancing Dawn Dusk Ebony Emerald Evening Fern Flying Forest Friendly Gentle Ginger Golden "
    "Grand Green Happy Harbour Hidden Honey Humble Indigo Ivory Jade Jolly Kind Lagoon Laughing "
    "Lemon Little Lotus Lucky Lunar Mango Marble Merry Midnight Misty Monsoon Morning Mountain "
    "Noble Nutmeg Ochre Olive Orange Paper Patient Pearl Pepper Plum Proud Quiet Rain Red River "
    "Royal Saffron Sandal Sapphire Scarlet Seven Shining Silent Silver Singing Sleepy Smiling Spice "
    "Spring Starry Steady Summer Sunny Swift Tamarind Tawny Teak Thunder Tidal Turquoise Twilight "
    "Velvet Violet Wandering White Wild Willow Winter Wise Yellow Young"
).split()
SECOND = (
    "Anchor Antelope Banyan Bee Bell Boat Bridge Bullock Butterfly Canoe Cat Chariot Compass Conch "
    "Crane Cricket Crow Deer Dolphin Dove Drum Eagle Elephant Falcon Feather Ferry Fiddle Firefly "
    "Fish Flute Fox Gecko Goat Goose Hare Harp Hawk Heron Hornbill Horse Ibis Jackal Kestrel Key "
    "Kingfisher Kite Koel Lamp Langur Lantern Lark Lion Loom Macaw Mongoose Moon Mynah Nightjar "
    "Oar Otter Owl Ox Panther Parrot Peacock Pelican Petal Pigeon Plough Pony Puffin Quail Rabbit "
    "Raven Robin Rooster Rudder Sail Seal Shell Sparrow Spindle Squirrel Star Stork Sunbird "
    "Swallow Swan Tern Thrush Tiger Tortoise Turtle Wagon Warbler Wheel Whistle Yak"
).split()
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
