"""The API put into the application, with its OpenAPI document and a page that explains it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_smorest import Api

from matchmaker.access import open_to
from matchmaker.api import capacity, evidence, products, public, views
from matchmaker.api.pages import PREFIX, catalogue, own
from matchmaker.api.schemas import Amount, Problem

# Every operation may answer so; what is normal for each is said at the view.
PROBLEMS = (400, 401, 403, 404, 405, 409, 412, 415, 422, 429, 503)
ROOMS = (capacity, evidence, products, public)  # importing them hung their routes


class OurApi(Api):  # type: ignore[misc]
    """Errors are answered by our own handlers: pages of the site keep theirs."""

    def _register_error_handlers(self) -> None:
        pass


def set_up(app: Flask) -> None:
    """Add the routes, the document at /api/v1/openapi.json and the page /api."""
    app.config.update(
        API_TITLE="Matchmaker",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = OurApi(app, spec_kwargs={"info": {"description": DESCRIPTION}})
    api.register_field(Amount, "string", "decimal")
    api.spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    for blueprint in (catalogue, own):
        app.extensions["csrf"].exempt(blueprint)  # cookies open nothing here
        api.register_blueprint(blueprint)
    _describe(api)
    app.extensions["api_document"] = api.spec.to_dict
    name = "api-docs.openapi_json"
    app.view_functions[name] = open_to("anyone")(app.view_functions[name])
    app.register_blueprint(views.pages)


def _describe(api: Api) -> None:
    """Say in the document what may go wrong, and which operations need a key."""
    api.spec.components.schema("Problem", schema=Problem)
    answer = {
        "description": "A problem in the form of RFC 9457",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for path, operations in api.spec._paths.items():
        for verb, operation in operations.items():
            if verb == "parameters":
                continue
            _answers(operation, answer)
            if "/catalogue/" not in path:
                operation["security"] = [{"key": []}]


def _answers(operation: dict[str, Any], problem: dict[str, Any]) -> None:
    answers = operation.setdefault("responses", {})
    answers.pop("default", None)
    for status in PROBLEMS:
        answers[str(status)] = problem


DESCRIPTION = """\
Firms keep their catalogue, capacity and evidence by program; everybody reads the catalogue.

A key (made by an owner on the site) travels as `Authorization: Bearer mmk_…`. An agent names the
firm it acts for with `X-On-Behalf-Of`. Amounts are texts ("12.5"), days ISO 8601, units UN/ECE
Rec 20, currencies ISO 4217, goods HS 2022. Errors are RFC 9457 problems that name field, value
and remedy.
"""
