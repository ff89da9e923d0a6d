"""What every application compiles alike is compiled once in a process: templates, addresses.

Most tests make an application of their own; compiling took longer than what they look at.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
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
