"""Time what people wait for, on the sample book: `make bench`.

Chromium opens every page once and the bodies of its callbacks are kept; each is then sent again over one kept-alive
connection. Beside them, in the same run, an empty callback of an empty Dash app behind the same web server: figures are
milliseconds and multiples of that floor.
"""

from __future__ import annotations

import http.client
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ROOT, Server, free_port
from tests.chromium import CHROMIUM_FLAGS, settled
from tests.tutorial import lookalike

PAGES = ("/", "/recovery", "/customers", "/strategies", "/segments", "/score", "/explore", "/targets", "/batches")
CALLBACK = "/_dash-update-component"
EMPTY_APP = """
import sys, dash, waitress
from dash import Input, Output, html, dcc
app = dash.Dash("floor")
app.layout = html.Div([dcc.Input(id="in", value="x"), html.Div(id="out")])
app.callback(Output("out", "title"), Input("in", "value"))(lambda value: value)
waitress.serve(app.server, host="127.0.0.1", port=int(sys.argv[1]), threads=6)
"""
EMPTY_BODY = json.dumps({
    "output": "out.title", "outputs": {"id": "out", "property": "title"}, "changedPropIds": ["in.value"],
    "inputs": [{"id": "in", "property": "value", "value": "x"}],
})  # fmt: skip


def recorded(server: Server) -> dict[str, list[str]]:
    """The callback bodies each page sends when it is opened."""
    bodies: dict[str, list[str]] = defaultdict(list)
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        for path in PAGES:
            page = chromium.new_page()
            page.on(
                "request",
                lambda request, path=path: (
                    bodies[path].append(request.post_data or "") if CALLBACK in request.url else None
                ),
            )
            page.goto(server.url + path)
            settled(page)
            if path == "/score":
                page.click("#score-example")
                page.wait_for_selector("#score-told:not(.is-absent)")
                settled(page)
            page.close()
        chromium.close()
    return bodies


def timed(port: int, body: str, repeats: int) -> tuple[list[float], int]:
    """Milliseconds of each repeat, and the size of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times, size = [], 0
    for _ in range(repeats):
        begun = time.perf_counter()
        connection.request("POST", CALLBACK, body=body, headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status not in (200, 204):
            raise SystemExit(f"a callback answered {answer.status}: {body[:200]}")
    connection.close()
    return times, size


def p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


def bench_callbacks(server: Server, repeats: int) -> None:
    port = free_port()
    floor_app = subprocess.Popen([sys.executable, "-c", EMPTY_APP, str(port)], stderr=subprocess.DEVNULL)
    try:
        bodies = recorded(server)
        timed(port, EMPTY_BODY, 20)
        floor, _ = timed(port, EMPTY_BODY, 200)
        floor_p50 = statistics.median(floor)
        click.echo(f"empty callback: p50 {floor_p50:.2f} ms, p95 {p95(floor):.2f} ms")
        click.echo(
            f"{'page':<12} {'callbacks':>9} {'p50 ms':>8} {'p95 ms':>8} {'x empty':>8} {'slowest p50':>12} {'largest kB':>11}"
        )
        for path in PAGES:
            runs = [timed(server.port, body, repeats) for body in bodies[path]]
            every = [value for times, _ in runs for value in times]
            slowest = max(statistics.median(times) for times, _ in runs)
            p50 = statistics.median(every)
            largest = max(size for _, size in runs) / 1024
            click.echo(
                f"{path:<12} {len(runs):>9} {p50:>8.1f} {p95(every):>8.1f} {p50 / floor_p50:>8.1f} {slowest:>12.1f} {largest:>11.1f}"
            )
    finally:
        floor_app.terminate()
        floor_app.wait()


def bench_score_while_training(server: Server) -> None:
    """The form's answer while another process trains on the same store."""
    bodies = recorded(server)["/score"]
    training = subprocess.Popen(
        [sys.executable, "run.py", "train", "--db", server.db, "--json"], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    times: list[float] = []
    while training.poll() is None and len(times) < 20_000:
        for body in bodies:
            times += timed(server.port, body, 2)[0]
    click.echo(
        f"score a borrower while a training runs: p50 {statistics.median(times):.1f} ms, p95 {p95(times):.1f} ms, "
        f"{len(times)} callbacks"
    )


def bench_ingest(folder: Path) -> None:
    path = folder / "tutorial.csv"
    lookalike().to_csv(path, index=False)
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "run.py", "ingest", str(path), "--db", f"sqlite:///{folder / 'ingest.db'}", "--json"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    click.echo(f"ingest of 500 rows x 21, a whole process, new store: {time.perf_counter() - begun:.1f} s")


@click.command()
@click.option("--repeats", default=40, show_default=True)
def main(repeats: int) -> None:
    """Print the timings of every page's callbacks and of an ingest."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = time.perf_counter()
        server = Server(folder).start()
        try:
            click.echo(f"first answer of a new server: {time.perf_counter() - begun:.1f} s")
            server.wait_for_the_sample()
            click.echo(f"sample book on show: {time.perf_counter() - begun:.1f} s")
            server.wait_until_idle()
            click.echo(f"sample book trained on its newest month: {time.perf_counter() - begun:.1f} s")
            bench_callbacks(server, repeats)
            bench_score_while_training(server)
            bench_ingest(folder)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
