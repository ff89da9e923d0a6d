"""Bring documents to the server, and fill a whole index aside before it takes over.

The server accepts first and indexes later: nothing counts before its task succeeded.
"""

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from search.contract import Document, IndexSettings, Progress
from search.errors import BadQuery, IndexMissing, SearchError
from search.meilisearch.documents import halves, key_of, payloads, sent_again, to_server
from search.meilisearch.errors import TaskFailed, TooLarge
from search.meilisearch.filters import WRITTEN
from search.meilisearch.registry import Entry, Registry, new_entry
from search.meilisearch.server import Server
from search.meilisearch.settings import server_settings, synonyms

_IN_FLIGHT = 4  # payloads the server may have accepted and not yet indexed
_SLOWER_CLOCK = 60_000  # ms by which another machine's clock may be behind
_LEFT_OVER = 24 * 3600 * 1000  # ms after which an unfinished rebuild is swept away
_PAGE = 500


def now() -> int:
    """Milliseconds, the stamp of a write."""
    return time.time_ns() // 1_000_000


class Writing:
    """Writes with the indexing key."""

    def __init__(self, server: Server, registry: Registry, prefix: str, payload_bytes: int) -> None:
        self._server, self._registry, self._prefix = server, registry, prefix
        self._payload_bytes = payload_bytes

    # -- documents -------------------------------------------------------------------

    def write(self, index: str, upserts: Iterable[Document], deletes: Sequence[str]) -> None:
        entry = self._registry.entry(index, fresh=True)
        at = now()
        # The last version of an id wins; checking comes first, so that a refusal changes nothing
        fresh = {each.id: to_server(each, entry.settings, at) for each in upserts}
        gone = [key_of(id) for id in dict.fromkeys(deletes) if id not in fresh]
        if not fresh and not gone:
            return
        self._exists(entry.uid)  # or the server would make one without settings
        if gone and entry.being_rebuilt:
            self._registry.note_removed(index, gone, at)
        self._add(entry.uid, fresh.values())
        self._remove(entry.uid, gone)

    def _exists(self, uid: str) -> None:
        self._server.get(f"indexes/{uid}")

    def _add(
        self, uid: str, documents: Iterable[dict[str, Any]], progress: Progress | None = None
    ) -> None:
        """All of them, indexed when it returns."""
        waiting: list[tuple[dict[str, Any], bytes]] = []
        sent = 0
        for payload, count in payloads(documents, self._payload_bytes):
            waiting.append((self._send(uid, payload), payload))
            sent += count
            while len(waiting) > _IN_FLIGHT:
                self._finish(uid, *waiting.pop(0))
            if progress is not None:
                progress(sent)
        for accepted, payload in waiting:
            self._finish(uid, accepted, payload)

    def _send(self, uid: str, payload: bytes) -> dict[str, Any]:
        """Hand a payload over; one that is too large for this server goes in halves."""
        try:
            accepted: dict[str, Any] = self._server.post(
                f"indexes/{uid}/documents?primaryKey=id", payload
            )
        except TooLarge:
            parts = halves(payload)
            if parts is None:
                raise
            self._server.finish(self._send(uid, parts[0]))
            return self._send(uid, parts[1])
        return accepted

    def _finish(self, uid: str, accepted: dict[str, Any], payload: bytes) -> None:
        try:
            self._server.finish(accepted)
        except TaskFailed:
            # One bad document of another writer fails every task indexed with it: once more
            self._server.finish(self._send(uid, payload))

    def _remove(self, uid: str, keys: Sequence[str]) -> None:
        if keys:
            path = f"indexes/{uid}/documents/delete-batch"
            self._server.finish(self._server.post(path, list(keys)))

    # -- indexes ---------------------------------------------------------------------

    def ensure(self, settings: IndexSettings) -> bool:
        """Make the index usable; True when it is new and empty."""
        entry = self._entry(settings.name)
        if entry is not None and self._registry.fits(entry, settings):
            if entry.settings == settings:
                return False
            changed = {"synonyms": synonyms(settings) or None}
            self._configure(entry.uid, changed)
            self._registry.save(new_entry(entry.uid, settings, entry.generation))
            return False
        uid = self._prefix + settings.name
        self._delete(uid)
        self._create(uid, settings)
        self._registry.save(new_entry(uid, settings, _token()))
        return True

    def is_current(self, settings: IndexSettings) -> bool:
        entry = self._entry(settings.name)
        return (
            entry is not None
            and entry.settings == settings
            and self._registry.fits(entry, settings)
        )

    def _entry(self, name: str) -> Entry | None:
        """What is registered and really there."""
        try:
            entry = self._registry.entry(name, fresh=True)
            self._exists(entry.uid)
        except IndexMissing:
            return None
        return entry

    def _create(self, uid: str, settings: IndexSettings) -> None:
        """An empty index; its settings come first, or all documents would be indexed twice."""
        asked = {"uid": uid, "primaryKey": "id"}
        try:
            self._server.finish(self._server.post("indexes", asked))
        except TaskFailed as trouble:
            # Asked twice because an answer got lost, or by two processes at once
            if "index_already_exists" not in str(trouble):
                raise
        self._configure(uid, server_settings(settings))

    def _configure(self, uid: str, settings: dict[str, Any]) -> None:
        # A change of settings indexes everything anew, however long that takes
        accepted = self._server.patch(f"indexes/{uid}/settings", settings)
        self._server.finish(accepted, 10 * self._server.task_deadline)

    def _delete(self, uid: str) -> None:
        try:
            self._server.finish(self._server.delete(f"indexes/{uid}"))
        except IndexMissing:
            return

    # -- rebuild ---------------------------------------------------------------------

    def rebuild(
        self, settings: IndexSettings, documents: Iterable[Document], progress: Progress | None
    ) -> int:
        """Fill a successor aside, put it in place, and bring over what was written meanwhile.

        The first of its name stays unknown until it is full: IndexMissing is honest, an
        empty page is not.
        """
        uid = self._prefix + settings.name
        before = self._entry(settings.name)
        self._sweep(uid)
        self._registry.forget_removed(settings.name)
        generation = _token()
        aside = f"{uid}_next-{now()}-{secrets.token_hex(3)}"
        # What is older than this was surely there before; of the rest we note what was
        since = now() - _SLOWER_CLOCK
        known: dict[str, int] = {}
        # Documents written for other fields do not fit; the change log brings them again
        carries = before is not None and self._registry.fits(before, settings)
        if before is not None:
            found = self._written(uid, since, ["id", WRITTEN])
            known = {each["id"]: each[WRITTEN] for each in found}
            self._registry.save(replace(before, building=time.time()))
        try:
            self._create(aside, settings)
            self._fill(aside, settings, documents, since, progress)
            if carries:
                self._carry_over(uid, aside, settings, since, known)
            replaced = self._put_in_place(aside, uid)
        except BaseException:
            self._give_up(before, aside)
            raise
        self._registry.save(new_entry(uid, settings, generation))
        if carries and replaced:
            # What came between the last look and the swap lies in the old one, now aside
            self._carry_over(aside, uid, settings, since, known)
        if replaced:
            self._delete(aside)
        self._registry.forget_removed(settings.name)
        return self._size(uid)

    def _put_in_place(self, aside: str, uid: str) -> bool:
        """Swap the two, or only rename where there is nothing to replace; True when swapped."""
        try:
            self._exists(uid)
            replaces = True
        except IndexMissing:
            replaces = False
        step = {"indexes": [uid, aside]} if replaces else {"indexes": [aside, uid], "rename": True}
        made_at = self._made_at(aside)
        # Swapped twice is not swapped; if it was heard and the answer lost, giving up
        # removes the old index, if not, the new one: both leave a whole one in place
        accepted = self._server.post("swap-indexes", [step], once=True)
        try:
            self._server.finish(accepted)
        except BadQuery as hidden:
            # A key for some indexes is not shown tasks that are about several
            if hidden.code != "task_not_found":
                raise
            done = partial(self._is_in_place, uid, made_at)
            self._server.wait(done, f"The swap of index '{uid}' (task {accepted['taskUid']})")
        return replaces

    def _made_at(self, uid: str) -> str:
        """When the index that has this name now was made; it keeps that under other names."""
        return str(self._server.get(f"indexes/{uid}")["createdAt"])

    def _is_in_place(self, uid: str, made_at: str) -> bool:
        try:
            return self._made_at(uid) == made_at
        except IndexMissing:
            return False

    def _fill(
        self,
        uid: str,
        settings: IndexSettings,
        documents: Iterable[Document],
        at: int,
        progress: Progress | None,
    ) -> None:
        keys: set[str] = set()

        def stored() -> Iterator[dict[str, Any]]:
            for each in documents:
                found = to_server(each, settings, at)
                keys.add(found["id"])
                yield found

        self._add(uid, stored(), progress)
        if progress is not None:
            progress(len(keys))

    def _carry_over(
        self,
        source: str,
        target: str,
        settings: IndexSettings,
        since: int,
        known: Mapping[str, int],
    ) -> None:
        """Repeat on the one what was written to the other, but for what was `known` before."""
        fresh = {
            each["id"]: each
            for each in self._written(source, since)
            if known.get(each["id"]) != each[WRITTEN]
        }
        newer = self._stamps(target, fresh)
        late = [each for key, each in fresh.items() if newer.get(key, -1) < each[WRITTEN]]
        self._add(target, map(sent_again, late))
        gone = self._registry.removed_since(settings.name, since)
        held = self._stamps(target, gone)
        self._remove(target, [key for key, at in gone.items() if key in held and held[key] <= at])

    def _size(self, uid: str) -> int:
        return int(self._server.get(f"indexes/{uid}/stats")["numberOfDocuments"])

    def _written(
        self, uid: str, since: int, fields: Sequence[str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Documents of an index written since then, as they can be sent again."""
        asked: dict[str, Any] = {"filter": f'{WRITTEN} >= "{since}"', "limit": _PAGE}
        asked |= {"retrieveVectors": True} if fields is None else {"fields": list(fields)}
        offset = 0
        while True:
            page = self._server.post(f"indexes/{uid}/documents/fetch", asked | {"offset": offset})[
                "results"
            ]
            yield from page
            if len(page) < _PAGE:
                return
            offset += _PAGE

    def _stamps(self, uid: str, keys: Iterable[str]) -> dict[str, int]:
        """When each of these was written here; nothing about those that are not here."""
        wanted = list(keys)
        found: dict[str, int] = {}
        for at in range(0, len(wanted), _PAGE):
            ids = wanted[at : at + _PAGE]
            asked = {"ids": ids, "fields": ["id", WRITTEN], "limit": len(ids)}
            held = self._server.post(f"indexes/{uid}/documents/fetch", asked)["results"]
            found |= {each["id"]: int(each[WRITTEN]) for each in held}
        return found

    def _give_up(self, before: Entry | None, aside: str) -> None:
        """The old index goes on; what lies aside is swept now, or by the next rebuild."""
        try:
            if before is not None:
                self._registry.save(replace(before, building=0.0))
            self._delete(aside)
        except SearchError:
            return

    def _sweep(self, uid: str) -> None:
        """Remove what rebuilds left that were killed."""
        start = f"{uid}_next-"
        held = self._server.get("indexes?limit=1000")["results"]
        for name in (each["uid"] for each in held):
            stamp = name.removeprefix(start).partition("-")[0] if name.startswith(start) else ""
            if stamp.isdigit() and now() - int(stamp) > _LEFT_OVER:
                self._delete(name)


def _token() -> str:
    return f"{time.strftime('%Y%m%d%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
