"""A file on its way in: kept whole, or not at all."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path

import flask.testing
import pytest
from werkzeug.exceptions import ClientDisconnected

from core.settings import Settings
from core.workflows.jobs import UPLOAD_KEPT_SECONDS as KEPT_SECONDS
from dashboard.app import create_app
from dashboard.uploads import NotReceived, clean_name, discard, receive, remove_forgotten
from tests.dashboard.conftest import services_on
from tests.dashboard.small_book import BOOK

BODY = b"Loan_ID,Outstanding_Loan_Amount,Days_Past_Due\nA,1,2\n"
LARGEST = 1 << 20


@pytest.fixture
def client(tmp_path: Path) -> flask.testing.FlaskClient:
    services = replace(services_on(BOOK, uploads=tmp_path), settings=Settings(max_upload_mb=1))
    return create_app(services).server.test_client()


def test_a_file_arrives_whole_under_a_name_of_ours_with_its_digest(client, tmp_path):
    answer = client.put("/upload?name=..%2Foctober.csv", data=BODY)
    told = answer.get_json()
    assert answer.status_code == 200
    assert (told["filename"], told["bytes"]) == ("october.csv", len(BODY))
    assert told["sha256"] == hashlib.sha256(BODY).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == [told["path"]]
    assert (tmp_path / told["path"]).read_bytes() == BODY


def test_the_browser_may_ask_how_large_a_file_may_be(client):
    assert client.get("/upload").get_json() == {"largest_bytes": LARGEST}


def test_another_site_may_not_send_a_file(client, tmp_path):
    answer = client.put("/upload?name=a.csv", data=BODY, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, tmp_path):
    answer = client.put("/upload?name=a.csv", data=b"x" * (LARGEST + 1))
    assert answer.status_code == 413
    assert answer.get_json()["found"] == "The file is larger than 1 MB."
    assert list(tmp_path.iterdir()) == []


def test_a_file_larger_than_announced_is_refused_while_it_is_read_and_leaves_nothing(tmp_path):
    with pytest.raises(NotReceived, match="larger than 0 MB"):
        receive(io.BytesIO(b"x" * 100), 10, tmp_path, largest=50)
    assert list(tmp_path.iterdir()) == []


def test_a_connection_cut_short_leaves_nothing(tmp_path):
    with pytest.raises(NotReceived, match="broke after 3 of 10 bytes; nothing was kept"):
        receive(io.BytesIO(b"abc"), 10, tmp_path, largest=LARGEST)
    assert list(tmp_path.iterdir()) == []


class Cut:
    def read(self, size: int, /) -> bytes:
        raise ClientDisconnected


class Broken:
    def read(self, size: int, /) -> bytes:
        raise OSError("the disk is gone")


def test_a_client_that_goes_away_leaves_nothing(tmp_path):
    with pytest.raises(NotReceived, match="The connection broke; nothing was kept"):
        receive(Cut(), 10, tmp_path, largest=LARGEST)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_while_writing_leaves_nothing_and_is_not_hidden(tmp_path):
    with pytest.raises(OSError, match="the disk is gone"):
        receive(Broken(), 10, tmp_path, largest=LARGEST)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("length", "status", "found"), [(None, 411, "how large"), (0, 400, "is empty"), (1 << 62, 507, "no room")]
)
def test_a_body_that_cannot_be_kept_is_refused_before_reading(tmp_path, length, status, found):
    with pytest.raises(NotReceived, match=found) as refusal:
        receive(io.BytesIO(b""), length, tmp_path, largest=1 << 63)
    assert refusal.value.status == status


def test_uploads_that_nobody_loaded_go_after_a_day_and_other_files_stay(tmp_path):
    names = ["a" * 32 + ".csv", "b" * 32 + ".csv", "sample-being-loaded.csv"]
    for name in names:
        (tmp_path / name).write_text("x")
    long_ago = (tmp_path / names[1]).stat().st_mtime - KEPT_SECONDS - 60
    for name in (names[0], names[2]):
        os.utime(tmp_path / name, (long_ago, long_ago))
    remove_forgotten(tmp_path, names[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[1:])


def test_only_an_upload_can_be_discarded(tmp_path):
    ours, other = tmp_path / f"{'c' * 32}.csv", tmp_path / "recoup.db"
    for path in (ours, other):
        path.write_text("x")
    for name in (ours.name, "../recoup.db", "recoup.db"):
        discard(tmp_path, name)
    assert [path.name for path in tmp_path.iterdir()] == ["recoup.db"]


def test_a_name_keeps_no_folder_no_control_character_and_no_more_than_fits():
    assert clean_name("../../etc/pass\nwd") == "passwd"
    assert len(clean_name("x" * 500)) == 120
    assert clean_name("/") == "upload.csv"
