"""What can go wrong in a search, and what to do about it.

    SearchError
    ├── SearchUnavailable     the engine does not answer: show an honest page, try again later
    │   ├── IndexMissing      this index was never built: rebuild it
    │   ├── IndexDamaged      its files are torn or foreign: rebuild it
    │   └── WriterBusy        another process is writing and did not finish in time: try again
    └── BadQuery              the question makes no sense: tell its author what to change

The index is a cache of the database, so nothing here loses data. `SearchUnavailable`
covers every state that waiting or a rebuild repairs: a page catches that one class.
"""


class SearchError(Exception):
    """Any refusal of the search; its text is written for the person who reads it."""


class SearchUnavailable(SearchError):
    """The engine cannot answer now. Never to be shown as 'nothing found'."""


class IndexMissing(SearchUnavailable):
    """This index was never built in this place."""

    def __init__(self, index: str) -> None:
        super().__init__(f"The search index '{index}' does not exist yet. Rebuild it.")
        self.index = index


class IndexDamaged(SearchUnavailable):
    """The files of this index are torn, foreign or of another version."""

    def __init__(self, index: str, reason: str) -> None:
        super().__init__(f"The search index '{index}' is damaged ({reason}). Rebuild it.")
        self.index = index
        self.reason = reason


class WriterBusy(SearchUnavailable):
    """Another process writes this index and kept its lock for the whole wait."""

    def __init__(self, index: str, waited: float) -> None:
        super().__init__(
            f"Another process is writing the search index '{index}'; "
            f"gave up after {waited:.1f} s. Try again."
        )
        self.index = index


class BadQuery(SearchError):
    """A question (or a document) that the settings of the index cannot make sense of."""

    def __init__(self, field: str, value: object, remedy: str) -> None:
        shown = repr(value)
        if len(shown) > 60:
            shown = shown[:57] + "..."
        super().__init__(f"{field}: {shown} cannot be used. {remedy}")
        self.field = field
        self.value = value
        self.remedy = remedy
