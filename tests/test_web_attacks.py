"""A forged request, a file of formulas and scripts: no fault, no traceback, no script, nothing that a spreadsheet runs."""

from __future__ import annotations

import contextlib
import csv
import json
import logging
import random
import socket
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import dash
import flask.testing
import pytest
from playwright.sync_api import BrowserContext, Page

import run as recoup
from core.exchange import FORMULA_STARTS
from core.settings import Settings
from core.workflows import handlers
from core.workflows.worker import work_once
from dashboard.app import create_app
from dashboard.web import CALLBACK_PATH
from tests.chromium import settled
from tests.command_line import run
from tests.served import served

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")', "<script>window.hacked=1</script>", "<img src=x onerror=window.hacked=1>",
    '"><svg onload=window.hacked=1>', "@SUM(1)", "+1+1", "-2+3", "[a](javascript:window.hacked=1)", "{{7*7}} ${x} %n",
    "Robert'); DROP TABLE loans;--",
)  # fmt: skip
LIVE = {"type": "Iframe", "namespace": "dash_html_components", "props": {"srcDoc": "<script>window.hacked=1</script>"}}
BODY = b"Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nLN1,1000,10\n"


def hostile_book() -> str:
    """Forty loans on two month-ends: every text a formula, markup or script."""
    out = StringIO()
    lines = csv.writer(out)
    lines.writerow(
        [
            "Loan_ID",
            "Borrower_ID",
            "Outstanding_Loan_Amount",
            "Days_Past_Due",
            "Snapshot_Date",
            "Loan_Type",
            "Region",
            "Branch",
            "Agency",
            "Collector",
            "Strategy",
            "Recovery_Status",
            "Monthly_Income",
            "Loan_Amount",
            "Their_Note",
        ]
    )
    for day in ("2026-09-30", "2026-10-31"):
        for place in range(40):
            texts = [HOSTILE[(place + turn) % len(HOSTILE)] for turn in range(6)]
            strategy = ("Standard", "Settlement", "Legal")[place % 3]
            status = ("Written Off", "Fully Recovered")[place % 2]
            numbers = (2000 + 50 * place, 5000 + 90 * place)
            lines.writerow(
                [f"{texts[0]}{place}", f"{texts[1]}{place // 2}", 1000 + 37 * place, place * 13 % 170, day, *texts[:5], strategy,
                 status, *numbers, texts[5]]
            )  # fmt: skip
    return out.getvalue()


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> recoup.Recoup:
    return hostile_store(tmp_path_factory.mktemp("hostile"))


def hostile_store(folder: Path) -> recoup.Recoup:
    (folder / "<b onclick=x>.csv").write_text(hostile_book(), encoding="utf-8")
    db = f"sqlite:///{folder / 'store.db'}"
    assert run("ingest", str(folder / "<b onclick=x>.csv"), "--db", db).code == 0
    return recoup.Recoup(Settings(db=db, data_dir=str(folder / "data"), max_upload_mb=1))


@pytest.fixture(scope="module")
def app(wired: recoup.Recoup) -> dash.Dash:
    made = create_app(recoup.services(wired))
    made.server.test_client().get("/_dash-layout")
    return made


@pytest.fixture
def client(app: dash.Dash) -> flask.testing.FlaskClient:
    return app.server.test_client()


@pytest.fixture
def port(app: dash.Dash) -> Iterator[int]:
    """The port of the app, served."""
    with served(app.server, max_request_body_size=1 << 20, ident=None) as number:
        yield number


# --- forged callbacks -------------------------------------------------------------------------------------------------

TEXTS = (
    "", "x", "\x00", "?" + "a" * 3000, "<script>", "../../etc/passwd", "2026-10-31", "2026-13-45", "9999-12-31", "0001-01-01",
    "?as_of=soon", "?as_of=2026-10-31&product=x", "?product=%00&region=%ff%fe", "?job=1", "?job=-1", "?job=99999999999999999999",
    "?job=٣", "?lasso=zz", "?lasso=balance;dpd;1e999,1,2,2,3,3", "?x=dpd&y=nope&colour=nope", "?search=%25_%27", "?by=segment",
    "?band=High&bucket=1-30", "?against=2026-10-31&as_of=2026-09-30", "?=&&==%", "&".join(["?product=x"] * 600), "nan", "1e999",
    "?known_on=soon", "?known_on=0001-01-01", "?known_on=9999-12-31&as_of=2026-10-31", "?known_on=2026-10-31&known_on=%00",
    "?why=%00", "?why=recovery_rate&cell=month~%27%3B--", "?why=cash:cash&cell=product~x&rows=denominator&known_on=1999-01-01",
    "?why=stock:balance&cell=as_of~2026-13-45", "?why=stock:balance&cell=bucket~<script>", "?why=" + "a" * 3000,
    "?why=stock:balance&" + "cell=product~x&" * 40, "?why=cash:__class__&rows=numerator", "?why=stock:balance&cell=since~soon",
    "?why=cash:cash&cell=since~0001-01-01&known_on=2026-10-31", "why=arrears_share&rows=less&as_of=2026-10-31",
    "-0", "1,5", "segment", "dpd", "/", "//evil.example", "/batches", "/../..", "𝒳" * 40, "Legal", "portfolio", "full",
)  # fmt: skip
NUMBERS = (0, -1, 1, 2**31, 2**53, 0.5, -1e308, True)
ROWS = (
    [], [{}], [{"id": 1}], [{"id": -5}, {"id": 2**53}], [{"id": "x"}], [{"id": True}], [{"loan_ref": "x", "can_confirm": True}],
    [{"theirs": "Loan_ID", "ours": "nope", "known": "x"}],
)  # fmt: skip
BADLY_TYPED = (
    LIVE, [LIVE], {"deep": [{"deeper": LIVE}]}, [[1]], [{"a": [1]}], {"a": 1}, 2**70, "\ud800", [None, "x", 3], 10**400,
    {"points": [{}], "lassoPoints": {"x": ["a"], "y": [None]}},
)  # fmt: skip
FORGED_OUTPUTS = (
    [],
    {},
    [{}],
    [1],
    None,
    "x",
    {"id": "content", "property": "children"},
    {"id": {"a": []}, "property": "x"},
)
FORGED_CHANGES = (["nope.x"], [""], ["{.x"], ['{"a":1}.n'], ["x"] * 5, [".."], "x", [{}], [None])


def a_value(chance: random.Random, wanted: dict[str, str]) -> Any:
    """Nonsense of the right shape mostly, of a wrong one now and then."""
    if chance.random() < 0.12:
        return chance.choice(BADLY_TYPED)
    match wanted["property"]:
        case "n_clicks" | "n_intervals":
            return chance.choice((None, *NUMBERS))
        case "selectedRows" | "rowData":
            return chance.choice((None, *ROWS))
        case "pathname":
            return chance.choice(("/", "/batches", "/nowhere/../x", "/\x00", "//evil.example", "x"))
        case "data":
            told = {"path": chance.choice(TEXTS), "filename": chance.choice(TEXTS)}
            return chance.choice((None, *NUMBERS, *TEXTS, told, [], ["x", None]))
    return chance.choice(TEXTS)


def a_body(chance: random.Random, app: dash.Dash, output: str) -> dict[str, Any]:
    known = app.callback_map[output]
    named = (
        output.strip(".").split("...") if "." in output else []
    )  # a callback without an output has a hash for a name
    places: list[dict[str, Any]] = [dict(zip(("id", "property"), place.rsplit(".", 1), strict=True)) for place in named]
    for place in places:
        if place["id"].startswith("{"):
            place["id"] = {
                name: "x" if isinstance(part, list) else part for name, part in json.loads(place["id"]).items()
            }
    arguments = {
        kind: [{**wanted, "value": a_value(chance, wanted)} for wanted in known[kind]] for kind in ("inputs", "state")
    }
    triggers = [f"{wanted['id']}.{wanted['property']}" for wanted in known["inputs"]]
    outputs: Any = places if output.startswith("..") or not places else places[0]
    changed: Any = chance.sample(triggers, 1) if triggers and chance.random() < 0.8 else []
    if chance.random() < 0.05:
        outputs = chance.choice(FORGED_OUTPUTS)
    if chance.random() < 0.05:
        changed = chance.choice(FORGED_CHANGES)
    return {"output": output, "outputs": outputs, "changedPropIds": changed, **arguments}


def assault(app: dash.Dash, caplog: pytest.LogCaptureFixture, *, seed: int, each: int) -> dict[int, int]:
    """Send nonsense to every callback; how often each status was answered."""
    chance, client, answered = random.Random(seed), app.server.test_client(), dict[int, int]()
    for output in app.callback_map:
        for _ in range(each):
            body = a_body(chance, app, output)
            answer = client.post(CALLBACK_PATH, data=json.dumps(body), content_type="application/json")
            answered[answer.status_code] = answered.get(answer.status_code, 0) + 1
            assert answer.status_code in (200, 204, 400), (output, body)
            assert "Traceback" not in caplog.text, (output, body, caplog.text)
    return answered


def test_no_callback_meets_nonsense_with_a_fault(tmp_path, caplog):
    """On a store of its own: nonsense may well ask for an undo."""
    app = create_app(recoup.services(hostile_store(tmp_path)))
    app.server.test_client().get("/_dash-layout")
    answered = assault(app, caplog, seed=20261120, each=12)
    assert answered[200] > 100  # the nonsense got in, not only as far as the gate
    assert answered[400] > 100


def test_a_callback_that_runs_in_the_browser_is_none_of_the_servers(app, client):
    clientside = [output for output, known in app.callback_map.items() if "callback" not in known]
    assert clientside
    for output in clientside:
        answer = client.post(CALLBACK_PATH, json=a_body(random.Random(1), app, output))
        assert answer.status_code == 400, output


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"NaN", b'{"output": 1}', b"{" * 9000, b"[" * 90_000, b"\xff\xfe{}", b"1" * 9000]
)
def test_no_body_at_all_is_nonsense_too(client, body):
    assert client.post(CALLBACK_PATH, data=body, content_type="application/json").status_code == 400


def test_a_body_beyond_the_limit_is_not_read(client):
    answer = client.post(CALLBACK_PATH, data=b" " * (300 * 1024), content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize("path", [CALLBACK_PATH, "/upload?name=a.csv"])
@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Host": "evil.example"}, 400), ({"Origin": "http://evil.example"}, 403), ({"Origin": "null"}, 403),
     ({"Sec-Fetch-Site": "cross-site"}, 403), ({"Host": "127.0.0.1.evil.example"}, 400)],
)  # fmt: skip
def test_another_site_gets_nowhere(client, wired, path, headers, status):
    call = client.put if path.startswith("/upload") else client.post
    assert call(path, data=BODY, headers=headers).status_code == status
    assert list(wired.data_dir.glob("*.csv")) == []


def test_a_fault_in_a_route_is_answered_plainly_and_logged_without_what_it_says(wired, caplog):
    faulty = create_app(recoup.services(wired))

    @faulty.server.get("/broken")
    def broken() -> str:
        raise ValueError("Canary Borrower owes 1,000")

    answer = faulty.server.test_client().get("/broken")
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert "ValueError" in caplog.text
    assert "test_web_attacks.py" in caplog.text
    for told in (caplog.text, answer.text):
        assert "Canary" not in told


# --- uploads and downloads --------------------------------------------------------------------------------------------


def raw(port: int, request: bytes, *, hang_up: bool = False) -> bytes:
    """Bytes to the server as they are; its answer, or nothing where we hang up first."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(request)
        if hang_up:
            return b""
        answer = b""
        with contextlib.suppress(ConnectionResetError):  # what was still on its way when the server hung up
            while chunk := wire.recv(65_536):
                answer += chunk
        return answer


def head(*lines: str, port: int) -> bytes:
    return "\r\n".join(
        ["PUT /upload?name=a.csv HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *lines, "", ""]
    ).encode()


def test_an_upload_cut_half_way_or_over_the_limit_leaves_nothing(port, wired, client):
    raw(port, head("Content-Length: 1000", port=port) + BODY, hang_up=True)
    over = raw(port, head("Content-Length: 9000000", port=port))
    assert over.split(b"\r\n")[0].endswith(b"413 Request Entity Too Large")
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    chunked = raw(port, head("Transfer-Encoding: chunked", port=port) + piece * 20 + b"0\r\n\r\n")
    assert not chunked.startswith(b"HTTP/1.1 2")
    assert client.get("/health").status_code == 200
    assert list(wired.data_dir.iterdir()) == []


def test_a_chunked_upload_within_the_limit_is_kept_under_a_name_of_ours(port, wired):
    body = f"{len(BODY):x}\r\n".encode() + BODY + b"\r\n0\r\n\r\n"
    request = head("Transfer-Encoding: chunked", port=port).replace(b"name=a.csv", b"name=..%2F..%2Fstore.db")
    told = json.loads(raw(port, request + body).split(b"\r\n\r\n", 1)[1])
    kept = wired.data_dir / told["path"]
    assert (told["filename"], kept.read_bytes()) == ("store.db", BODY)
    assert kept.parent == wired.data_dir
    kept.unlink()


@pytest.mark.parametrize("name", ["../store.db", "/etc/passwd", "..", "", "book.csv", "a" * 32 + ".csv/../../store.db"])
def test_a_job_reads_nothing_but_uploads(wired, name):
    (wired.data_dir / "book.csv").write_bytes(BODY)
    number = wired.jobs.add("ingest", {"path": name, "filename": "a.csv"}, "mallory")
    assert work_once(wired.jobs, handlers.handlers(wired), owner="w", report=pytest.fail)
    job = wired.jobs.job(number)
    assert job is not None
    assert (job.status, "no longer here" in job.message) == ("failed", True)
    assert (wired.data_dir / "book.csv").exists()
    (wired.data_dir / "book.csv").unlink()


@pytest.mark.parametrize("query", TEXTS)
def test_a_download_with_a_nonsense_address_is_a_file_or_a_word(client, caplog, query):
    for path in ("/download/loans.csv", "/download/rows.csv", "/download/targets.csv", "/download/rejects-1.csv",
                 "/download/template-portfolio.csv"):  # fmt: skip
        answer = client.get(path, query_string=query.lstrip("?").encode("utf-8", "replace").decode("latin-1"))
        assert answer.status_code in (200, 400, 404), (path, query)
        assert answer.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    "path",
    ["/download/../store.db", "/download/%2e%2e%2fstore.db", "/assets/../run.py", "/assets/%2e%2e/run.py", "/assets//etc/passwd",
     "/download/rejects--1.csv", "/download/rejects-1e3.csv", "/download/template-..%2f.csv", "/_dash-component-suites/dash/../../x.py"],
)  # fmt: skip
def test_no_path_leads_out(client, path):
    answer = client.get(path)
    assert answer.status_code in (404, 200)
    assert "SQLite format" not in answer.text
    assert "import " not in answer.text
    assert "root:" not in answer.text


def test_what_leaves_opens_in_a_spreadsheet_as_text(client, wired, tmp_path):
    out = tmp_path / "out.csv"
    assert run("recommend", "--db", wired.settings.db, "--out", str(out)).code == 0
    loans = client.get("/download/loans.csv", base_url="http://127.0.0.1").text
    for text in (loans, out.read_text(encoding="utf-8")):
        table = list(csv.DictReader(StringIO(text)))
        assert len(table) == 40
        for row in table:
            for column, value in row.items():
                assert not value.startswith(FORMULA_STARTS) or _is_number(value), (column, value)
        assert any(row["Loan_ID"].startswith("'=HYPERLINK") for row in table)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


# --- in a browser -----------------------------------------------------------------------------------------------------


def test_formulas_and_scripts_are_shown_as_text_on_every_page(port, watched_page):
    page, errors = watched_page
    for path in (
        "/",
        "/recovery",
        "/strategies",
        "/segments",
        "/score",
        "/batches",
        "/explore",
        "/segments?search=%3Cscript%3E",
    ):
        page.goto(f"http://127.0.0.1:{port}{path}")
        settled(page)
        assert page.evaluate("window.hacked") is None, path
        found = "() => document.querySelectorAll('main img[src=x], main script, main iframe, main a[href^=javascript]').length"
        assert page.evaluate(found) == 0, path
    page.goto(f"http://127.0.0.1:{port}/segments")
    page.locator("#segments-loans").get_by_text("<script>window.hacked=1</script>").first.wait_for()
    assert not [error for error in errors if "Content Security Policy" in error or "hacked" in error]


@pytest.fixture
def watched_page(profile: BrowserContext) -> Iterator[tuple[Page, list[str]]]:
    """A page of a browser, and what its console complained of."""
    errors: list[str] = []
    page = profile.new_page()
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page, errors
    page.close()


def test_the_log_of_the_page_is_named(caplog):
    """The assault above reads caplog: what the dashboard logs must reach it."""
    logging.getLogger("recoup.dashboard").error("seen")
    assert "seen" in caplog.text
