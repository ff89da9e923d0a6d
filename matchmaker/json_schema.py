"""The JSON Schema of frozen dataclasses, with their docstrings as descriptions. Pure.

Made from the same type hints by which `json_data.py` reads, so that the two cannot disagree.
"""

from __future__ import annotations

import datetime as dt
import inspect
import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from matchmaker.json_data import is_required

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SCALARS: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    float: {"type": ["number", "string"], "minimum": 0},
    Decimal: {"type": ["number", "string"], "minimum": 0, "pattern": r"^[0-9]+(\.[0-9]+)?$"},
    dt.date: {"type": "string", "format": "date"},
    dt.datetime: {"type": "string", "format": "date-time"},
    object: {},
    Any: {},
}


def schema_of(kind: type, title: str) -> dict[str, Any]:
    """The schema of a dataclass and of all that it holds."""
    known: dict[str, Any] = {}
    top = _of(kind, known)
    return {"$schema": DRAFT, "title": title, **top, "$defs": dict(sorted(known.items()))}


def _of(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    if is_dataclass(kind):
        name = str(getattr(kind, "__name__", kind))
        if name not in known:
            known[name] = {}  # it may hold itself
            known[name] = _record(kind, known)
        return {"$ref": f"#/$defs/{name}"}
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        parts = [_of(each, known) for each in inside if each is not type(None)]
        return {"anyOf": [*parts, {"type": "null"}]}
    if origin is tuple and inside[-1] is not Ellipsis:
        items = [_of(each, known) for each in inside]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}
    if origin in (tuple, list, Sequence):
        return {"type": "array", "items": _of(inside[0], known)}
    if origin in (frozenset, set):
        return {"type": "array", "items": _of(inside[0], known), "uniqueItems": True}
    if origin is Literal:
        return {"enum": list(inside)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _of(inside[1], known)}
    return dict(_SCALARS[kind])


def _record(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        "type": "object",
        "description": inspect.getdoc(kind) or "",
        "properties": {each.name: _of(hints[each.name], known) for each in fields(kind)},
        "required": [each.name for each in fields(kind) if is_required(each)],
        "additionalProperties": False,
    }
