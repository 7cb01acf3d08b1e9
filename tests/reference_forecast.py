"""What is about to roll, and what the next month will bring, worked out again in plain Python over flows.

The definitions are README "How the numbers are defined" and the docstrings of `forecast` and `roll_risks`; none of the
product's code is used, nor numpy. Amounts are whole hundredths. The band of the forecast rests on redrawn months: it is
simulated again here with another generator, so it agrees within the error of a simulation and never to the cent.
"""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from tests.reference import Reference
from tests.reference_files import bucket_of, month_end, months_from
from tests.reference_flows import BUCKETS, LATE, Flow, Flows, Where
from tests.reference_moves import Answer, Metrics

FORECASTS = ("forecast_cash_next_month", "forecast_arrears_next_month", "forecast_coverage")
ROLLING = ("rolling_next_month", "rolling_loans_next_month")
REDRAWN = "rests on redrawn months"
"""Stands for a number that only a simulation can tell."""
FEWEST_MONTHS, LEARNED_MONTHS, ORIGINS, TRUSTED = 6, 12, 12, 6

Balances = dict[str, float]
"""Hundredths by bucket, and under "cash" what came in over the month."""


def newest_month_end(book: Reference, as_of: str) -> str:
    """The newest of the book up to a day; "" where there is none."""
    return max((day for day in book.days if day <= as_of and day == month_end(day)), default="")


# ---- about to roll


def rolling_metrics(flows: Flows, as_of: str, where: Where) -> Metrics:
    """Balance and loans of a month-end, each times how often a loan of its bucket rolled in the six months before: of its
    product where that had 100 such loans, else of all."""
    start = newest_month_end(flows.book, as_of)
    stock: dict[tuple[str, str], list[int]] = defaultdict(list)
    for loan, snapshot in flows.book.stock(start, where).items() if start else ():
        stock[product_of(flows.book, loan, start), bucket_of(snapshot.dpd)].append(snapshot.balance)
    opened = [flow for flow in flows.until(start, where) if flow.origin in BUCKETS] if start else []
    newest = sorted({flow.month for flow in flows.until(start, where)})[-6:] if start else []
    own: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for flow in opened:
        if flow.month in newest:
            for product in (flow.snapshot.row.get("Loan_Type") or "not stated", "every product"):
                own[product, flow.origin].append(rolled_on(flow))
    balance, loans, n, excluded = 0, Fraction(0), 0, 0
    for (product, bucket), balances in stock.items():
        seen = own[product, bucket]
        if len(seen) < 100:
            seen = own["every product", bucket]
        if not seen:
            excluded += len(balances)
            continue
        chance = Fraction(sum(seen), len(seen))
        balance += round(sum(balances) * chance)
        loans += len(balances) * chance
        n += len(balances)
    if not n:
        return dict.fromkeys(ROLLING)
    return {
        "rolling_next_month": (balance, balance, 1, n, excluded),
        "rolling_loans_next_month": (float(loans), float(loans), 1, n, excluded),
    }


def product_of(book: Reference, loan: str, day: str) -> str:
    return book.days[day][loan].row.get("Loan_Type") or "not stated"


def rolled_on(flow: Flow) -> bool:
    """To a worse bucket, or charged off."""
    if flow.state == "charged off":
        return True
    return flow.state in BUCKETS and BUCKETS.index(flow.state) > BUCKETS.index(flow.origin)


# ---- forecast: its value


class Month:
    """What one month did to the stock: opening and what became of it by bucket, new loans, and all cash of placed loans."""

    def __init__(self, flows: list[Flow], cash: int) -> None:
        self.opening = dict.fromkeys(BUCKETS, 0)
        self.moved: dict[str, Balances] = {bucket: defaultdict(int) for bucket in BUCKETS}
        self.beside: Balances = defaultdict(int)
        for flow in flows:
            if flow.origin == "new":
                self.beside[flow.state] += flow.amounts["closing"]
                continue
            self.opening[flow.origin] += flow.amounts["opening"]
            if flow.state in BUCKETS:
                self.moved[flow.origin][flow.state] += flow.amounts["closing"]
            if flow.origin in LATE:
                self.moved[flow.origin]["cash"] += flow.amounts["cash"]
        self.cash = cash
        self.beside["cash"] = cash - sum(moved["cash"] for moved in self.moved.values())


Weights = Mapping[Month, float]


class Outlook:
    """The forecasts of a selection from each of its month-ends up to one."""

    def __init__(self, flows: Flows, start: str, where: Where) -> None:
        cash: dict[str, int] = defaultdict(int)
        for _, payment in flows.book.recovered(where):
            if payment.paid_on <= start:
                cash[month_end(payment.paid_on)] += payment.amount
        of_month: dict[str, list[Flow]] = defaultdict(list)
        for flow in flows.until(start, where):
            of_month[flow.month].append(flow)
        self.months = {month: Month(moves, cash[month]) for month, moves in sorted(of_month.items())}
        self.stock: dict[str, Balances] = {}
        for day in flows.book.days:
            if day == month_end(day) and day <= start and flows.book.days[day]:
                by_bucket = dict.fromkeys(BUCKETS, 0.0)
                for snapshot in flows.book.stock(day, where).values():
                    by_bucket[bucket_of(snapshot.dpd)] += snapshot.balance
                self.stock[day] = by_bucket

    def learned(self, start: str) -> Weights:
        """The newest twelve months up to a month-end, with what each counts: half for every six it is older."""
        newest = [month for month in self.months if month <= start][-LEARNED_MONTHS:]
        weights = [0.5 ** (months_from(month, newest[-1]) / 6) for month in newest]
        return {self.months[month]: weight / sum(weights) for month, weight in zip(newest, weights, strict=True)}

    def course(self, start: str, steps: int) -> list[Balances]:
        """Each step's balances and cash, in the shares that moved in the months learned from."""
        learned = self.learned(start)
        balances, told = self.stock[start], []
        for _ in range(steps):
            reached = {
                target: sum(weight * month.beside.get(target, 0) for month, weight in learned.items())
                for target in (*BUCKETS, "cash")
            }
            for bucket in BUCKETS:
                for target, share in shares_of(bucket, learned).items():
                    reached[target] += balances[bucket] * share
            told.append(reached)
            balances = reached
        return told

    def origins(self, steps: int = 1) -> list[str]:
        """The month-ends with six months before them whose month so many steps on is known."""
        return [
            day
            for day in sorted(self.stock)
            if sum(month <= day for month in self.months) >= FEWEST_MONTHS
            and month_end(day, steps) in self.months
            and month_end(day, steps) in self.stock
        ]


def arrears(balances: Balances) -> float:
    return sum(balances[bucket] for bucket in LATE)


def forecast_metrics(flows: Flows, as_of: str, where: Where) -> Metrics:
    """The value of each forecast; of the coverage how many forecasts it judges, its share rests on redrawn months."""
    book, start = flows.book, newest_month_end(flows.book, as_of)
    none: Metrics = dict.fromkeys(FORECASTS)
    if not start or where.keys() - {"product", "region", "branch"}:
        return none  # loans enter and leave all other parts of a book while they live
    seen, open_loans = Outlook(flows, start, where), book.stock(start, where)
    if len(seen.months) < FEWEST_MONTHS or not open_loans:
        return none
    (step,) = seen.course(start, 1)
    origins = seen.origins()[-ORIGINS:]
    known = [month_end(origin, 1) <= min(start, book.paid_until) for origin in origins]
    has_cash = bool(book.payments) and start <= book.paid_until
    judged = len(origins) + (sum(known) if has_cash else 0)
    values: list[tuple[str, Answer]] = [
        ("forecast_arrears_next_month", money(arrears(step), len(open_loans))),
        ("forecast_cash_next_month", money(step["cash"], len(open_loans)) if has_cash else None),
        ("forecast_coverage", (REDRAWN, REDRAWN, judged, judged, 0) if judged else None),
    ]
    return none | dict(values)


def money(hundredths: float, n: int) -> Answer:
    return (round(hundredths), round(hundredths), 1, n, 0)


# ---- forecast: its band, one month ahead


@dataclass
class Band:
    """A value with both ends, in hundredths."""

    value: float
    low: float
    high: float

    def widened(self, by: float) -> Band:
        low = self.value - (self.value - self.low) * by
        return Band(self.value, max(low, min(self.low, 0.0)), self.value + (self.high - self.value) * by)


class Bands:
    """The bands of an outlook's forecasts of cash and arrears, each from as many futures, drawn with Python's generator."""

    def __init__(self, outlook: Outlook, paths: int, seed: int) -> None:
        self.outlook, self.paths, self.chance = outlook, paths, random.Random(seed)
        self.drawn: dict[str, dict[str, Band]] = {}

    def of(self, start: str, what: str) -> Band:
        """That of a month-end, widened by how far the twelve before that are over were off."""
        squares = counts = TRUSTED
        for origin in [day for day in self.outlook.origins() if month_end(day, 1) <= start][-LEARNED_MONTHS:]:
            band = self.simulated(origin)[what]
            deviation = (band.high - band.low) / (2 * NormalDist().inv_cdf(0.9))
            if deviation > 0:
                counts += 1
                squares += ((self.came(origin, what) - band.value) / deviation) ** 2
        return self.simulated(start)[what].widened(math.sqrt(max(squares / counts, 1.0)))

    def came(self, origin: str, what: str) -> float:
        month = month_end(origin, 1)
        return self.outlook.months[month].cash if what == "cash" else arrears(self.outlook.stock[month])

    def simulated(self, start: str) -> dict[str, Band]:
        """The middle 80 % of the futures of the next month."""
        if start not in self.drawn:
            (step,) = self.outlook.course(start, 1)
            learned = self.outlook.learned(start)
            usual = {bucket: shares_of(bucket, learned) for bucket in BUCKETS}
            futures = [self._future(start, learned, usual) for _ in range(self.paths)]
            self.drawn[start] = {
                what: self._middle(value, sorted(future[place] for future in futures))
                for place, (what, value) in enumerate((("cash", step["cash"]), ("arrears", arrears(step))))
            }
        return self.drawn[start]

    def _middle(self, value: float, futures: list[float]) -> Band:
        tenth = len(futures) // 10
        return Band(value, min(value, futures[tenth]), max(value, futures[-tenth - 1]))

    def _future(self, start: str, learned: Weights, usual: dict[str, Balances]) -> tuple[float, float]:
        """Cash and arrears of one future: months drawn again for the shares, and the swing of one month about them."""
        months, weights = list(learned), list(learned.values())
        worth = 1 / sum(weight * weight for weight in weights)
        spread = math.sqrt(worth / self.chance.gammavariate((worth - 1) / 2, 2))
        drawn = Counter(self.chance.choices(months, weights, k=round(worth)))
        (luck,) = self.chance.choices(months, weights)
        reached = self._beside(drawn, learned, luck, spread)
        for bucket, balance in self.outlook.stock[start].items():
            stood = any(month.opening[bucket] for month in drawn)
            shares = shares_of(bucket, drawn) if stood else usual[bucket]
            for target, share in shares.items():
                reached[target] += balance * share
                if luck.opening[bucket]:
                    swing = luck.moved[bucket].get(target, 0) - luck.opening[bucket] * usual[bucket][target]
                    reached[target] += spread * math.sqrt(balance / luck.opening[bucket]) * swing
        return reached["cash"], sum(max(reached[bucket], 0.0) for bucket in LATE)

    def _beside(self, drawn: Weights, learned: Weights, luck: Month, spread: float) -> Balances:
        """New loans, never below nothing, and the cash of loans that are not in arrears."""
        came: Balances = {}
        for target in (*BUCKETS, "cash"):
            steady = sum(often * month.beside.get(target, 0) for month, often in drawn.items()) / sum(drawn.values())
            usual = sum(weight * month.beside.get(target, 0) for month, weight in learned.items())
            came[target] = steady + spread * (luck.beside.get(target, 0) - usual)
            if target != "cash":
                came[target] = max(came[target], 0.0)
        return came


def shares_of(bucket: str, weights: Weights) -> Balances:
    """Which part of a bucket's balance went where, in months that count as told; all of it stays where nobody was in it."""
    opening = sum(weight * month.opening[bucket] for month, weight in weights.items())
    if not opening:
        return {target: float(target == bucket) for target in (*BUCKETS, "cash")}
    return {
        target: sum(weight * month.moved[bucket].get(target, 0) for month, weight in weights.items()) / opening
        for target in (*BUCKETS, "cash")
    }
