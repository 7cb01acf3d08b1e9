"""The metrics that are made of flows: roll, cure, net flow, bridge, funnel and collection effectiveness.

The definitions are the docstrings of the files of core.metrics named so; none of their code is used. A metric is
(value, numerator, denominator, n, excluded) with money in whole hundredths, or None where it is undefined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tests.reference import Reference
from tests.reference_files import bucket_of, month_end
from tests.reference_flows import BUCKETS, LATE, Flow, Flows, Where
from tests.reference_ripeness import is_untold

Answer = tuple | None
Metrics = dict[str, Answer]
LEFT = ("sold", "recalled", "missing")


def move_metrics(flows: Flows, as_of: str, where: Where) -> Metrics:
    """Every metric of this room, of the newest month that is over on a day."""
    book = flows.book
    day = max((day for day in book.days if day <= as_of), default=as_of)
    closing = day if day == month_end(day) else month_end(day, -1)
    opening = month_end(closing, -1)
    of_month = flows.of(closing, where)
    paid, worked = (not is_untold(closing, until) for until in (book.paid_until, book.acted_until))
    answer = rolls(of_month) | cures(flows, closing, where) | funnel(of_month, book, paid=paid, worked=worked)
    if opening not in book.days or closing not in book.days:
        unknown = [name for name in (*answer, *BRIDGE, *NET_FLOWS, "cei") if name not in LASTING]
        return answer | dict.fromkeys(unknown)
    return (
        answer
        | bridge(of_month, book, closing, where)
        | ({} if paid else dict.fromkeys(("bridge_cash", "bridge_waived")))
        | net_flows(book, opening, closing, where)
        | {"cei": cei(of_month)}
    )


def sum_of(flows: Iterable[Flow], name: str) -> int:
    return sum(flow.amounts[name] for flow in flows)


def share(above: int, below: int, n: int, excluded: int = 0) -> Answer:
    return (above / below, above, below, n, excluded) if below > 0 else None


# ---- roll and cure


def direction(flow: Flow) -> str:
    """What the month did to a loan in arrears."""
    if flow.state in LEFT:
        return "left"
    if flow.state in ("paid", "Current"):
        return "cure"
    if flow.state == "charged off" or BUCKETS.index(flow.state) > BUCKETS.index(flow.origin):
        return "forward"
    return "stay" if flow.state == flow.origin else "back"


def rolls(of_month: list[Flow]) -> Metrics:
    late = [flow for flow in of_month if flow.origin in LATE]
    opening, n = sum_of(late, "opening"), len(late)
    answer: Metrics = {}
    for name, way in (("roll_forward_rate", "forward"), ("stay_rate", "stay"), ("roll_back_rate", "back"),
                      ("cure_rate", "cure"), ("left_rate", "left")):  # fmt: skip
        went = [flow for flow in late if direction(flow) == way]
        answer[name] = share(sum_of(went, "opening"), opening, n)
        if way in ("forward", "cure"):
            answer[f"{name}_loans"] = share(len(went), n, n)
    return answer


LASTING = {"sustained_cure_rate": (3, "sustained_3", "seen_3"), "redefault_rate": (6, "redefaulted_6", "seen_6")}


def cures(flows: Flows, closing: str, where: Where) -> Metrics:
    """Over the twelve newest months whose cures are old enough on the closing month-end."""
    answer: Metrics = {}
    for name, (age, kept, seen) in LASTING.items():
        told = [flow for later in range(12) for flow in flows.of(month_end(closing, -age - later), where)]
        followed = sum_of(told, seen)
        answer[name] = share(sum_of(told, kept), followed, followed, sum_of(told, "cured") - followed)
    return answer


# ---- net flow and bridge

NET_FLOWS = tuple(f"net_flow_{bucket}" for bucket in LATE)


def net_flows(book: Reference, opening: str, closing: str, where: Where) -> Metrics:
    if "bucket" in where:
        return dict.fromkeys(NET_FLOWS)
    before, after = book.stock(opening, where).values(), book.stock(closing, where).values()
    answer: Metrics = {}
    for source, bucket in zip(BUCKETS, LATE, strict=False):
        stood = [snapshot.balance for snapshot in before if bucket_of(snapshot.dpd) == source]
        stands = [snapshot.balance for snapshot in after if bucket_of(snapshot.dpd) == bucket]
        answer[f"net_flow_{bucket}"] = share(sum(stands), sum(stood), len(stood))
    return answer


BRIDGE = tuple(
    f"bridge_{line}"
    for line in ("opening", "new", "fell_behind", "cured", "cash", "waived", "interest_and_fees", "written_off", "sold",
                 "gone", "other", "reclassified", "closing")
)  # fmt: skip


def bridge(of_month: list[Flow], book: Reference, closing: str, where: Where) -> Metrics:
    """The bridge of the arrears: amounts signed, n the loans that made the move."""
    late = [flow for flow in of_month if flow.origin in LATE]
    ends_late = [flow for flow in of_month if flow.state in LATE]

    def of(state: Callable[[str], bool], flows: list[Flow] = late) -> list[Flow]:
        return [flow for flow in flows if state(flow.state)]

    stock = [snapshot for snapshot in book.stock(closing, where).values() if snapshot.dpd >= 1]
    closing_balance = sum(snapshot.balance for snapshot in stock)
    new, fell = ([flow for flow in ends_late if flow.origin == origin] for origin in ("new", "Current"))
    cured = of(lambda state: state == "Current")
    lines: dict[str, tuple[int, int]] = {
        "opening": (sum_of(late, "opening"), len(late)),
        "new": (sum_of(new, "closing"), len(new)),
        "fell_behind": (sum_of(fell, "closing"), len(fell)),
        "cured": (-sum_of(cured, "closing"), len(cured)),
        "cash": (-sum_of(late, "cash"), len(late)),
        "waived": (-sum_of(late, "waived"), len(late)),
        "interest_and_fees": (sum_of(late, "interest"), len(late)),
        "written_off": (-sum_of(late, "written_off"), len(of(lambda state: state == "charged off"))),
        "sold": (-sum_of(late, "sold"), len(of(lambda state: state in ("sold", "recalled")))),
        "gone": (-sum_of(late, "gone"), len(of(lambda state: state == "missing"))),
        "other": (sum_of(late, "other"), len(late)),
        "reclassified": (closing_balance - sum_of(ends_late, "closing"), abs(len(stock) - len(ends_late))),
        "closing": (closing_balance, len(stock)),
    }
    assert sum(amount for line, (amount, _) in lines.items() if line != "closing") == closing_balance
    answer: Metrics = {f"bridge_{line}": (amount, amount, 1, n, 0) for line, (amount, n) in lines.items()}
    return answer if book.payments else answer | dict.fromkeys(("bridge_cash", "bridge_waived"))


# ---- funnel and collection effectiveness


def funnel(of_month: list[Flow], book: Reference, *, paid: bool, worked: bool) -> Metrics:
    """`paid`, `worked`: whether payments and actions of the month can have been told."""
    opened = [flow for flow in of_month if flow.origin != "new"]
    workable, touched, reached = (sum_of(opened, name) for name in ("workable", "worked", "reached"))
    on_hold = sum(flow.origin in LATE for flow in opened) - workable
    answer: Metrics = dict.fromkeys(("penetration", "contact_rate", "right_party_rate", "promise_rate", "intensity"))
    if book.actions and worked:
        answer = {
            "penetration": share(touched, workable, workable, on_hold),
            "contact_rate": share(sum_of(opened, "contacted"), touched, touched),
            "right_party_rate": share(reached, touched, touched),
            "promise_rate": share(sum_of(opened, "promised"), reached, reached),
            "intensity": share(sum_of(opened, "attempts"), touched, touched),
        }
    paying = share(sum_of(opened, "paying"), workable, workable, on_hold)
    return answer | {"paying_rate": paying if book.payments and paid else None}


def cei(of_month: list[Flow]) -> Answer:
    opened = [flow for flow in of_month if flow.origin != "new"]
    same = [flow for flow in opened if flow.state not in ("sold", "recalled", "missing")]
    n, dated = len(same), sum_of(same, "dated")
    if not dated:
        return None
    gross = sum_of(same, "opening") + sum_of(same, "due")
    owed = sum_of(same, "closing") + sum_of(same, "written_off")
    current = sum_of([flow for flow in same if flow.state == "Current"], "closing")
    return share(gross - owed, gross - current, n, len(opened) - dated)
