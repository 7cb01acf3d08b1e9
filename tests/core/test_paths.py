"""Files a person named are read, written and made, or refused in one line."""

import pytest

from core.errors import FileRefused, Refused
from core.paths import read_text, usable_folder, write_text


def test_a_text_is_read_without_its_mark_and_written_as_it_is(tmp_path):
    path = tmp_path / "plan.json"
    path.write_bytes("\ufeff{}".encode())
    assert read_text(path) == "{}"
    write_text(path, "é")
    assert path.read_bytes() == "é".encode()


def test_what_cannot_be_read_or_written_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"cannot be read.*Check the name and that it is UTF-8"):
        read_text(tmp_path / "nothing.json")
    (tmp_path / "latin.txt").write_bytes(b"\xe9\xff")
    with pytest.raises(FileRefused, match="cannot be read"):
        read_text(tmp_path / "latin.txt")
    with pytest.raises(FileRefused, match=r"cannot be written: .*Choose another --out"):
        write_text(tmp_path / "no" / "out.csv", "")


def test_a_folder_is_made_or_refused_with_its_remedy(tmp_path):
    assert usable_folder(tmp_path / "a" / "b", "for uploads", remedy="Choose.").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"The folder for uploads .*file cannot be made: .*Choose"):
        usable_folder(tmp_path / "file", "for uploads", remedy="Choose.")
