"""What labels may still cost, and whether they are spent evenly."""

from deploy.grafana.chart import Chart, Line, Section
from deploy.grafana.query import HOUR, LEAST, fleet, largest, rate

_LEFT = fleet("budget_remaining")

DAYS_30 = 30 * 86_400


def exhaustion(limits: str) -> str:
    """Return the seconds until each of these limits is used up, 30 days at most.

    Both sides of the division are of the same instance: what the last arbiter spent does
    not count against the next.
    """
    left = fleet("budget_remaining", limit=limits)
    spending = f"clamp_min(-deriv({left}[{HOUR}]), {LEAST})"
    return f"clamp_max(max by (limit) (clamp_min({left}, 0) / {spending}), {DAYS_30})"


BUDGET = Section(
    "Budget",
    (
        Chart(
            "Left of each limit",
            "What each limit still allows now: labels, or money for `cost`.",
            "`count` and `cost` fall evenly; `window` falls and is full again when it turns; "
            "`rate` stays low, for it is spent as it grows.",
            "at 0 of a count nothing is asked any more: raise it. Below 0 never: run "
            "`streamal verify`.",
            (Line(largest(_LEFT, "limit"), "{{limit}}"),),
            "short",
            none="no arbiter tells of a budget",
        ),
        Chart(
            "Spent, and the even pace",
            "What is charged to each limit, and the even-paced line that it follows (dashed).",
            "spent runs just below the lowest of the lines; the other limits have slack.",
            "far below: too little is worth asking, or candidates do not reach the arbiter (Lag). "
            "Above: only for a burst, or after a limit was lowered.",
            (
                Line(largest(f"{fleet('budget_limit')} - {_LEFT}", "limit"), "spent: {{limit}}"),
                Line(largest(fleet("budget_planned"), "limit"), "even pace: {{limit}}"),
            ),
            "short",
            none="no arbiter tells of a budget",
            dashed="/^even pace/",
        ),
        Chart(
            "Time to exhaustion",
            "Until each limit is used up at the pace of the last hour; 30 days stand for as long "
            "or longer. Limits by rate never are.",
            "a count lasts to the end of its horizon; a window nearly to its turn.",
            "raise the limit, or give it a larger `over`.",
            (Line(exhaustion("!~rate.*"), "{{limit}}"),),
            "s",
            none="no limit that can run out",
        ),
        Chart(
            "Refused",
            "Labels a second that were wanted and that each limit did not allow.",
            "seldom: the share is lowered before a limit is reached.",
            "steadily above 0 means that this limit is used up; see Left of each limit.",
            (Line(rate(fleet("budget_refused_total"), "limit"), "{{limit}}"),),
            "cps",
        ),
        Chart(
            "Charged and given back",
            "What is charged to each limit in a second, and what is given back: refunds, and "
            "labels cheaper than reserved.",
            "what is given back is a small part.",
            "if much is given back, people skip or requests expire: see Labels.",
            (
                Line(rate(fleet("budget_spent_total"), "limit"), "charged: {{limit}}"),
                Line(rate(fleet("budget_refunded_total"), "limit"), "given back: {{limit}}"),
            ),
            "cps",
            dashed="/^given back/",
        ),
        Chart(
            "Pace",
            "The share of samples that scorers are told the budget affords, and what the "
            "even-paced lines afford.",
            "the pace swings around what is affordable.",
            "at 0 nothing is proposed: a limit is used up. At 1 for long: samples are few, or the "
            "budget is larger than the stream.",
            (
                Line(largest(fleet("pace_ratio")), "pace"),
                Line(largest(fleet("query_target_ratio")), "affordable"),
            ),
            "percentunit",
            none="no arbiter tells of a pace",
            dashed="affordable",
        ),
    ),
)
