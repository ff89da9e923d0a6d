"""A filter tree as a filter text of the server. Pure.

Every value is quoted, so that no value can be read as an operator.
"""

from collections.abc import Iterable

from search.checking import check_filter
from search.contract import (
    And,
    AnyOf,
    Between,
    Equals,
    Exists,
    Field,
    Filter,
    IndexSettings,
    Or,
    Scalar,
)
from search.contract import Not as Not_
from search.errors import BadQuery
from search.values import as_keyword, as_number, clean

# Every document carries it, so its absence matches nothing
WRITTEN = "_written"
NOTHING = f"{WRITTEN} NOT EXISTS"
# The server reads 36 levels of parentheses; the rest is for what we put around them.
DEEPEST = 30


def quoted(value: str) -> str:
    """The value as a literal that the server's parser reads back exactly."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def among(attribute: str, values: Iterable[str]) -> str:
    return f"{attribute} IN [{', '.join(map(quoted, values))}]"


def filter_text(settings: IndexSettings, *parts: Filter | None) -> str | None:
    """All these filters together; None when they let everything pass."""
    given = tuple(each for each in parts if each is not None)
    for each in given:
        check_filter(each, settings)
    found = _Writer(settings).write(And(given), 0)
    if isinstance(found, bool):
        return None if found else NOTHING
    return found


class _Writer:
    """True and False stand for what is always so and never so: the server has no word for it."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings

    def write(self, asked: Filter, depth: int) -> str | bool:
        if depth > DEEPEST:
            raise BadQuery(
                "filter",
                "...",
                f"Nest at most {DEEPEST} levels deep.",
                code="invalid_search_filter",
            )
        match asked:
            case And(parts):
                return self._joined(parts, depth, "AND")
            case Or(parts):
                return self._joined(parts, depth, "OR")
            case Not_(Not_(part)):
                return self.write(part, depth)
            case Not_(part):
                inner = self.write(part, depth + 1)
                return not inner if isinstance(inner, bool) else f"NOT ({inner})"
            case Equals(name, value):
                return self._any_of(name, (value,))
            case AnyOf(name, values):
                return self._any_of(name, values)
            case Between(name, low, high):
                return self._between(name, low, high)
            case Exists(name):
                return self._exists(self._field(name))

    def _joined(self, parts: tuple[Filter, ...], depth: int, word: str) -> str | bool:
        decides = word == "OR"  # one true part decides an OR, one false part an AND
        level = depth if len(parts) == 1 else depth + 1
        found = [self.write(part, level) for part in parts]
        texts = [each for each in found if not isinstance(each, bool)]
        if any(each is decides for each in found):
            return decides
        if not texts:
            return not decides
        return texts[0] if len(texts) == 1 else f" {word} ".join(f"({each})" for each in texts)

    def _field(self, name: str) -> Field:
        found = self._settings.field(name)
        assert found is not None  # checked before anything is written
        return found

    def _any_of(self, name: str, values: tuple[Scalar, ...]) -> str | bool:
        spec = self._field(name)
        if not values:
            return False
        if spec.kind == "number":
            texts = [_number(as_number(name, each)) for each in values]
        else:
            texts = [clean(as_keyword(spec, each)) for each in values]
        if len(texts) == 1:
            return f"{name} = {quoted(texts[0])}"
        return among(name, dict.fromkeys(texts))

    def _between(self, name: str, low: float | None, high: float | None) -> str:
        least, most = (
            None if each is None else quoted(_number(as_number(name, each))) for each in (low, high)
        )
        if least and most:
            # Not two comparisons: of several numbers, two could keep one each
            return f"{name} {least} TO {most}"
        if least or most:
            return f"{name} >= {least}" if least else f"{name} <= {most}"
        return self._exists(self._field(name))

    def _exists(self, spec: Field) -> str:
        """An empty list counts as lacking."""
        present = f"{spec.name} EXISTS"
        return f"{present} AND {spec.name} IS NOT EMPTY" if spec.many else present


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
