"""The sample book: seeded, synthetic, with planted truths that tests and pages can be held to.

>>> book = generate(seed=1, loans=60, months=3)
>>> [str(day) for day in book.portfolio]
['2026-08-31', '2026-09-30', '2026-10-31']
"""

from __future__ import annotations

from core.synthetic.book import SampleBook, generate
from core.synthetic.files import MANIFEST, SampleFile, manifest, write_files
from core.synthetic.truth import Planted, PlantedTruth

__all__ = [
    "MANIFEST",
    "Planted",
    "PlantedTruth",
    "SampleBook",
    "SampleFile",
    "generate",
    "manifest",
    "write_files",
]
