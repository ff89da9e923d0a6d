"""Answers in sentences: a plan with its proof, a shortfall with what would do, what changed. Pure.

Firms are named by their keys; whoever shows it puts names there, or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_UP

from matchmaker.matching.consortium.declining import MemberChange
from matchmaker.matching.consortium.problem import (
    Ask,
    Consortia,
    Plan,
    Problem,
    Relaxation,
    Short,
    Shortfall,
)
from matchmaker.matching.plan_sentences import about, amount_shown, month_shown
from matchmaker.matching.scoring.sentences import Said, say
from matchmaker.measures import unit_shown


def say_plan(plan: Plan, ask: Ask) -> tuple[Said, ...]:
    """What it costs, how sure that is, when it leaves."""
    many = len(plan.members)
    price = {"price": f"{plan.price:,.2f}", "currency": ask.currency}
    first = say("plan.alone", **price) if many == 1 else say("plan.members", many=many, **price)
    begin, end = plan.first_shipment, plan.last_shipment
    shipped = say("plan.shipped", first=begin, last=end)
    return (first, _proof(plan), shipped if begin < end else say("plan.shipped_at_once", last=end))


def say_to_do(plan: Plan) -> tuple[Said, ...]:
    """Which papers must still be obtained by whom, and what is to be agreed before ordering."""
    said = []
    for firm, gap in plan.missing:
        key = "plan.joins" if gap.through_group else "plan.waits"
        facts = {"firm": firm, "code": gap.code, "low": gap.days[0], "high": gap.days[1]}
        said.append(say(key if gap.is_certain else "plan.checks", **facts))
    said += [say("plan.asks", firm=firm, what=what) for firm, what in plan.assumed]
    return tuple(said)


def say_front(answer: Consortia) -> tuple[Said, ...]:
    """Whether fewer firms could do it, and what each further firm saves."""
    fewest = len(answer.fewest.members)
    said = [
        say("plan.fewest") if answer.fewest_proof == "proved"
        else say("plan.perhaps_fewer", bound=answer.fewest_bound)
    ] if fewest > 1 else []  # fmt: skip
    for before, after in zip(answer.front, answer.front[1:], strict=False):
        if after.figure < before.figure:
            percent = f"{100 * (1 - after.figure / before.figure):.1f}"
            said.append(say("plan.saves", many=after.at_most, percent=percent))
        else:
            said.append(say("plan.saves_nothing"))
    return tuple(said)


def say_shortfall(answer: Shortfall, problem: Problem) -> tuple[Said, ...]:
    """Why there is no plan, then what would do, the least of each kind."""
    why = _lacking(answer.short, problem.ask) if answer.short else say("short.members")
    return (why, *(say_relaxation(each) for each in answer.relaxations))


def say_relaxation(found: Relaxation) -> Said:
    """In words: with how little of which change it can be done."""
    ask = found.problem.ask
    unit = unit_shown(ask.unit)
    match found.kind:
        case "later":
            return _later(found)
        case "group certificate":
            return say("relax.group", days=found.days)
        case "certificates":
            return _certificates(found)
        case "misfit":
            return say("relax.misfit", percent=f"{100 - found.amount:f}")
        case "spec":
            specs = "; ".join(each or "as asked for" for each in found.specs)
            return say("relax.spec", specs=specs)
        case "members":
            return say("relax.members", many=found.amount)
        case "quantity":
            whole = about(sum(ask.demand) * ask.step, ROUND_DOWN)
            less = about(found.amount * ask.step, ROUND_UP)
            return say("relax.quantity", amount=less, unit=unit, whole=whole)


def say_change(change: MemberChange, ask: Ask) -> Said:
    """What a firm's part was and is, over all periods."""
    before, after = (amount_shown(sum(each) * ask.step) for each in (change.before, change.after))
    facts = {"firm": change.firm, "before": before, "after": after, "unit": unit_shown(ask.unit)}
    return say(f"after.{change.kind}", **facts)


def _proof(plan: Plan) -> Said:
    if plan.proof == "proved":
        if plan.at_most == 1:
            return say("plan.best_alone")
        return say("plan.best", many=plan.at_most) if plan.at_most else say("plan.best_of_all")
    return say("plan.near", percent=f"{100 * plan.gap:.1f}")


def _lacking(short: Sequence[Short], ask: Ask) -> Said:
    """How much, of one shipment or in which months."""
    unit, first, last = unit_shown(ask.unit), short[0], short[-1]
    amounts = [about(each.amount * ask.step, ROUND_UP) for each in short]
    months = [month_shown(ask.fences[each.period]) for each in short]
    facts = {"amount": amounts[0], "unit": unit}
    if ask.is_once:
        return say("short.once", day=ask.deadline, **facts)
    if len(short) == 1:
        return say("short.month", month=months[0], **facts)
    if len(set(amounts)) == 1 and last.period - first.period == len(short) - 1:
        return say("short.each_month", first=months[0], last=months[-1], **facts)
    told = (f"{amount} {unit} in {month}" for amount, month in zip(amounts, months, strict=True))
    return say("short.months", amounts=", ".join(told))


def _later(found: Relaxation) -> Said:
    ask, many = found.problem.ask, int(found.amount)
    if ask.is_once:
        stretch = (ask.fences[ask.due] - ask.fences[ask.due - 1]).days // 7
        weeks = many * stretch
        key = "relax.one_week" if weeks == 1 else "relax.weeks"
        return say(key, many=weeks, day=ask.deadline)
    key = "relax.one_month" if many == 1 else "relax.months"
    return say(key, many=many, month=month_shown(ask.fences[many]))


def _certificates(found: Relaxation) -> Said:
    if len(found.firms) > 1:
        return say("relax.certificates", firms=", ".join(found.firms), days=found.days)
    codes = {
        gap.code
        for each in found.problem.candidates if each.firm in found.firms
        for gap in each.missing if gap.is_certain
    }  # fmt: skip
    shown = ", ".join(sorted(codes)) or "the certificates"
    return say("relax.certificate", codes=shown, firm=found.firms[0], days=found.days)
