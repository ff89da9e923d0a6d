"""The stages in which a timetable is made, one after the other. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matchmaker.errors import BadInput
from matchmaker.meets.arrays import FREE, Compiled, Ints
from matchmaker.meets.bounds.flow import bound_by_flow
from matchmaker.meets.bounds.pricing import Pricing
from matchmaker.meets.choosing.ejecting import anneal
from matchmaker.meets.choosing.gaps import close_gaps, count_idle
from matchmaker.meets.choosing.insertion import insert_all
from matchmaker.meets.choosing.outcome import below_floor, meetings_of, musts_cannot
from matchmaker.meets.choosing.state import UNPLACED, copied, empty_state, place
from matchmaker.meets.choosing.tables import assign_tables, count_moves
from matchmaker.meets.explaining.reasons import UnmetWishes
from matchmaker.meets.problem import Answer
from matchmaker.meets.watch import Watch

AT_ONCE = 20_000  # options inserted, or steps taken, between two looks at the clock
# How much of what is left of the budget a stage may take.
PRICED, IMPROVED, MOSTLY = 0.3, 0.65, 0.9
SLACK, HOT, COLD, ICY = 0.04, 0.06, 0.01, 0.001  # as shares of the mean weight
TINY = 1e-6  # a temperature at which nothing is ever given up
TRIES = 3
LOSS = 0.001  # of the value is given up for fewer idle gaps, at most
IDLE_COST = 0.12  # what an idle slot counts as, as a share of the mean weight
LEAST_COST, MOST_COST = 0.06, 0.25  # between them it moves so that people wait as long as WAITING
WAITING = 0.065  # idle slots a person
QUICKER = 1.03  # from one look at the clock to the next
BOTH = 0.95  # of what is left of the budget is for value and waiting together
WIDE, HOTTER, COLDER = 0.1, 0.12, 0.02  # for both, as shares of the mean weight
ENOUGH = 0.03  # idle slots a person
SMALL = 3000  # variables of a meet of about ten people a side
VAST = 1_000_000  # variables from which on prices take more than ten seconds
RIPE = 300  # iterations after which prices say enough to trade by them
HARD = 0.0005  # a gap from which on value comes first
STALLED = 0.0002  # prices that gain less than this share in a third more iterations are good


class Choosing:
    """A timetable in the making. Call the stages in their order; any of them may be left out."""

    def __init__(self, problem: Compiled, watch: Watch, seed: int) -> None:
        self.problem, self.facts, self.watch = problem, problem.facts, watch
        self.state = empty_state(problem, seed)
        self.idle = np.zeros(problem.people, np.int64)
        self.most_total = np.iinfo(np.int64).max  # no timetable is worth more, floors included
        self.most_value = float("inf")  # no timetable has more value, floors or not
        self.chosen = np.zeros(problem.options, bool)
        self.fairness_price = 0.0
        self.pricing: Pricing | None = None
        self.idle_cost = IDLE_COST
        self.is_waiting_sought = False  # whether value and waiting were annealed together

    # -- what is known -----------------------------------------------------------------------

    @property
    def value(self) -> int:
        """The weights of all that is placed."""
        placed = self.state.option[self.state.slot != UNPLACED]
        return int(self.problem.weight[placed].sum())

    @property
    def upper(self) -> float:
        """No timetable that keeps as many must-meets and floors has more value than this."""
        value = self.value
        left = float(self.most_total - int(self.state.total[0]))
        upper = min(self.most_value, value + left)
        if self.pricing is not None and math.isfinite(self.pricing.best):
            musts = int((self.problem.is_must & (self.state.slot != UNPLACED)).sum())
            floors = int(np.minimum(self.state.met, self.facts.least).sum())
            upper = min(upper, self.pricing.bound(value, musts, floors))
        return max(float(value), upper)

    @property
    def is_best(self) -> bool:
        """Whether nothing better is possible, for certain."""
        state, facts = self.state, self.facts
        if int(state.total[0]) >= self.most_total:
            return True
        is_full = bool((state.met >= facts.least).all())
        is_full &= not (self.problem.is_must & (state.slot == UNPLACED)).any()
        return is_full and self.upper <= self.value

    def _say(self, stage: str) -> None:
        self.watch.tell(self.value, self.upper, stage)

    # -- stages ------------------------------------------------------------------------------

    def pin(self) -> None:
        """Place what is pinned, for good; BadInput where two pins are in each other's way.

        With a team it stays open which of them attends, so that pins find room for each other.
        """
        is_pinned = self.problem.pinned >= 0
        for wish in np.flatnonzero(is_pinned):
            start, stop = self.facts.options[wish : wish + 2]
            slot = int(self.problem.pinned[wish])
            is_placed = any(place(self.facts, self.state, e, slot) for e in range(start, stop))
            self.state.locked[wish] = is_placed and stop - start == 1
            self.state.mark[0] = 0
        for _ in range(TRIES):
            self._force(is_pinned[self.facts.wish] & (self.state.slot == UNPLACED)[self.facts.wish])
        for wish in np.flatnonzero(is_pinned & (self.state.slot == UNPLACED))[:1]:
            raise BadInput("pinned", self.problem.problem.wishes[wish].id, self._why(int(wish)))

    def _why(self, wish: int) -> str:
        """Why a pinned wish has no place, as a remedy."""
        slot = int(self.problem.pinned[wish])
        asked = self.problem.problem.wishes[wish]
        row = {each.id: number for number, each in enumerate(self.problem.problem.people)}
        for who in (*asked.first, *asked.second):
            there = int(self.state.at[row[who], slot])
            if there >= 0:
                other = self.problem.problem.wishes[int(self.facts.wish[there])].id
                return f"“{who}” is pinned to “{other}” in that slot; take out one of the two."
            if there != FREE:
                return f"“{who}” is absent in that slot; pin it elsewhere or not at all."
        return "In that slot no table, quota or interpreter is left for it; pin it elsewhere."

    def bound(self) -> None:
        """What no timetable can exceed, at once: one flow with the floors, one without."""
        flow = bound_by_flow(self.problem)
        self.most_total, self.chosen = flow.total, flow.chosen
        plain = bound_by_flow(self.problem, is_plain=True)
        self.most_value = float(plain.total)
        fair = int(self.problem.weight[flow.chosen].sum())
        if self.problem.colour is not None and plain.total:
            self.fairness_price = max(0.0, 1 - fair / plain.total)
        self._say("bound")

    def insert(self) -> None:
        """Insert the meetings of the flow, then all others, the dearest first.

        Before them those without which somebody falls below the floor: later they find no room,
        and forcing them in costs more (2,000 × 4,000, few there: 0.4 % of the value).
        """
        order = np.lexsort((-self.facts.worth, ~self.chosen, ~self._needed()))
        for start in range(0, len(order), AT_ONCE):
            insert_all(self.facts, self.state, order, start, min(len(order), start + AT_ONCE))
            self._say("inserted")
            if start and self.watch.is_over():
                break

    def _needed(self) -> NDArray[np.bool_]:
        """Options of the flow for people to whom it gives no more meetings than the floor."""
        facts, chosen = self.facts, self.chosen
        ends = np.concatenate([facts.first[chosen], facts.second[chosen]])
        is_low = np.bincount(ends, minlength=self.problem.people) <= facts.least
        needed: NDArray[np.bool_] = chosen & (is_low[facts.first] | is_low[facts.second])
        return needed

    def meet_floors(self) -> None:
        """Force in must-meets without a place, and meetings of those below their floor."""
        for _ in range(TRIES):
            if not self.watch.is_over():
                self._force(self._urgent())
        self._say("floors")

    def _force(self, mask: NDArray[np.bool_]) -> None:
        """Force in these options wherever that gains, giving nothing up."""
        options, slots = self._places_of(mask)
        steps = min(AT_ONCE, 4 * len(options))
        if steps:
            anneal(self.facts, self.state, options, slots, steps, TINY, self.idle, 0.0)

    def _urgent(self) -> NDArray[np.bool_]:
        """Options of must-meets that have no place, and of people below their floor."""
        facts, state = self.facts, self.state
        below = state.met < facts.least
        is_open = state.slot[facts.wish] == UNPLACED
        musts = self.problem.is_must[facts.wish]
        urgent: NDArray[np.bool_] = is_open & (musts | below[facts.first] | below[facts.second])
        return urgent

    def _places_of(self, mask: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """These options, each with every slot that could take it."""
        facts = self.facts
        some = np.flatnonzero(mask)
        there = facts.present[facts.first[some]] & facts.present[facts.second[some]]
        row, slot = np.nonzero(there & facts.rules[facts.rule[some]])
        return some[row], np.ascontiguousarray(slot)  # numpy gives every second of a list

    def find_prices(self) -> None:
        """Look for prices of people's time until they hardly get better: a second bound."""
        if self.is_best or not self.problem.options:
            return
        # Of all pairs and slots so many are possible, about.
        there = float(self.facts.present.mean())
        is_vast = self.problem.options * self.problem.slots * there**2 > VAST
        if is_vast and not self._is_hard():
            return  # prices would take long, and gain little over the flow
        self.pricing = Pricing(self.problem)
        part = self._until(PRICED)
        self._price(lambda: self.watch.is_over(part))

    def _until(self, part: float) -> float:
        """The share of the budget at which a stage ends that may take this part of what is left.

        Where little can be gained any more, gaps get more time than value.
        """
        begun = self.watch.share()
        return begun + (1 - begun) * (part if self._is_hard() else part / 2)

    def _is_hard(self) -> bool:
        """Whether much may still be gained."""
        return self.upper - self.value > HARD * self.upper

    def _price(self, is_over: Callable[[], bool]) -> None:
        """Go on with the prices until it is over, the best is reached or nothing is gained."""
        pricing = self.pricing
        assert pricing is not None
        before, looked = pricing.best, pricing.iterations
        while not (is_over() or self.is_best):
            pricing.go_on()
            self.watch.done += pricing.work
            if pricing.iterations >= looked * 1.3 + 200:
                if before - pricing.best < STALLED * pricing.best:
                    break
                before, looked = pricing.best, pricing.iterations
            self._say("prices")

    def improve(self) -> None:
        """Force in what the prices favour, displacing other meetings, as long as it gains."""
        if self.pricing is None or not math.isfinite(self.pricing.best):
            return
        if self._is_loose():
            self.is_waiting_sought = True
            self._improve_both()
            return
        mean = max(1.0, float(self.problem.weight.mean()))
        is_small = self.pricing.variables <= SMALL
        options, slots = self.pricing.favoured(math.inf if is_small else SLACK * mean)
        is_short = self.pricing.variables > VAST and self.pricing.iterations < RIPE
        part = self._until(MOSTLY if is_short else IMPROVED)
        # From a timetable that is nearly the best one must not go far.
        hot = min(HOT, max(COLD, 2 * (1 - self.value / max(1.0, self.upper)))) * mean
        cold = COLD * mean
        if is_short:  # there is no time to lose anything first
            cold, hot = ICY * mean, 2 * ICY * mean
        if is_small:  # there is time to try everything, and prices say little
            hot = mean
        best, begun = copied(self.state), self.watch.share(part)
        while len(options) and not self.is_best and not self.watch.is_over(part):
            passed = (self.watch.share(part) - begun) / (1 - begun)
            heat = hot * (cold / hot) ** passed
            anneal(self.facts, self.state, options, slots, AT_ONCE, heat, self.idle, 0.0)
            self.watch.done += AT_ONCE // 1000
            if self.state.total[0] > best.total[0]:
                best = copied(self.state)
            self._say("improved")
        if best.total[0] > self.state.total[0]:
            self.state = best
        self.meet_floors()

    def _is_loose(self) -> bool:
        """Whether people's time binds, tables do not, and prices say which wishes to try.

        Then whoever looks for value alone finds later that hardly any gap can be closed.
        """
        pricing, facts = self.pricing, self.facts
        if pricing is None or self.is_best or not SMALL < pricing.variables < VAST:
            return False
        is_full = self.state.used >= facts.tables
        return self._is_hard() and pricing.iterations >= RIPE and bool(is_full.mean() < 0.5)

    def _improve_both(self) -> None:
        """Force in what the prices favour, for value and for less waiting at once."""
        least, mean = int(self.state.total[0]), max(1.0, float(self.problem.weight.mean()))
        begun = self.watch.share()
        best, most = copied(self.state), -math.inf
        self.idle_cost, end = IDLE_COST, begun + BOTH * (1 - begun)
        for _ in self._annealed((HOTTER, COLDER), WIDE, end):
            self._adapt((self.watch.share() - begun) / (end - begun))
            total = int(self.state.total[0])
            waits = float(self.idle.sum())
            more = max(0.0, waits - WAITING * self.problem.people)
            worth = total - least - IDLE_COST * mean * (waits + more)
            if total >= least and worth > most:
                best, most = copied(self.state), worth
            self._say("improved")
        self.state = best
        self.meet_floors()

    def _adapt(self, passed: float) -> None:
        """Let waiting cost more while people wait longer than they should by now, else less."""
        if passed < 0.5:
            return
        hoped = WAITING * (3 - 2 * passed) * self.problem.people
        factor = QUICKER if self.idle.sum() > hoped else 1 / QUICKER
        self.idle_cost = min(MOST_COST, max(LEAST_COST, self.idle_cost * factor))

    def close_gaps(self) -> None:
        """Turn chains so that people wait less, at the same value; then for a little of it."""
        if self.problem.slots < 2:
            return
        may_trade = self._may_trade()
        begun = self.watch.share()
        part = begun + (1 - begun) / 2 if may_trade else 1.0
        enough = ENOUGH * self.problem.people if may_trade else 0.0
        while not self.watch.is_over(part):
            passed = (self.watch.share() - begun) / max(TINY, part - begun)
            heat = 0.5 * 0.1**passed
            close_gaps(self.facts, self.state, self.idle, AT_ONCE, heat, heat)
            self.watch.done += AT_ONCE // 1000
            self._say("gaps")
            if self.idle.sum() <= enough:
                break
        if may_trade and not self.watch.is_over():
            self._trade_gaps()

    def _may_trade(self) -> bool:
        """Whether a little value may be given up for less waiting, and prices say where."""
        pricing = self.pricing
        if pricing is None or self.is_best or self.is_waiting_sought:
            return False
        return pricing.iterations >= RIPE and pricing.variables > SMALL

    def _trade_gaps(self) -> None:
        """Give up at most LOSS of the value where that makes people wait less.

        In rounds; one that ends with too little value is taken back, and waiting costs half as
        much in the next.
        """
        least = int(self.state.total[0]) - int(LOSS * self.value)
        best, fewest = copied(self.state), int(self.idle.sum())
        self.idle_cost = IDLE_COST
        while not self.watch.is_over() and fewest > ENOUGH * self.problem.people:
            begun = self.watch.share()
            end = begun + max(0.05, (1 - begun) / 3)
            for _ in self._annealed((SLACK, COLD), 5 * SLACK, end):
                self._say("gaps")
            if int(self.state.total[0]) < least:
                self.idle_cost /= 2
            elif self.idle.sum() < fewest:
                best, fewest = copied(self.state), int(self.idle.sum())
            self.state = copied(best)
            close_gaps(self.facts, self.state, self.idle, 1, TINY, TINY)  # counts anew
        self.state = best

    def _annealed(self, heats: tuple[float, float], slack: float, end: float) -> Iterator[None]:
        """Anneal value and waiting together for this part of the budget, a while at a time."""
        assert self.pricing is not None
        mean = max(1.0, float(self.problem.weight.mean()))
        options, slots = self.pricing.favoured(slack * mean)
        hot, cold = heats
        begun = self.watch.share()
        close_gaps(self.facts, self.state, self.idle, 0, TINY, TINY)  # counts who waits
        while len(options) and not self.watch.is_over(end):
            heat = mean * hot * (cold / hot) ** ((self.watch.share() - begun) / (end - begun))
            cost = self.idle_cost * mean
            anneal(self.facts, self.state, options, slots, AT_ONCE, heat, self.idle, cost)
            self.watch.done += AT_ONCE // 1000
            yield

    def prove(self, seconds: float) -> None:
        """Look for a better bound alone; the timetable stays as it is."""
        end = self.watch.passed + seconds
        if seconds > 0 and not self.is_best and self.problem.options:
            self.pricing = self.pricing or Pricing(self.problem)
            self._price(lambda: self.watch.is_stopped() or self.watch.passed >= end)

    def rehearse(self) -> None:
        """Call every loop once."""
        self.insert()
        self.pricing = Pricing(self.problem)
        self.pricing.go_on()
        options, slots = self._places_of(np.ones(self.problem.options, bool))
        anneal(self.facts, self.state, options, slots, 1, TINY, self.idle, 0.0)
        self.close_gaps()

    # -- the answer --------------------------------------------------------------------------

    def answer(self) -> Answer:
        problem = self.problem.problem
        timetable = assign_tables(problem, meetings_of(self.problem, self.state))
        musts_open = self.problem.is_must & (self.state.slot == UNPLACED)
        value, upper = self.value, self.upper
        answer = Answer(
            timetable=timetable,
            value=value,
            bound=upper,
            is_proved=self.is_best,
            is_infeasible=bool(musts_open.any()) and musts_cannot(self.problem, self.most_total),
            idle_gaps=count_idle(problem, timetable),
            table_moves=count_moves(problem, timetable),
            below_floor=below_floor(self.problem, self.state),
            fairness_price=self.fairness_price,
            unmet=UnmetWishes(self.problem, timetable),
        )
        self.watch.tell(value, upper, "done")
        return replace(answer, seconds=self.watch.passed)
