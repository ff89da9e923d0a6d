"""What the firms of a cluster can do together for a requirement: plans, or what is lacking. Pure.

    for each in together(question, judged, places, most=2):
        each.ranked, each.answer        # RankedCluster; Consortia, Shortfall or None

`judged`: every fitting offer (`retrieval/stock.py`), not the best of each firm alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matchmaker.matching.clusters import Place, RankedCluster, rank_clusters
from matchmaker.matching.consortium.describing import say_front, say_shortfall
from matchmaker.matching.consortium.planning import consortia_for
from matchmaker.matching.consortium.problem import Consortia, Effort, Plan, Problem, Shortfall
from matchmaker.matching.scoring.answers import Judged
from matchmaker.matching.scoring.question import Question
from matchmaker.matching.scoring.sentences import Said


@dataclass(frozen=True)
class Together:
    """The answer of one cluster. `answer` is None when no offer of it could be counted."""

    ranked: RankedCluster
    answer: Consortia | Shortfall | None

    @property
    def problem(self) -> Problem:
        return self.ranked.pool.problem

    @property
    def plans(self) -> tuple[Plan, ...]:
        return self.answer.plans if isinstance(self.answer, Consortia) else ()

    @property
    def said(self) -> tuple[Said, ...]:
        """Of all plans together; or why there is none, and what would do."""
        if isinstance(self.answer, Consortia):
            return say_front(self.answer)
        return say_shortfall(self.answer, self.problem) if self.answer else ()


def together(
    question: Question,
    judged: Sequence[Judged],
    places: Mapping[str, Place],
    most: int,
    effort: Effort = Effort(),  # noqa: B008  (frozen)
) -> tuple[Together, ...]:
    """The `most` best clusters, best first, each with its plans or its shortfall."""
    found = []
    for ranked in rank_clusters(question, judged, places)[:most]:
        problem = ranked.pool.problem
        answer = consortia_for(problem, effort) if problem.candidates else None
        found.append(Together(ranked, answer))
    return tuple(found)
