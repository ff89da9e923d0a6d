"""What may stand in a document, a filter or a query, for every engine alike. Pure."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.contract import Document, Field, IndexSettings, Scalar, Value, Vector
from search.errors import BadQuery

Floats = NDArray[np.float32]

LONGEST_KEYWORD = 1_000


def clean(text: str) -> str:
    """The text without lone surrogates, which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def normal(text: str) -> str:
    """What a keyword is compared by: its letters, however they are written or framed."""
    return (text if text.isascii() else unicodedata.normalize("NFKD", text)).lower().strip()


def several(value: Value) -> list[Scalar]:
    """The value or values a field holds, none or one of them too."""
    if value is None:
        return []
    return [value] if isinstance(value, str | int | float) else list(value)


def as_text(value: Value) -> str:
    """The texts a field holds, one after the other; empty when it lacks any."""
    return " ".join(map(str, several(value)))


def as_number(name: str, value: object) -> float:
    """A finite number, or BadQuery."""
    if isinstance(value, int | float | np.number):
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number + 0.0  # minus zero is zero, in every engine
    raise BadQuery(name, value, "Give a finite number.")


def as_keyword(spec: Field, value: object) -> str:
    """The value as it is stored, or BadQuery."""
    if spec.kind == "flag":
        if isinstance(value, bool | np.bool_) or value in ("true", "false"):
            return str(value).lower()
        raise BadQuery(spec.name, value, "Give true or false.")
    if isinstance(value, str | int | float):
        return str(value)
    raise BadQuery(spec.name, value, "Give a text.")


def checked_vector(vector: Vector, dimensions: int | None, name: str = "vector") -> Floats:
    """The vector as finite floats of the right length and not zero, or BadQuery."""
    if dimensions is None:
        raise BadQuery(
            name, "a vector", "This index holds no vectors.", code="invalid_search_embedder"
        )
    try:
        found = np.asarray(vector, dtype=np.float32)
    except (TypeError, ValueError):
        raise BadQuery(
            name, vector, "Give a list of numbers.", code="invalid_vectors_type"
        ) from None
    if found.shape != (dimensions,):
        raise BadQuery(
            name, found.shape, f"Give {dimensions} numbers.", code="invalid_vector_dimensions"
        )
    if not np.isfinite(found).all() or not found.any():
        remedy = "Give finite numbers that are not all zero."
        raise BadQuery(name, "zero or not finite", remedy, code="invalid_vectors_type")
    return found


def checked_document(document: Document, settings: IndexSettings) -> Document:
    """The document as it can be stored, or BadQuery naming what is wrong with it."""
    id = document.id
    if not isinstance(id, str) or not 0 < len(id) <= 500 or "\x00" in id or clean(id) != id:
        raise BadQuery("id", id, "Give a text of 1 to 500 characters.", code="invalid_document_id")
    values: dict[str, Value] = {}
    for name, value in document.values.items():
        spec = settings.field(name)
        if spec is None:
            raise BadQuery(name, value, f"The index '{settings.name}' has no such field.")
        if value is not None:
            values[name] = _checked_value(spec, value)
    vector = document.vector
    if vector is not None:
        vector = checked_vector(vector, settings.vector_dimensions, f"vector of {id}")
    return Document(id, values, vector)


def _checked_value(spec: Field, value: Value) -> Value:
    if not isinstance(value, str | int | float | np.number | np.bool_):
        if not isinstance(value, Sequence) or not (spec.many or spec.kind == "text"):
            raise BadQuery(spec.name, value, "Give a single value.")
        return [_checked_scalar(spec, each) for each in value]  # type: ignore[return-value]
    return _checked_scalar(spec, value)


def _checked_scalar(spec: Field, value: Value) -> Value:
    if spec.kind == "number":
        number = as_number(spec.name, value)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if spec.kind == "flag":
        return as_keyword(spec, value) == "true"
    if spec.kind == "text":
        if not isinstance(value, str):
            raise BadQuery(spec.name, value, "Give a text.")
        return clean(value)
    text = clean(as_keyword(spec, value))
    if len(text) > LONGEST_KEYWORD:
        raise BadQuery(spec.name, text, f"A keyword has at most {LONGEST_KEYWORD} characters.")
    return text
