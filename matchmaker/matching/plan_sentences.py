"""What clusters, plans and shortfalls say to a buyer: keys, facts and plain English. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

WHOLE_FROM = 100

SENTENCES: Mapping[str, str] = {
    # clusters
    "cluster.one_firm": "One firm makes what was asked for.",
    "cluster.firms": "%(many)s firms make what was asked for.",
    "cluster.enough": "Together they can make it in time: %(percent)s %% of what is asked"
    " (%(free)s of %(asked)s %(unit)s).",
    "cluster.not_enough": "Together they can make %(percent)s %% in time"
    " (%(free)s of %(asked)s %(unit)s).",
    "cluster.enough_one": "The firm can make it in time: %(percent)s %% of what is asked"
    " (%(free)s of %(asked)s %(unit)s).",
    "cluster.not_enough_one": "The firm can make %(percent)s %% in time"
    " (%(free)s of %(asked)s %(unit)s).",
    "cluster.enough_alone": "The one firm that can be counted can make it in time:"
    " %(percent)s %% of what is asked (%(free)s of %(asked)s %(unit)s).",
    "cluster.not_enough_alone": "The one firm that can be counted can make %(percent)s %% in time"
    " (%(free)s of %(asked)s %(unit)s).",
    "cluster.tightest": "In the tightest month: %(sentence)s",
    "cluster.waits": "%(sentence)s What is made before the papers are there is not counted;"
    " with it, it would be %(percent)s %%.",
    "cluster.no_capacity": "No firm has said how much it can still make at which price.",
    "cluster.all_hold": "Everything that must be shown is held by all of the %(many)s firms.",
    "cluster.one_holds": "Everything that must be shown is held by the firm.",
    "cluster.one_lacks": "The firm lacks %(codes)s.",
    "cluster.alone_lacks": "The one firm that can be counted lacks %(codes)s.",
    "cluster.none_hold": "None of the %(many)s firms that can be counted holds everything that must"
    " be shown; lacking: %(codes)s.",
    "cluster.some_hold": "Everything that must be shown is held by %(holding)s of the %(many)s"
    " firms that can be counted; others lack %(codes)s.",
    "cluster.no_papers": "No firm can be counted yet.",
    "cluster.shared": "Shared: %(names)s.",
    "cluster.nothing_shared": "No shared facility is known.",
    "cluster.facilities_unknown": "Nobody has said what the firms share.",
    "cluster.port": "%(km)s km to the port of %(port)s.",
    "cluster.port_unknown": "The way to the port is not known.",
    "cluster.track": "Answers, meetings kept and exports of %(many)s firms: %(percent)s of 100.",
    "cluster.track_of_one": "Answers, meetings kept and exports of the firm: %(percent)s of 100.",
    "cluster.track_unknown": "Nothing is known of how the firms have behaved.",
    # who is not in the pool
    "pool.no_fit": "It is probably another product.",
    "pool.no_capacity": "The firm has not said how much it can still make.",
    "pool.no_factor": "Quantities cannot be compared: %(missing)s is not known.",
    "pool.no_price": "There is no price that could be compared.",
    "pool.moq": "The smallest order is far more than what is asked for.",
    # plans
    "plan.members": "%(many)s firms fill the order for %(price)s %(currency)s.",
    "plan.alone": "One firm fills the order for %(price)s %(currency)s.",
    "plan.fewest": "With fewer firms it cannot be done.",
    "plan.perhaps_fewer": "Whether %(bound)s firms could do it is not proved.",
    "plan.best": "No %(many)s firms do it for less.",
    "plan.best_alone": "No other firm alone does it for less.",
    "plan.best_of_all": "No group of firms does it for less.",
    "plan.near": "The best there is may cost up to %(percent)s %% less; that is not proved.",
    "plan.saves": "One more firm, %(many)s in all, saves %(percent)s %%.",
    "plan.saves_nothing": "One more firm would save nothing.",
    "plan.shipped": "The first goods leave by %(first)s, the last by %(last)s.",
    "plan.shipped_at_once": "All goods leave by %(last)s.",
    "plan.waits": "%(firm)s must still obtain %(code)s: %(low)s to %(high)s days.",
    "plan.joins": "%(firm)s must still join the group that holds %(code)s:"
    " %(low)s to %(high)s days.",
    "plan.checks": "Whether %(firm)s needs %(code)s has to be checked.",
    "plan.asks": "Agree with %(firm)s before ordering: %(what)s.",
    # shortfalls
    "short.month": "%(amount)s %(unit)s short in %(month)s.",
    "short.each_month": "%(amount)s %(unit)s short in each month from %(first)s to %(last)s.",
    "short.months": "Short: %(amounts)s.",
    "short.once": "%(amount)s %(unit)s short by %(day)s.",
    "short.members": "It takes more firms than the buyer would have.",
    "relax.weeks": "%(many)s weeks later it can be done, by %(day)s.",
    "relax.months": "%(many)s months later it can be done, from %(month)s on.",
    "relax.one_week": "One week later it can be done, by %(day)s.",
    "relax.one_month": "One month later it can be done, from %(month)s on.",
    "relax.group": "With the group certificate of the cluster within %(days)s days it can be done.",
    "relax.certificate": "If %(firm)s obtains %(codes)s in the shortest time (%(days)s days),"
    " it can be done.",
    "relax.certificates": "If %(firms)s obtain their certificates in the shortest time"
    " (%(days)s days), it can be done.",
    "relax.misfit": "With products that fit to %(percent)s %% it can be done.",
    "relax.spec": "If these may come together, it can be done: %(specs)s.",
    "relax.members": "With %(many)s firms it can be done.",
    "relax.quantity": "With %(amount)s %(unit)s less, %(whole)s %(unit)s in all, it can be done.",
    # what changed after a decline
    "after.joined": "%(firm)s joins with %(after)s %(unit)s.",
    "after.left": "%(firm)s no longer takes part.",
    "after.more": "%(firm)s ships %(after)s instead of %(before)s %(unit)s.",
    "after.less": "%(firm)s ships %(after)s instead of %(before)s %(unit)s.",
    "after.stayed": "%(firm)s ships what was agreed.",
}


def amount_shown(amount: Decimal) -> str:
    """An amount to the last digit, without needless noughts."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def about(amount: Decimal, rounding: str) -> str:
    """An amount as it is spoken of: from a hundred on in whole units.

    `rounding`: ROUND_DOWN for what can be had, ROUND_UP for what is lacking, so that neither
    promises too much and both together are the whole.
    """
    return amount_shown(amount.to_integral_value(rounding) if amount >= WHOLE_FROM else amount)


def month_shown(day: dt.date) -> str:
    """As '2027-03': pages may say it in their language."""
    return f"{day:%Y-%m}"
