"""What tests share so that it is compiled once: only among those that compile alike."""

from __future__ import annotations

import json

from sqlalchemy import JSON, Column, Engine, MetaData, Table, create_engine, text

NOTES = Table("note", MetaData(), Column("value", JSON))


def written(engine: Engine) -> str:
    """How the engine writes a value, by a statement that is the same for every engine."""
    with engine.connect() as connection:
        NOTES.create(connection)
        connection.execute(NOTES.insert(), {"value": {"b": 1, "a": 2}})
        return str(connection.scalar(text("SELECT value FROM note")))


def test_engines_that_write_alike_share_statements_and_no_others_do() -> None:
    one, like_it = create_engine("sqlite://"), create_engine("sqlite://")
    other = create_engine("sqlite://", json_serializer=lambda each: json.dumps(each, indent=0))
    assert one._compiled_cache is like_it._compiled_cache
    assert written(one) == written(like_it) == '{"b": 1, "a": 2}'
    assert written(other) == '{\n"b": 1,\n"a": 2\n}'
