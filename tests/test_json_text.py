"""JSON that cannot be read is refused with its place, what stands there and what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from matchmaker.errors import BadInput
from matchmaker.json_text import parsed


def test_numbers_are_exact_and_any_unicode_encoding_is_understood() -> None:
    told = {"a": [1, Decimal("0.10")], "ä": None}
    text = '{"a": [1, 0.10], "ä": null}'
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32"):
        assert parsed(text.encode(encoding)) == parsed(text) == told


@pytest.mark.parametrize(
    ("text", "field", "shown", "remedy"),
    [
        # Numbers that are none
        ('{"a": [{"b": NaN}]}', "$.a[0].b", "NaN", "Give a finite number"),
        ("[3, -Infinity]", "$[1]", "-Infinity", "Give a finite number"),
        ("NaN", "$", "NaN", "Give a finite number"),
        ('{"a": {"b": 1e9999999999999999999}}', "$.a.b", "1e9999999999999999999", "exponent"),
        ('{"a": [1, ' + "9" * 5000 + "]}", "$.a[1]", "9" * 57 + "…", "5,000 digits"),
        ('{"a": "{[\\"", "b": NaN, "c": NaN}', "$.b", "NaN", "Give a finite number"),
        # Too deep
        ('{"x": ' + "[" * 5000, "$.x[0][0][0][0][0]…", "its brackets", "more than 100 deep"),
        ("[" * 100_000, "$[0][0][0][0][0][0]…", "its brackets", "more than 100 deep"),
        ('{"a": 1, "b":' + '{"c":' * 3000, "$.b.c.c.c.c.c…", "its brackets", "100 deep"),
        # Names
        ('{"a": {"b": 1, "b": NaN}}', "$.a.b", "b", "stands twice"),
        # No JSON
        ('{"p": [1, 2,]}', "$.p[2]", "]}", "Take out the comma"),
        ('{"p": {"a": 1,}}', "$.p", "}}", "no comma before a brace"),
        ("{'a': 1}", "$", "'a': 1}", "double quotes"),
        ('{"b": [1 2]}', "$.b[0]", "2]}", "a comma between two values"),
        ('{"a" 1}', "$", "1}", "a colon"),
        ('{"a": 1', "$.a", "the end of the file", "close what was opened"),
        ('{"a": 1}}', "$", "}", "The value ends before this"),
        ('{"p": [{"n": "\\x"}]}', "$.p[0].n", '\\x"}]}', "backslash"),
        ('{"n": "a\nb"}', "$.n", '\\nb"}', "line break"),
        ('{"n": "a', "$.n", '"a', "Close the text"),
        ('{"a": [1, {"b": "c"}], "d": tru}', "$.d", "tru}", "line 1, column 29"),
        ("\ufeff{}", "$", "\ufeff{}", "byte order mark"),
        (b'{"a": "\xe9t\xe9"}', "$", '\\xe9t\\xe9"}', "in UTF-8"),
        ("", "$", "the end of the file", "Put a value here"),
    ],
)
def test_what_cannot_be_read_is_named(
    text: str | bytes, field: str, shown: str, remedy: str
) -> None:
    with pytest.raises(BadInput) as refused:
        parsed(text)
    assert (refused.value.field, refused.value.shown) == (field, shown)
    assert remedy in refused.value.remedy


def test_what_stands_in_a_message_cannot_steer_the_terminal() -> None:
    with pytest.raises(BadInput) as refused:
        parsed('{"a\x7f": {"b\\ud83d": NaN}}')
    assert str(refused.value).startswith("$.a\\x7f.b\\ud83d: “NaN” cannot be used.")
