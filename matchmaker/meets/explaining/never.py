"""Why two people could never meet, whatever else takes place. Pure."""

from __future__ import annotations

from matchmaker.meets.problem import Interpreter, Person, Problem, Unmet, Wish


def why_never(problem: Problem, wish: Wish, one: Person, other: Person) -> Unmet | None:
    """What excludes the meeting of these two for this wish; None where nothing does.

    `reason` is a key of `sentences.REASONS`; the later it stands there, the nearer they came.
    """
    facts: dict[str, object] = {"who": one.id, "other": other.id}
    if one.id == other.id or (one.company and one.company == other.company):
        return Unmet(wish.id, "same company", facts)
    if are_apart(problem, one, other):
        return Unmet(wish.id, "kept apart", facts)
    common = set(range(len(problem.slots))) - one.absent - other.absent
    if not common:
        return Unmet(wish.id, "no common slot", facts)
    allowed = _allowed(problem, wish) & common
    if not allowed:
        return Unmet(wish.id, "no allowed slot", {**facts, "slots": len(common)})
    able = _interpreters(problem, one, other)
    if able is None or slots_together(problem, wish, one, other):
        return None
    if not able:
        return Unmet(wish.id, "no interpreter", facts)
    names = ", ".join(each.id for each in able)
    return Unmet(wish.id, "interpreter away", {**facts, "interpreters": names})


def slots_together(problem: Problem, wish: Wish, one: Person, other: Person) -> set[int]:
    """Slots in which the wish may take place, with both there and an interpreter if needed."""
    slots = _allowed(problem, wish) - one.absent - other.absent
    able = _interpreters(problem, one, other)
    if able is None:
        return slots
    return {slot for slot in slots if any(slot not in each.absent for each in able)}


def _allowed(problem: Problem, wish: Wish) -> set[int]:
    """Slots in which the wish may take place, whoever is there."""
    if wish.pinned is not None:
        return {wish.pinned}
    return set(range(len(problem.slots)) if wish.slots is None else wish.slots)


def _interpreters(problem: Problem, one: Person, other: Person) -> list[Interpreter] | None:
    """Who can interpret for the two; None where nobody needs to."""
    if not one.languages or not other.languages or one.languages & other.languages:
        return None
    return [
        each
        for each in problem.interpreters
        if each.languages & one.languages and each.languages & other.languages
    ]


def are_apart(problem: Problem, one: Person, other: Person) -> bool:
    """Whether two people, or their companies, are to be kept from each other."""
    return any(
        (a, b) in problem.apart or (b, a) in problem.apart
        for a in (one.id, one.company)
        for b in (other.id, other.company)
        if a and b
    )
