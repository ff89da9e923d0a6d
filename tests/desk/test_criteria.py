"""Numbers of registers are held to their form and check sign; groups decide what is missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from matchmaker.desk.criteria import (
    BY_KEY,
    CRITERIA,
    GROUPS,
    LETTERS,
    bank_trouble,
    groups_missing,
    gstin_check_sign,
    gstin_trouble,
    iec_trouble,
    numbers_disagree,
    tidy_number,
    udyam_trouble,
)

PANS = st.from_regex(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", fullmatch=True)
GSTINS = st.builds(
    lambda state, pan, entity: f"{state:02}{pan}{entity}Z",
    st.integers(1, 38),
    PANS,
    st.sampled_from("123456789ABC"),
).map(lambda first: first + gstin_check_sign(first))


def test_a_published_example_holds() -> None:
    """The number of the Goods and Services Tax Network itself, as printed on its site."""
    assert gstin_trouble("27AAPFU0939F1ZV") == ""


@given(GSTINS, st.integers(0, 14), st.sampled_from(LETTERS))
def test_one_sign_mistyped_is_noticed(number: str, place: int, sign: str) -> None:
    assert gstin_trouble(number) == ""
    typed = number[:place] + sign + number[place + 1 :]
    assert (gstin_trouble(typed) == "") == (typed == number)


@given(GSTINS)
def test_a_new_iec_must_carry_the_pan_of_the_gstin(number: str) -> None:
    pan = number[2:12]
    other = ("A" if pan[0] != "A" else "B") + pan[1:]
    assert not numbers_disagree(number, pan)
    assert numbers_disagree(number, other)
    assert not numbers_disagree(number, "0388012345")  # an old one names nobody


def test_each_number_has_its_form() -> None:
    assert tidy_number(" udyam-kl-02-001 2345 ") == "UDYAM-KL-02-0012345"
    good = (
        (udyam_trouble, "UDYAM-KL-02-0012345"),
        (iec_trouble, "ABCFE1234F"),
        (iec_trouble, "0388012345"),
        (bank_trouble, "SBIN0001234"),
        (bank_trouble, "0510003"),
        (bank_trouble, "05100031234567"),
    )
    assert [check(number) for check, number in good] == [""] * len(good)
    bad = (
        (udyam_trouble, "UDYAM-KL-2-0012345"),
        (iec_trouble, "ABCDE1234F"),
        (iec_trouble, "038801234"),
        (bank_trouble, "SBIN1001234"),
        (bank_trouble, "051000"),
        (gstin_trouble, ""),
    )
    assert all(check(number) for check, number in bad)


def test_every_group_can_be_met_and_any_of_its_criteria_will_do() -> None:
    assert groups_missing([]) == list(GROUPS)
    assert groups_missing(["bank"]) == list(GROUPS)
    assert groups_missing(["iec", "video", "contact"]) == []
    assert groups_missing(["udyam", "gst", "iec", "visit"]) == ["reached"]
    assert {each.group for each in CRITERIA} == {*GROUPS, ""}
    assert len(BY_KEY) == len(CRITERIA)
