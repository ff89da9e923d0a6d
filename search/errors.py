"""What can go wrong in a search, and what to do about it.

    SearchError
    ├── SearchUnavailable     the engine does not answer: show an honest page, try again later
    │   ├── IndexMissing      this index was never built: rebuild it
    │   ├── IndexDamaged      its files are torn or foreign: rebuild it
    │   ├── WriterBusy        another process is writing and did not finish in time: try again
    │   └── DiskFull          no room to write: make some, writing then goes on by itself
    └── BadQuery              the question makes no sense: tell its author what to change

The index is a cache of the database, so nothing here loses data. `SearchUnavailable`
covers every state that waiting or a rebuild repairs: a page catches that one class.
"""

from pathlib import Path


class SearchError(Exception):
    """Any refusal of the search; its text is written for the person who reads it.

    `code` is for machines: the word a Meilisearch server has for the same trouble.
    """

    code = "internal"


class SearchUnavailable(SearchError):
    """The engine cannot answer now. Never to be shown as 'nothing found'."""


class IndexMissing(SearchUnavailable):
    """This index was never built in this place."""

    code = "index_not_found"

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

    def __init__(self, index: str, waited: float, holder: str = "") -> None:
        super().__init__(
            f"Another process{f' ({holder})' if holder else ''} is writing the search index "
            f"'{index}'; gave up after {waited:.1f} s. Try again; if it lasts, end that process: "
            "its lock is freed at once and nothing acknowledged is lost."
        )
        self.index = index
        self.holder = holder


class DiskFull(SearchUnavailable):
    """There is too little room for what is to be written; `needed` and `free` in bytes.

    `limit` names what else refused it where the disk itself has room: a quota, a limit on
    the size of files.
    """

    def __init__(self, index: str, folder: Path, needed: int, free: int, limit: str = "") -> None:
        why = f"The limits of this process refuse it ({limit})" if limit else "The disk is full"
        remedy = "Raise the quota or the limit" if limit else "Make room there"
        super().__init__(
            f"{why}: writing the search index '{index}' takes about {_megabytes(needed)} and "
            f"found {_megabytes(free)} free in {folder}. {remedy}; writing then goes on by "
            "itself. Nothing that was indexed before is lost, and searches go on."
        )
        self.index = index
        self.needed = needed
        self.free = free


def _megabytes(number: int) -> str:
    return f"{number / 1_000_000:,.1f} MB"


class BadQuery(SearchError):
    """A question (or a document) that the settings of the index cannot make sense of."""

    def __init__(
        self, field: str, value: object, remedy: str, *, code: str = "bad_request"
    ) -> None:
        shown = repr(value)
        if len(shown) > 60:
            shown = shown[:57] + "..."
        super().__init__(f"{field}: {shown} cannot be used. {remedy}")
        self.field = field
        self.value = value
        self.remedy = remedy
        self.code = code
