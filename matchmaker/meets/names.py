"""Whether names in a meet can be told apart and shown, and which one was meant. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from rapidfuzz import process

from matchmaker.codes import language_names, language_remedy
from matchmaker.errors import BadInput

LONGEST = 100
NEAR = 75  # of 100: “buyer1” for “buyer-1”, not “b1” for “s1”
# Control characters, line breaks, and what turns the order of letters. Joiners stay, which names
# in Indian scripts need.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def check_ids(path: str, ids: Sequence[str]) -> None:
    """Raise BadInput where an id is empty, too long, cannot be shown, or is there twice."""
    if _UNPRINTABLE.search("".join(ids)):
        number, wrong = next((n, each) for n, each in enumerate(ids) if _UNPRINTABLE.search(each))
        check_shown(f"{path}[{number}].id", wrong)
    seen: set[str] = set()
    for number, each in enumerate(ids):
        if not 0 < len(each) <= LONGEST or not _is_visible(each):
            remedy = f"Give an id of 1 to {LONGEST} letters."
            raise BadInput(f"{path}[{number}].id", ascii(each.strip())[1:-1] or "nothing", remedy)
        if each in seen:
            raise BadInput(f"{path}[{number}].id", each, "It is there twice: give each its own.")
        seen.add(each)


def check_shown(path: str, name: str) -> None:
    """Raise BadInput for a name that would break a line or be longer than a line."""
    if _UNPRINTABLE.search(name):
        remedy = "It holds a line break or another sign that cannot be shown: leave it out."
        raise BadInput(path, ascii(name)[1:-1], remedy)
    if len(name) > LONGEST:
        raise BadInput(path, name, f"Give a name of at most {LONGEST} letters.")


def check_form(path: str, languages: Iterable[str]) -> None:
    """Raise BadInput for what has not the form of a language's code."""
    for each in languages:
        if not _LANGUAGE.fullmatch(each):
            raise BadInput(path, each, language_remedy(each))


def check_languages(path: str, languages: Iterable[str]) -> None:
    """Raise BadInput for a code of no language."""
    for each in languages:
        if each not in language_names():
            raise BadInput(path, each, language_remedy(each))


def meant(name: str, known: Collection[str]) -> str:
    """A sentence that names the one of the known names that was probably meant, or nothing."""
    found = process.extractOne(name, known, processor=str.casefold, score_cutoff=NEAR)
    return f" Did you mean “{found[0]}”?" if found else ""


def _is_visible(name: str) -> bool:
    return any(each.isprintable() and not each.isspace() for each in name)
