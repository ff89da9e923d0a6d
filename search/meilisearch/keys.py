"""The two keys of an installation on its server, made once with the master key.

Whoever searches cannot write, and whoever writes cannot search: a web process that is
broken into spoils nothing. Neither key may do anything outside our indexes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from search.meilisearch.registry import UID
from search.meilisearch.server import Server

SEARCHING = ("search", "documents.get", "stats.get")
INDEXING = ("documents.*", "indexes.*", "settings.*", "tasks.*", "stats.get")


@dataclass(frozen=True, slots=True)
class Keys:
    """What a process that searches and one that writes show to the server."""

    search: str
    indexing: str


def make_keys(
    address: str, master_key: str, indexes: Iterable[str], *, prefix: str = "", renew: bool = False
) -> Keys:
    """The keys for these indexes; those made before, if there are, unless they are to be renewed.

    `renew` makes the former keys worthless. Raises what `search/meilisearch/errors.py` says.
    """
    server = Server(address, master_key, timeout=10.0, patience=10.0)
    try:
        scope = [f"{prefix}{name}*" for name in sorted(indexes)] + [f"{prefix}{UID}"]
        held = server.get("keys?limit=1000")["results"]
        return Keys(
            _key(server, held, f"{prefix}matchmaker search", SEARCHING, scope, renew),
            _key(server, held, f"{prefix}matchmaker indexing", INDEXING, scope, renew),
        )
    finally:
        server.close()


def _key(
    server: Server,
    held: Iterable[dict[str, Any]],
    name: str,
    actions: Iterable[str],
    scope: list[str],
    renew: bool,
) -> str:
    wanted: dict[str, Any] = {
        "name": name,
        "actions": sorted(actions),
        "indexes": sorted(scope),
        "expiresAt": None,
    }
    for each in held:
        if each["name"] != name:
            continue
        found = {part: each[part] for part in wanted}
        found |= {part: sorted(each[part]) for part in ("actions", "indexes")}
        if found == wanted and not renew:
            return str(each["key"])
        server.delete(f"keys/{each['uid']}")
    # Not asked twice: a key whose answer was lost is found by the next call
    return str(server.post("keys", wanted, once=True)["key"])
