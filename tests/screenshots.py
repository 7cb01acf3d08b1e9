"""Make the README's pictures from the sample book: `python -m tests.screenshots`.

Every picture carries, as its PNG text header "Comment", how it was made.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
import zlib
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ROOT, Server
from tests.chromium import CHROMIUM_FLAGS, settled

TARGET = ROOT / "assets" / "screenshots"
MADE = "Screenshot of Recoup on its synthetic sample book, made by python -m tests.screenshots"
PICTURES = (
    ("portfolio-light", "/", "light", (1440, 1000)),
    ("segments-dark", "/segments", "dark", (1440, 1000)),
    ("recovery-light", "/recovery", "light", (1440, 1000)),
    ("strategies-light", "/strategies", "light", (1440, 1000)),
    ("portfolio-phone", "/", "light", (390, 844)),
)


def with_comment(png: bytes) -> bytes:
    """The picture with how it was made, in a tEXt chunk before its data."""
    body = b"tEXt" + b"Comment\x00" + MADE.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    end_of_header = 8 + 25
    return png[:end_of_header] + chunk + png[end_of_header:]


def main() -> None:
    """Serve the sample book, photograph it, write the pictures."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        server = Server(Path(folder)).start()
        try:
            server.wait_for_the_sample()
            server.wait_until_idle()
            chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
            for name, path, mode, (width, height) in PICTURES:
                page = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=mode).new_page()
                page.goto(server.url + path)
                settled(page)
                page.wait_for_timeout(1500)  # charts fade in
                (TARGET / f"{name}.png").write_bytes(with_comment(page.screenshot()))
                page.close()
            chromium.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
