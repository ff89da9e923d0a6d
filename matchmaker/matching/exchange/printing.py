"""An answer as lines for a terminal: firms, what they are good for, what is missing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from matchmaker.matching.exchange.told import (
    Answer,
    ClusterTold,
    CriterionTold,
    ExcludedTold,
    FirmTold,
    FrontTold,
    PlanTold,
    RemarkTold,
)
from matchmaker.matching.plan_sentences import amount_shown
from matchmaker.matching.problem import Requirement
from matchmaker.matching.scoring.sentences import percent
from matchmaker.measures import unit_shown
from matchmaker.text_columns import cut, name_shown, one_line, wrapped

INDENT = " " * 6
WIDTH = 100
LONGEST_TEXT, LONGEST_NAME = 70, 50  # columns
MOST_REMARKS = 20
LEGEND = (
    "Points of 100; ?: not known, –: not compared. →: what would help, with the days papers take."
)
KINDS = {"fewest": "fewest firms", "cheapest": "lowest price", "fastest": "soonest"}


def lines_of(requirement: Requirement, answer: Answer, *, width: int = WIDTH) -> Iterator[str]:
    """The whole print, in so many columns."""
    for line in _lines(requirement, answer):
        yield from wrapped(one_line(line), width)


def remark_lines(answer: Answer, *, width: int = WIDTH) -> Iterator[str]:
    """What is to be said beside the answer: names in the file that nobody knows."""
    for each in answer.remarks[:MOST_REMARKS]:
        yield from wrapped(one_line(_remark(each)), width)
    others = len(answer.remarks) - MOST_REMARKS
    if others > 0:
        yield f"{others:,} more of the names are not known; --json tells them all."


def _remark(told: RemarkTold) -> str:
    value = name_shown(told.value, LONGEST_NAME)
    places = f" (and {told.others:,} more)" if told.others else ""
    meant = " or ".join(f"“{name_shown(each, LONGEST_NAME)}”" for each in told.meant)
    ask = f" Did you mean {meant}?" if meant else ""
    return f"{told.field}{places}: “{value}”. {told.sentence}{ask}"


def _lines(requirement: Requirement, answer: Answer) -> Iterator[str]:
    yield _asked(requirement)
    if requirement.sample_by:
        yield f"Samples by {requirement.sample_by}: not scored, no offer says how long they take."
    offers = "1 offer" if answer.offers == 1 else f"{answer.offers:,} offers"
    yield f"{offers}; {answer.judged:,} judged in full for the list, no other can rank as high."
    if answer.judged_for_clusters is not None:
        yield _judged_for_clusters(answer.judged_for_clusters, answer.not_judged_for_clusters)
    if answer.as_of is not None:
        yield (
            f"As of {answer.as_of:%Y-%m-%d %H:%M} UTC: {answer.left_out:,} offers changed since "
            "and are left out; they are being read anew. Ask again in some minutes."
        )
    yield f"Weights: {answer.weights}. Texts compared by {answer.compared_by}."
    if answer.spoken:
        yield answer.spoken.sentence
    if answer.firms:
        yield LEGEND
    for firm in answer.firms:
        yield ""
        yield from _firm(firm)
    if not answer.firms:
        yield "No offer passes."
    if answer.excluded:
        yield ""
        yield "Excluded, because:"
        yield from (_excluded(each) for each in answer.excluded)
    for cluster in answer.clusters:
        yield ""
        yield from _cluster(cluster)
    if answer.schemes:
        yield ""
        yield "Papers by their codes:"
        yield from (f"{INDENT}{code}: {name}" for code, name in answer.schemes.items())


def _judged_for_clusters(judged: int, others: int) -> str:
    if not judged and not others:
        return "For clusters and plans: no offer fits well enough."
    if not others:
        many = "1 offer" if judged == 1 else f"{judged:,} offers"
        return f"For clusters and plans: {many} judged in full, all that fit."
    return (
        f"For clusters and plans: {judged:,} offers judged in full; {others:,} more that may fit "
        "were not. What is proved of a plan is proved among those judged."
    )


def _asked(asked: Requirement) -> str:
    amount = f"{amount_shown(asked.quantity.amount)} {unit_shown(asked.quantity.unit)}"
    rhythm = " every month" if asked.months else ""
    to = f" to {asked.market}" if asked.market else ""
    months = "1 month" if asked.months == 1 else f"{asked.months} months"
    until = f", {months} from {asked.ship_from}" if asked.months else f" by {asked.ship_by}"
    return f"{cut(one_line(asked.text), LONGEST_TEXT)}: {amount}{rhythm}{to}{until}"


def _firm(firm: FirmTold) -> Iterator[str]:
    yield (
        f"{firm.rank:>3}. {100 * firm.total:5.1f}  {_offered(firm)}, {firm.cluster}"
        f"  ({_known(firm.confidence)})"
    )
    yield INDENT + ", ".join(f"{each.criterion} {_value(each)}" for each in firm.criteria)
    for each in firm.criteria:
        if each.knowledge == "unknown" or (each.value is not None and each.value < 1):
            yield f"{INDENT}{each.criterion}: {each.sentence}"
            yield from (
                f"{INDENT}  → {gap.remedy}{_who(gap.who)}"
                for gap in each.gaps
                if gap.remedy != each.sentence
            )


def _offered(told: FirmTold | ExcludedTold) -> str:
    """The product and its firm; of names that fill a line the middle is left out."""
    name = name_shown(told.name or told.firm, LONGEST_NAME)
    return f"{name_shown(told.title or told.offer, LONGEST_NAME)} — {name}"


def _known(confidence: float) -> str:
    return f"{percent(confidence)} % of this is known"


def _value(told: CriterionTold) -> str:
    if told.value is not None:
        return percent(told.value)
    return "?" if told.knowledge == "unknown" else "–"


def _who(who: tuple[str, ...]) -> str:
    return f" (ask {', '.join(who)})" if who else ""


def _excluded(told: ExcludedTold) -> str:
    return f"{INDENT}{_offered(told)}: {told.sentence}"


def _cluster(told: ClusterTold) -> Iterator[str]:
    firms = "1 firm" if told.firms == 1 else f"{told.firms} firms"
    yield (
        f"Cluster {told.rank}. {100 * told.total:5.1f}  {told.cluster}: {firms}"
        f"  ({_known(told.confidence)})"
    )
    yield from (f"{INDENT}{each.criterion}: {each.sentence}" for each in told.criteria)
    for reason in told.left_out_because:
        offers = "1 offer" if reason.offers == 1 else f"{reason.offers} offers"
        yield f"{INDENT}not counted, {offers}: {reason.sentence}"
    if told.front:
        yield INDENT + _front(told.front, told.plans[0].currency)
    yield from (f"{INDENT}{each}" for each in told.sentences)
    for number, plan in enumerate(told.plans, 1):
        yield from _plan(number, plan)


def _front(told: FrontTold, currency: str) -> str:
    """The price by the number of firms, as far as each further firm saves something."""
    steps = (each for each in told.steps if each.saves > 0 or each is told.steps[0])
    return "price: " + "; ".join(
        f"{'1 firm' if each.at_most == 1 else f'up to {each.at_most} firms'}: "
        f"{each.price:,.2f} {currency}"
        + (f" (not proved, up to {100 * each.gap:.1f} % less)" if each.money_proof != "proved"
           else "")
        for each in steps
    )  # fmt: skip


def _plan(number: int, plan: PlanTold) -> Iterator[str]:
    kinds = ", ".join(KINDS[each] for each in plan.kinds)
    yield f"{number:>3}. {kinds}: {' '.join(plan.summary)}"
    unit = unit_shown(plan.unit)
    for member in plan.members:
        amounts = " + ".join(amount_shown(each) for each in member.amounts)
        yield f"{INDENT}{name_shown(member.name or member.firm, LONGEST_NAME)}: {amounts} {unit}"
    yield from (f"{INDENT}  → {each}" for each in plan.to_do)
    # The same rate stands in the steps of many offers.
    steps = dict.fromkeys(each.step for each in plan.conversions)
    yield from (f"{INDENT}reckoned with: {each}" for each in steps)
