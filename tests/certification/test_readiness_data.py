"""What is known of steps: every code and source exists, no circle, and whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from matchmaker.certification.knowledge import conditions, councils, prerequisites, stand_ins
from matchmaker.certification.steps import Step, place
from matchmaker.certification.whom_to_ask import Contact, councils_for, whom_to_ask
from seed.reference import read, scheme_facts

SOURCES = {
    f"{name}/{key}"
    for name in ("certifications", "market_requirements")
    for key in read(name)["sources"]
}


@dataclass(frozen=True)
class Scheme:
    code: str
    owner: str
    kind: str
    evidence_type: str
    jurisdiction: str
    group_holding: str


@dataclass(frozen=True)
class Body:
    name: str
    kind: str


def scheme(code: str) -> Scheme:
    each: dict[str, Any] = scheme_facts()[code]
    return Scheme(
        code,
        each["owner"],
        each["kind"],
        each["evidence_type"],
        each["jurisdiction"],
        each["group"],
    )


def cluster(slug: str) -> list[Body]:
    found = next(each for each in read("clusters")["clusters"] if each["slug"] == slug)
    return [Body(each["name"], each["type"]) for each in found["institutions"]]


def test_every_prerequisite_names_known_schemes_and_sources() -> None:
    for each in prerequisites():
        assert {each.code, each.needs} <= scheme_facts().keys()
        assert each.sources
        assert set(each.sources) <= SOURCES
    for stand_in in stand_ins():
        assert {stand_in.code, stand_in.by} <= scheme_facts().keys()
        assert set(stand_in.sources) <= SOURCES
    for condition in conditions():
        assert condition.code in scheme_facts()
        assert set(condition.sources) <= SOURCES


def test_no_scheme_waits_for_itself_in_a_circle() -> None:
    needs: dict[str, set[str]] = {}
    for each in prerequisites():
        needs.setdefault(each.code, set()).add(each.needs)
    steps = [Step(code, 1, 1, frozenset(needs.get(code, ()))) for code in scheme_facts()]
    assert len(place(steps)) == len(steps)


@pytest.mark.parametrize(
    ("hs_code", "expected"),
    [
        ("401691", ["CAPEXIL"]),
        ("400122", ["RUBBER"]),
        ("570220", ["COIR"]),
        ("080132", ["CDB", "CEPCI"]),
        ("960350", ["FIEO"]),
    ],
)
def test_the_council_that_names_most_digits_issues_the_rcmc(
    hs_code: str, expected: list[str]
) -> None:
    assert [each.code for each in councils_for(hs_code, councils())] == expected


def test_whom_a_mat_maker_of_changanacherry_asks() -> None:
    here = cluster("changanacherry-rubber")
    capexil = councils_for("401691", councils())
    assert whom_to_ask(scheme("RCMC"), capexil, here) == (
        Contact("CAPEXIL", "in charge"),
        Contact("DIC Kottayam", "helps"),
        Contact("Rubber Board, Kottayam", "helps"),
    )
    assert whom_to_ask(scheme("REACH"), capexil, here) == (
        Contact("ECHA", "in charge"),
        Contact("CFSC Changanassery (rubber and plastics testing, tool room)", "tests"),
        Contact("Rubber Research Institute of India", "tests"),
        Contact("Rubber cluster CFC, Changanassery", "tests"),
        Contact("K-BIP", "together"),
    )


def test_where_the_cluster_has_no_such_body_its_name_is_given() -> None:
    assert whom_to_ask(scheme("IEC"), (), ()) == (Contact("DGFT", "in charge"),)
    coir = councils_for("570220", councils())
    assert whom_to_ask(scheme("RCMC"), coir, ()) == (Contact("Coir Board (COIR)", "in charge"),)
    assert whom_to_ask(scheme("COIR_RCMC"), coir, cluster("alappuzha-coir"))[0] == Contact(
        "Coir Board, Kochi", "in charge"
    )
