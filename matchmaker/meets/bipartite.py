"""Whether people fall into two sides that only meet across, as buyers and sellers do. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matchmaker.jit import compiled_lean

Ints = NDArray[np.int64]
NO_COLOUR = -1


@compiled_lean
def two_colours(
    first: Ints, second: Ints, starts: Ints, of_person: Ints, colour: Ints, queue: Ints
) -> bool:
    """Write 0 or 1 for each person so that every pair has both; False where that cannot be.

    `colour` comes filled with NO_COLOUR; `queue` is room as long as it. People who hang together
    are coloured one after the other. The options of person p are
    `of_person[starts[p] : starts[p + 1]]`.
    """
    for root in range(len(colour)):
        if colour[root] != NO_COLOUR:
            continue
        colour[root] = 0
        queue[0] = root
        reached, done = 1, 0
        while done < reached:
            person = queue[done]
            done += 1
            for entry in range(starts[person], starts[person + 1]):
                option = of_person[entry]
                other = second[option] if first[option] == person else first[option]
                if colour[other] == colour[person]:
                    return False
                if colour[other] == NO_COLOUR:
                    colour[other] = 1 - colour[person]
                    queue[reached] = other
                    reached += 1
    return True
