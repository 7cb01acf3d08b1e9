"""Files and folders that a person named: read, written, made, or refused in one line."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import FileRefused, Refused


def read_text(path: Path) -> str:
    """The text of a file a person named. Raises FileRefused where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        found = f"{path} cannot be read: {error}"
        raise FileRefused(found, remedy="Check the name and that it is UTF-8 text.") from None


def write_text(path: Path, text: str) -> None:
    """Write a file a person named. Raises FileRefused where it cannot be written."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileRefused(f"{path} cannot be written: {error.strerror}", remedy="Choose another --out.") from None


def usable_folder(folder: Path, what: str, *, remedy: str) -> Path:
    """The folder, made where it is missing. Raises Refused where it cannot be made or used."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"The folder {what} {folder} cannot be made: {error.strerror}", remedy=remedy) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Refused(f"The folder {what} {folder} may not be written", remedy=remedy)
    return folder
