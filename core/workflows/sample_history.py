"""What a lender who lived through the sample book would have done on the way: fit the segments again where the page advises it,
train and ask the outcomes about the segments once the first of them have matured, and train again and measure what works on the newest month.

Everything through the workflows a person uses, dated on the day the month's files arrived. Each step looks first whether it
was done: a load that was cut short goes on where it stopped, and loading again trains nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from core.errors import Refused, TooLittleData
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.segments.moved_on import has_moved_on, holds_still
from core.selection import NOT_STATED, Selection
from core.synthetic import SampleFile
from core.wording import dated
from core.workflows.effects import Asked
from core.workflows.effects import run as measure
from core.workflows.segments import compare, refit
from core.workflows.train import train

WHO = "sample book"
"""Who trained and fitted: nobody did, and the log should not say that a person had."""
FIRST_TRAINING = 14
"""The month after which the first score is trained: by then the outcomes of loans placed in the first two have matured, and by
the newest month what it said of the loans new in months 14 and 15 has come true."""
OUTCOMES_DECIDE = "the first outcomes are known by now, and have a say in how many segments there are"
LESS_STILL = "held against the outcomes known by now, the segments were found again less surely than we ask"


@dataclass(frozen=True, slots=True)
class SampleHistory:
    """The past of the sample book's models and segments.

    Attributes:
        reader: opened on the sample book.
        writer: asked for one of the day a step belongs to, so that the log tells that day.
    """

    reader: PortfolioReader
    writer: PortfolioWriter

    def month_arrived(self, month: int, file: SampleFile, progress: Progress) -> None:
        """After the portfolio file of a month, counted from 1: what was due then. Nothing where later months are loaded already."""
        if self.reader.book().days[-1] != file.as_of:
            return
        self._fit_where_advised(file, progress)
        if month == FIRST_TRAINING and not self.reader.models():
            self._fit(file.received_on, OUTCOMES_DECIDE, progress)
            self._train(file.received_on, progress)

    def newest_month(self, file: SampleFile, progress: Progress) -> None:
        """After the whole book is loaded: compare the segments with other ways, train on what has matured since, and measure what
        works.

        The segments stay where they hold still: fitted to this very month they would show moves that are the fit's and not
        the loans'."""
        day = file.received_on
        if not any(each.trained_at[:10] >= day.isoformat() for each in self.reader.models()):
            self._learn_again(day, _share(progress, 0, 0.8))
        run = self.reader.strategy_run()
        if run is None or run.known_on < day.isoformat():
            self._measure(day, progress)

    def _learn_again(self, day: date, progress: Progress) -> None:
        with suppress(TooLittleData, Refused):
            compare(self.reader, self.writer.on(day), today=day, who=WHO, progress=_told(day, progress, 0, 0.2))
        segmentation = self.reader.segmentation()
        if segmentation is not None and not holds_still(segmentation.comparison):
            self._fit(day, LESS_STILL, lambda share, words: progress(0.2 + 0.6 * share, words))
        self._train(day, progress)

    def _measure(self, day: date, progress: Progress) -> None:
        """What works, as the page shows it: as a lender would have asked at the end. A book too young for it has none."""
        told = _told(day, progress, 0.8, 0.2)
        with suppress(TooLittleData):
            measure(self.reader, self.writer.on(day), Asked(), today=day, who=WHO, progress=told)

    def _fit_where_advised(self, file: SampleFile, progress: Progress) -> None:
        margins = self.reader.segment_margins(Selection(as_of=file.as_of), by=["segment"])
        margins = margins[margins["segment"] != NOT_STATED]
        placed, unlike = int(margins["placed"].sum()), int(margins["unlike"].sum())
        if has_moved_on(placed, unlike):
            why = f"{unlike:,} of {placed:,} loans were unlike those the segments were fitted to"
            self._fit(file.received_on, why, progress)

    def _fit(self, day: date, reason: str, progress: Progress) -> None:
        told = _told(day, progress, 0, 0.5)
        with suppress(TooLittleData):
            refit(self.reader, self.writer.on(day), reason=reason, today=day, who=WHO, progress=told)

    def _train(self, day: date, progress: Progress) -> None:
        train(self.reader, self.writer.on(day), today=day, who=WHO, progress=_told(day, progress, 0.5, 0.5))


def _share(progress: Progress, start: float, length: float) -> Progress:
    """The progress of a part."""
    return lambda share, words: progress(start + length * share, words)


def _told(day: date, progress: Progress, start: float, length: float) -> Progress:
    """The progress of a part, which says as of when it is done."""
    return lambda share, words: progress(start + length * share, f"sample book, as of {dated(day)}: {words}")
