"""Secrets of links: long, random, shown once; the database keeps only their SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class Secret:
    """`text` goes into the link and is never kept, `hash` into the database."""

    text: str
    hash: str


def new_secret() -> Secret:
    """A secret of 256 bits, safe in an address."""
    text = secrets.token_urlsafe(32)
    return Secret(text, hash_of(text))


def hash_of(text: str) -> str:
    """What is kept of a secret. No salt is needed: nobody guesses 256 random bits."""
    return hashlib.sha256(text.encode()).hexdigest()
