"""The API put into the application, with its OpenAPI document and a page that explains it."""

from __future__ import annotations

from threading import Lock
from typing import Any

from apispec import APISpec
from flask import Flask, Response
from flask_smorest import Api, Blueprint

from matchmaker.access import open_to
from matchmaker.api import capacity, evidence, products, public, views
from matchmaker.api.pages import PREFIX, catalogue, own
from matchmaker.api.schemas import Amount, Problem

# Every operation may answer so; what is normal for each is said at the view.
PROBLEMS = (400, 401, 403, 404, 405, 409, 412, 415, 422, 429, 503)
ROOMS = (capacity, evidence, products, public)  # importing them hung their routes
BLUEPRINTS = (catalogue, own)


class OurApi(Api):  # type: ignore[misc]
    """Errors are answered by our own handlers: pages of the site keep theirs.

    The document is written when it is first read: describing every operation took longer than
    all else of making the application.
    """

    def __init__(self, app: Flask) -> None:
        self._writing = Lock()
        self._document: dict[str, Any] = {}
        super().__init__(app, spec_kwargs={"info": {"description": DESCRIPTION}})

    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        with self._writing:
            self._document = self._document or self._written()
        return self._document

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Add the routes; what they do is said in the document."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)

    def _init_spec(self, **said: Any) -> None:
        self._said = said

    def _written(self) -> dict[str, Any]:
        super()._init_spec(**self._said)
        spec: APISpec = self.spec
        spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
        for each in BLUEPRINTS:
            each.register_views_in_doc(self, self._app, spec, name=each.name, parameters=None)
            spec.tag({"name": each.name, "description": each.description})
        _describe(spec)
        written: dict[str, Any] = spec.to_dict()
        return written

    def _openapi_json(self) -> Response:
        self.document()
        answer: Response = super()._openapi_json()
        return answer

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
    api = OurApi(app)
    api.register_field(Amount, "string", "decimal")
    for blueprint in BLUEPRINTS:
        app.extensions["csrf"].exempt(blueprint)  # cookies open nothing here
        api.register_blueprint(blueprint)
    app.extensions["api_document"] = api.document
    name = "api-docs.openapi_json"
    app.view_functions[name] = open_to("anyone")(app.view_functions[name])
    app.register_blueprint(views.pages)


def _describe(spec: APISpec) -> None:
    """Say in the document what may go wrong, and which operations need a key."""
    spec.components.schema("Problem", schema=Problem)
    answer = {
        "description": "A problem in the form of RFC 9457",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for path, operations in spec._paths.items():
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
