"""The API keeps to its own OpenAPI document, whatever a program sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from tests.api.conftest import World, mat

if TYPE_CHECKING:
    import schemathesis

EXAMPLES = 12  # for each operation: some seconds in all


@pytest.fixture
def schema(app: Flask, world: World) -> Iterator[schemathesis.BaseSchema]:
    import schemathesis  # takes seconds, which workers that run other tests need not spend

    world.program.ask("PUT", "/products/A", json=mat(world.family))
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


def test_no_operation_answers_what_its_document_does_not_say(
    schema: schemathesis.BaseSchema, world: World
) -> None:
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi import checks

    must = [
        not_a_server_error,
        checks.status_code_conformance,
        checks.response_schema_conformance,
    ]
    headers = {"Authorization": f"Bearer {world.program.key}", "Accept-Encoding": "identity"}
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def ask(case: schemathesis.Case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers, checks=must)

        given(case=operation.as_strategy())(ask)()
    assert asked > 100
