"""What every search engine of ours promises, as plain data.

No IO and no engine here. Pages and jobs speak to an `Engine` in these words;
whether tantivy files or a server answer is decided in `search/engines.py`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Scalar = str | float | int | bool
Value = Scalar | Sequence[str] | Sequence[float] | None
Vector = NDArray[np.float32]
Direction = Literal["asc", "desc"]
Kind = Literal["text", "keyword", "number", "flag"]

# Matches are marked with characters of Unicode's private area, not with HTML: the page
# escapes the text first and only then turns the marks into tags.
MARK_START = "\ue000"
MARK_END = "\ue001"

MAX_LIMIT = 1_000
# Nobody pages past this; a robot that tries gets an empty page, not a slow one.
MAX_REACHABLE = 10_000


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a document.

    `weight` counts how often a text enters the one combined field that words are
    looked up in (0: not searchable). Keywords, numbers and flags can always be
    filtered; `facet` allows counting them, `sort` ordering by them. A field of `many` values
    passes a filter when one of them does; statistics count its values, not its documents.
    """

    name: str
    kind: Kind
    weight: int = 0
    facet: bool = False
    sort: bool = False
    many: bool = False
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """Everything an engine needs to know to build an index.

    `synonyms` are groups of equivalents. `version` is raised by hand when the meaning
    of a field changes, so that an old index is rebuilt rather than misread. `vector_model`
    says whose vectors the index holds (empty: not told); those of two are never compared.
    """

    name: str
    fields: tuple[Field, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()
    vector_dimensions: int | None = None
    version: int = 1
    vector_model: str = ""

    def same_vectors(self, other: "IndexSettings") -> bool:
        """Whether a vector made for the one index is a vector for the other."""
        return (self.vector_dimensions, self.vector_model) == (
            other.vector_dimensions,
            other.vector_model,
        )

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "IndexSettings":
        """From what `dataclasses.asdict` made of it and JSON brought back.

        KeyError or TypeError when it is something else.
        """
        return cls(
            name=stored["name"],
            fields=tuple(Field(**each) for each in stored["fields"]),
            synonyms=tuple(tuple(group) for group in stored["synonyms"]),
            vector_dimensions=stored["vector_dimensions"],
            version=stored["version"],
            vector_model=stored.get("vector_model", ""),
        )

    def shape(self) -> list[Any]:
        """Everything that stored documents depend on: all but name and synonyms."""
        fields = [asdict(each) for each in self.fields]
        return [self.version, self.vector_dimensions, self.vector_model, fields]

    def field(self, name: str) -> Field | None:
        """The field of this name, if there is one."""
        return next((each for each in self.fields if each.name == name), None)

    def naming(self) -> tuple[str, ...]:
        """The fields that say what a thing is called: more than half the heaviest's weight."""
        heaviest = max((each.weight for each in self.fields), default=0)
        return tuple(each.name for each in self.fields if 2 * each.weight > heaviest)


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One thing to be found. Without a vector it is found by words; the vector can follow."""

    id: str
    values: Mapping[str, Value]
    vector: Vector | None = None


@dataclass(frozen=True, slots=True)
class Equals:
    """The field holds this value. Case, width and framing spaces of a keyword do not count."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The field holds at least one of these values (none given: nothing matches)."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Between:
    """A number from `low` to `high`, both included; None leaves that side open.

    Of several numbers one must lie between.
    """

    field: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    field: str


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; without parts, everything matches."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part holds; without parts, nothing matches."""

    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; documents that lack the field are included."""

    part: "Filter"


Filter = Equals | AnyOf | Between | Exists | And | Or | Not


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """One question.

    `filter` binds hits, totals and every facet. `refinements` are what the reader chose
    in each facet: they bind hits and totals, but a facet's own counts (and a number's own
    statistics) ignore its own refinement, so that a second value can be added.
    What is found by meaning rather than by words has at least `least_similarity` (a cosine).
    A vector of another `vector_model` than the index's is left out: words still find.
    """

    text: str = ""
    vector: Vector | None = None
    filter: Filter | None = None
    refinements: Mapping[str, Filter] = field(default_factory=dict)
    facets: tuple[str, ...] = ()
    stats: tuple[str, ...] = ()
    sort: tuple[tuple[str, Direction], ...] = ()
    offset: int = 0
    limit: int = 20
    highlight: bool = False
    vector_weight: float = 0.3
    # A cosine below this is chance for sentence encoders, not kinship.
    least_similarity: float = 0.2
    facet_size: int = 30
    vector_model: str = ""

    def for_index(self, settings: IndexSettings) -> "Query":
        """The same; without its vector where the index holds another model's."""
        models = {self.vector_model, settings.vector_model} - {""}
        return self if len(models) < 2 else replace(self, vector=None)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found and why.

    `score` = keyword score / best keyword score of the query + weight x `similarity`, where the
    weight is the query's `vector_weight`, and more where a word or two found the document
    (`search/fusing.py`).
    `highlighted` holds marked excerpts of the fields declared with `highlight`.
    `matched_words` are the query's words found here (repaired and synonymous ones too),
    `dropped_words` those it lacks.
    """

    id: str
    score: float
    values: Mapping[str, Value]
    highlighted: Mapping[str, str] = field(default_factory=dict)
    matched_words: tuple[str, ...] = ()
    dropped_words: tuple[str, ...] = ()
    similarity: float | None = None


@dataclass(frozen=True, slots=True)
class FacetCount:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bar of a histogram: low <= number < high (the last bar includes its high)."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class NumberStats:
    """The spread of a number among the matches; all empty when none has one."""

    count: int
    min: float | None
    max: float | None
    histogram: tuple[Bucket, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """An answer.

    `total`, `facets` and `stats` count the documents that hold every word (but `dropped`)
    and pass the filters, exactly. `related` counts further hits in the list, found by
    meaning or by some of the words; `total + related` hits can be paged through, as far
    as MAX_REACHABLE. `related_from` is the place of the first of them in the whole list.
    `corrections` is the whole query respelt, best first.
    """

    hits: tuple[Hit, ...]
    total: int
    related: int = 0
    related_from: int | None = None
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    stats: Mapping[str, NumberStats] = field(default_factory=dict)
    corrections: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    took_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion of what is being typed: `text` to search for, and how many hold it."""

    text: str
    count: int


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The health of one index; `generation` changes with every rebuild."""

    name: str
    documents: int
    vectors: int
    bytes: int
    generation: str
    healthy: bool
    message: str = ""


Progress = Callable[[int], None]


class Engine(Protocol):
    """Documents in, hits out. Raises only errors of `search/errors.py`.

    Several processes may use one engine's data: any number read, one writes at a time.
    """

    def ensure(self, settings: IndexSettings) -> bool:
        """Make the index usable under these settings; True when it is new and empty.

        An index of other settings is replaced by an empty one: fill it by `rebuild`.
        Synonyms alone may change without emptying it.
        """
        ...

    def write(self, index: str, upserts: Iterable[Document], deletes: Sequence[str] = ()) -> None:
        """Replace and remove documents; durable on return, seen by others within 0.1 s."""
        ...

    def search(self, index: str, query: Query) -> Page: ...

    def similar(self, index: str, id: str, limit: int = 10, filter: Filter | None = None) -> Page:
        """The documents nearest in meaning to this one, without itself.

        Falls back to its words when it has no vector; empty when the id is unknown.
        """
        ...

    def suggest(self, index: str, prefix: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Complete what is being typed with texts that occur in the index."""
        ...

    def facet_values(
        self, index: str, field: str, prefix: str = "", filter: Filter | None = None
    ) -> tuple[FacetCount, ...]:
        """The values of a facet that have a word starting so, most frequent first."""
        ...

    def rebuild(
        self,
        settings: IndexSettings,
        documents: Iterable[Document],
        progress: Progress | None = None,
    ) -> int:
        """Build aside and swap in one step; searches are answered from the old one until then.

        Returns how many documents the new index holds; `progress` gets the number so far.
        """
        ...

    def status(self) -> Mapping[str, IndexStatus]: ...

    def is_current(self, settings: IndexSettings) -> bool:
        """Whether the index is there, whole and of exactly these settings. Changes nothing.

        If not, `rebuild` it: other than by `ensure` nobody is shown an empty one meanwhile.
        """
        ...

    def vector_model(self, index: str) -> str:
        """Whose vectors the index holds ("" when it was not told); cheap at every search."""
        ...

    def get(self, index: str, id: str) -> Document | None: ...

    def close(self) -> None: ...
