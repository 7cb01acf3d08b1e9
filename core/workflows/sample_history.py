"""What a lender who lived through the sample book would have done on the way: fit the segments again where the page advises it,
train once half a year of placements has matured, and train and fit again on the newest month.

Everything through the workflows a person uses, dated on the day the month's files arrived. Each step looks first whether it
was done: a load that was cut short goes on where it stopped, and loading again trains nothing.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from core.errors import TooLittleData
from core.ports import PortfolioReader, PortfolioWriter, Progress
from core.segments.moved_on import has_moved_on
from core.selection import NOT_STATED, Selection
from core.synthetic import SampleFile
from core.wording import dated
from core.workflows.segments import refit
from core.workflows.train import train

WHO = "sample book"
"""Who trained and fitted: nobody did, and the log should not say that a person had."""
FIRST_TRAINING = 18
"""The month after which the first score is trained: by then the outcomes of loans placed in the first six have matured."""
OUTCOMES_DECIDE = "a year of outcomes is known by now, and has a say in how many segments there are"


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
            self._train(file.received_on, progress)

    def newest_month(self, file: SampleFile, progress: Progress) -> None:
        """After the whole book is loaded: train on what has matured since, and let the outcomes speak about the segments."""
        day = file.received_on
        if not any(each.trained_at[:10] >= day.isoformat() for each in self.reader.models()):
            self._train(day, lambda share, words: progress(0.75 * share, words))
        segmentation = self.reader.segmentation()
        if segmentation is None:
            return
        fitted_with_the_files = not segmentation.reason  # a person gives one, and so does what is done here
        if fitted_with_the_files or segmentation.fitted_at[:10] < day.isoformat():
            self._fit(day, OUTCOMES_DECIDE, lambda share, words: progress(0.75 + 0.25 * share, words))

    def _fit_where_advised(self, file: SampleFile, progress: Progress) -> None:
        margins = self.reader.segment_margins(Selection(as_of=file.as_of), by=["segment"])
        margins = margins[margins["segment"] != NOT_STATED]
        placed, unlike = int(margins["placed"].sum()), int(margins["unlike"].sum())
        if has_moved_on(placed, unlike):
            why = f"{unlike:,} of {placed:,} loans were unlike those the segments were fitted to"
            self._fit(file.received_on, why, progress)

    def _fit(self, day: date, reason: str, progress: Progress) -> None:
        def told(share: float, words: str) -> None:
            progress(share, f"sample book, as of {dated(day)}: {words}")

        with suppress(TooLittleData):
            refit(self.reader, self.writer.on(day), reason=reason, today=day, who=WHO, progress=told)

    def _train(self, day: date, progress: Progress) -> None:
        def told(share: float, words: str) -> None:
            progress(share, f"sample book, as of {dated(day)}: {words}")

        train(self.reader, self.writer.on(day), today=day, who=WHO, progress=told)
