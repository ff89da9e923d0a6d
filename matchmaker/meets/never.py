"""Why two people could never meet, whatever else takes place. Pure."""

from __future__ import annotations

from matchmaker.meets.problem import Person, Problem, Unmet, Wish


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
    if not slots_together(problem, wish, one, other):
        return Unmet(wish.id, "no allowed slot", {**facts, "slots": len(common)})
    if not one.languages or not other.languages or one.languages & other.languages:
        return None
    if any(each.languages & one.languages and each.languages & other.languages
           for each in problem.interpreters):  # fmt: skip
        return None
    return Unmet(wish.id, "no interpreter", facts)


def slots_together(problem: Problem, wish: Wish, one: Person, other: Person) -> set[int]:
    """Slots in which the wish may take place and both are there."""
    allowed = wish.slots if wish.pinned is None else {wish.pinned}
    slots = set(range(len(problem.slots))) if allowed is None else set(allowed)
    return slots - one.absent - other.absent


def are_apart(problem: Problem, one: Person, other: Person) -> bool:
    """Whether two people, or their companies, are to be kept from each other."""
    return any(
        (a, b) in problem.apart or (b, a) in problem.apart
        for a in (one.id, one.company)
        for b in (other.id, other.company)
        if a and b
    )
