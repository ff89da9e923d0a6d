"""After the five answers one thing is asked at a time; and what to do next is told in order."""

from dataclasses import replace

from matchmaker.catalogue.asking import (
    Listed,
    next_question,
    open_questions,
    proposed_description,
)
from matchmaker.catalogue.doing import Stock, ToDo, to_do
from tests.factories import product_facts

SIZES = {
    "length_cm": {"label": "Length", "unit": "CMT", "values": [122, 150]},
    "top": {"label": "Top", "values": ["hammered", "ribbed"]},
}
NEW = Listed(
    facts=product_facts(description="", lead_days=None, net_kg=None, gross_kg=None),
    attributes=SIZES,
    family_is_guess=True,
    has_photo=False,
)
MAT = Stock("p1", "Mat", "published", False, True, True, True)


def test_the_kind_is_asked_first_and_its_sizes_only_once_it_is_settled() -> None:
    assert open_questions(NEW) == ["family", "photo", "lead", "size", "packing", "description"]
    settled = replace(NEW, family_is_guess=False)
    assert open_questions(settled) == [
        "photo",
        "lead",
        "attribute.length_cm",
        "attribute.top",
        "size",
        "packing",
        "description",
    ]


def test_what_is_put_off_is_not_asked_again_at_once() -> None:
    assert next_question(NEW) == "family"
    assert next_question(NEW, after="family") == "photo"
    assert next_question(NEW, after="attribute.top") == "size"
    assert next_question(NEW, after="description") is None


def test_the_description_is_proposed_from_the_answers() -> None:
    facts = replace(NEW.facts, title="Cow mat", attributes={"length_cm": 122, "top": "ribbed"})
    assert proposed_description(replace(NEW, facts=facts)) == (
        "Cow mat. Length: 122 cm; Top: ribbed."
    )


def test_a_firm_without_products_is_asked_for_one() -> None:
    assert to_do([], [], 0) == [ToDo("first")]
    assert to_do([], [], 2) == [ToDo("answer", count=2), ToDo("first")]


def test_buyers_come_first_then_what_hides_a_listing_then_the_rest() -> None:
    stock = [
        MAT,
        replace(MAT, public_id="p2", family_is_guess=True, state="draft"),
        replace(MAT, public_id="p3", has_photo=False, has_lead=False),
        replace(MAT, public_id="p4", state="hidden", has_photo=False),
        replace(MAT, public_id="p5", state="draft"),
    ]
    assert to_do(stock, ["stale", "fresh", "due", "stale"], 1) == [
        ToDo("answer", count=1),
        ToDo("family", "p2", "Mat"),
        ToDo("confirm", count=2),
        ToDo("photo", "p3", "Mat"),
        ToDo("lead", "p3", "Mat"),
        ToDo("publish", "p5", "Mat"),
        ToDo("confirm soon", count=1),
    ]


def test_who_has_done_all_is_told_nothing() -> None:
    assert to_do([MAT], ["fresh"], 0) == []
