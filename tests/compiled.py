"""What every application compiles alike is compiled once in a process: templates, addresses, SQL.

Most tests make an application of their own; compiling took longer than what they look at.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class Templates(BytecodeCache):
    """Compiled templates by their source: one that is changed is compiled again."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._kept[bucket.key] = bucket.checksum, bucket.code


TEMPLATES = Templates()
_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def share_templates(app: Flask) -> Flask:
    """The application, its templates compiled by whoever was first to show them."""
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


def share_builders() -> None:
    """Let werkzeug write the function that builds an address once for all equal rules."""

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        kinds = tuple((name, type(each)) for name, each in rule._converters.items())
        key = (tuple(rule._trace), repr(rule.defaults), kinds, append_unknown)
        if key not in _builders:
            _builders[key] = _compile_builder(rule, append_unknown)
        return _builders[key]

    Rule._compile_builder = once  # type: ignore[method-assign]


def share_statements() -> None:
    """Let engines of SQLite keep what they compiled of statements in one place.

    Those alone that write values in the same way: a statement remembers how.
    """
    kept: dict[Dialect, Any] = {}
    make = Engine.__init__

    def equals(one: SQLiteDialect, other: object) -> bool:
        return isinstance(other, SQLiteDialect) and _writes(one) == _writes(other)

    def made(engine: Engine, pool: Any, dialect: Dialect, *rest: Any, **options: Any) -> None:
        make(engine, pool, dialect, *rest, **options)
        if isinstance(dialect, SQLiteDialect) and engine._compiled_cache is not None:
            engine._compiled_cache = kept.setdefault(dialect, LRUCache(2000))

    SQLiteDialect.__eq__ = equals  # type: ignore[method-assign,assignment]
    SQLiteDialect.__hash__ = lambda one: hash(_writes(one))  # type: ignore[method-assign,assignment]
    Engine.__init__ = made  # type: ignore[method-assign]


def _writes(one: SQLiteDialect) -> tuple[Any, ...]:
    """All that makes two dialects of SQLite compile a statement differently."""
    return type(one), one.paramstyle, one._json_serializer, one._json_deserializer
