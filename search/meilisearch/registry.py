"""What the server's indexes mean: our settings of each, kept in a small index beside them.

A process that only searches has no right to read an index's settings, and they would not
say which field is a facet of ours. It reads them here.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from search.contract import IndexSettings
from search.errors import BadQuery, IndexDamaged, IndexMissing
from search.meilisearch.server import Server
from search.meilisearch.settings import FORMAT, NAME
from search.understanding import SynonymTable, synonym_table

UID = "index_settings"
_FRESH = 5.0  # seconds for which an answer is taken as still true
_ABANDONED = 24 * 3600.0  # a rebuild that began so long ago died


@dataclass(frozen=True, slots=True)
class Entry:
    """One index: what it is called on the server, and what it was built for."""

    uid: str
    settings: IndexSettings
    generation: str
    synonyms: SynonymTable
    format: int  # of the program that filled it
    building: float = 0.0  # since when a successor is being filled; 0: none is

    @property
    def being_rebuilt(self) -> bool:
        return 0 < time.time() - self.building < _ABANDONED


def new_entry(uid: str, settings: IndexSettings, generation: str) -> Entry:
    return Entry(uid, settings, generation, synonym_table(settings.synonyms), FORMAT)


class Registry:
    """Reads with one key, writes with the other."""

    def __init__(self, reading: Server, writing: Server, prefix: str) -> None:
        self._reading, self._writing, self._prefix = reading, writing, prefix
        self._known: dict[str, tuple[float, Entry]] = {}

    @property
    def _path(self) -> str:
        return f"indexes/{self._prefix}{UID}/documents"

    def entry(self, index: str, *, fresh: bool = False) -> Entry:
        """Raises IndexMissing when nobody built this index."""
        known = self._known.get(index)
        if not fresh and known is not None and time.monotonic() - known[0] < _FRESH:
            return known[1]
        server = self._writing if fresh else self._reading
        if not isinstance(index, str) or not NAME.fullmatch(index):
            raise IndexMissing(str(index))
        try:
            stored = server.get(f"{self._path}/{index}")
        except IndexMissing:
            raise IndexMissing(index) from None
        except BadQuery as refusal:
            if refusal.code == "document_not_found":
                self._known.pop(index, None)
                raise IndexMissing(index) from None
            raise
        old = known[1] if known else None
        found = self._read(stored, index, old)
        self._known[index] = (time.monotonic(), found)
        return found

    def reread(self, index: str) -> Entry:
        """What is true now, whatever was known."""
        known = self._known.get(index)
        if known is not None:
            self._known[index] = (float("-inf"), known[1])
        return self.entry(index)

    def _read(self, stored: Mapping[str, Any], index: str, old: Entry | None) -> Entry:
        try:
            settings = IndexSettings.restored(stored["settings"])
            generation, building = str(stored["generation"]), float(stored.get("building") or 0)
            format = int(stored["settings"]["format"])
        except (KeyError, TypeError, ValueError) as trouble:
            raise IndexDamaged(index, "its settings on the server are not ours") from trouble
        if old is not None and old.settings == settings:
            return replace(old, generation=generation, building=building, format=format)
        fresh = new_entry(self._prefix + index, settings, generation)
        return replace(fresh, building=building, format=format)

    def all(self) -> dict[str, Entry]:
        """Every index that was built, by name."""
        try:
            held = self._reading.post(f"{self._path}/fetch", {"limit": 1000})["results"]
        except IndexMissing:
            return {}
        entries = [each for each in held if "settings" in each]
        return {each["id"]: self._read(each, each["id"], None) for each in entries}

    def fits(self, entry: Entry, settings: IndexSettings) -> bool:
        """Whether documents written for the one can stay for the other."""
        return entry.format == FORMAT and entry.settings.shape() == settings.shape()

    def save(self, entry: Entry) -> None:
        name = entry.settings.name
        stored = {
            "id": name,
            "settings": {"format": entry.format, **asdict(entry.settings)},
            "generation": entry.generation,
            "building": entry.building,
        }
        self._put(stored)
        self._known[name] = (time.monotonic(), entry)

    def _put(self, stored: dict[str, Any]) -> None:
        self._writing.finish(self._writing.post(f"{self._path}?primaryKey=id", [stored]))

    # -- what was removed while a successor was being filled --------------------------

    def note_removed(self, index: str, keys: list[str], at: int) -> None:
        """A rebuild must not bring these back."""
        id = f"gone-{index}-{at}-{secrets.token_hex(3)}"
        self._put({"id": id, "index": index, "gone": keys, "at": at})

    def removed_since(self, index: str, at: int) -> dict[str, int]:
        """Keys removed since then, and when."""
        notes = [each for each in self._notes(index) if each["at"] >= at]
        notes.sort(key=lambda each: int(each["at"]))
        return {key: int(each["at"]) for each in notes for key in each["gone"]}

    def forget_removed(self, index: str) -> None:
        ids = [each["id"] for each in self._notes(index)]
        if ids:
            self._writing.finish(self._writing.post(f"{self._path}/delete-batch", ids))

    def _notes(self, index: str) -> list[dict[str, Any]]:
        try:
            held = self._writing.post(f"{self._path}/fetch", {"limit": 10_000})["results"]
        except IndexMissing:  # nothing was ever built on this server
            return []
        return [each for each in held if each.get("index") == index]
