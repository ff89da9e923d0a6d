"""Which passwords are taken: long enough, and not the first ones that are tried."""

from __future__ import annotations

import re
import unicodedata

LEAST = 10
# Digits, keyboards and words that open most lists of stolen passwords, as they are repeated
# and combined to reach ten letters.
WORN = (
    "password", "passw0rd", "qwertyuiop", "qwerty", "asdfghjkl", "asdf", "zxcvbnm", "letmein",
    "welcome", "iloveyou", "admin", "abcdefghij", "abcd", "1q2w3e4r", "india", "kerala",
    "matchmaker", "secret", "changeme", "test", "user", "login", "01234567890", "9876543210",
    "1234", "123", "0000", "1111",
)  # fmt: skip


def weakness_of(password: str, *known: str) -> str:
    """Why a password cannot be used: 'short', 'same', 'worn' or 'known'; empty if it can.

    `known`: what everybody knows of the person (name, e-mail address, organisation).
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(plain) < LEAST:
        return "short"
    if len(set(plain)) < 5:
        return "same"
    if _is_made_of(plain, WORN):
        return "worn"
    if _is_made_of(plain, tuple(_words(known))):
        return "known"
    return ""


def _words(known: tuple[str, ...]) -> list[str]:
    parts = [part for text in known for part in re.split(r"[\W_]+", text.casefold())]
    return [part for part in parts if len(part) >= 3]


def _is_made_of(plain: str, words: tuple[str, ...]) -> bool:
    """Whether little is left once the words are taken out."""
    rest = plain
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != plain and len(re.sub(r"[\W_\d]", "", rest)) + len(rest) // 3 < 4
