from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FileRefused
from core.intake.read import read_blocks
from core.intake.sniff import Dialect

AB = Dialect("utf-8", ",", ("a", "b"))


def read(folder, content: str | bytes, dialect: Dialect = AB, **how):
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    blocks = list(read_blocks(path, dialect, **how))
    frame = pd.concat([block.frame for block in blocks], ignore_index=True)
    lines = [int(line) for block in blocks for line in block.lines]
    return frame, lines, [reject for block in blocks for reject in block.rejects]


def test_cells_stay_as_they_are_written(tmp_path):
    frame, lines, rejects = read(tmp_path, 'a,b\n000123,NA\n" 1 ",\nnan,"x,""y"""\n')
    assert frame.to_numpy().tolist() == [["000123", "NA"], [" 1 ", ""], ["nan", 'x,"y"']]
    assert (lines, rejects) == ([2, 3, 4], [])


def test_lines_are_counted_as_an_editor_shows_them(tmp_path):
    content = 'a,b\r\n1,"one\r\ntwo"\r\n\r\n2,x\r\n,\r\n3,"a\n\nb"\r\n4,y\r\n'
    frame, lines, rejects = read(tmp_path, content)
    assert frame["a"].tolist() == ["1", "2", "3", "4"]
    assert (lines, rejects) == ([2, 5, 7, 10], [])


def test_blank_lines_are_counted_and_left_out(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n1,2\n\n , \n3,4\n")
    (block,) = read_blocks(path, AB)
    assert (block.blank, block.first_line, block.lines.tolist()) == (2, 2, [2, 5])


def test_short_and_long_rows_are_rejects_and_nothing_shifts(tmp_path):
    frame, lines, rejects = read(tmp_path, "a,b\n1\n2,x\n3,y,z\n4,w\n")
    assert frame.to_numpy().tolist() == [["2", "x"], ["4", "w"]]
    assert lines == [3, 5]
    assert [str(reject) for reject in rejects] == [
        "line 2, (row): '1' has 1 fields where the header has 2",
        "line 4, (row): '3,y,z' has 3 fields where the header has 2",
    ]


def test_a_stray_quote_refuses_its_lines_only(tmp_path):
    frame, lines, rejects = read(tmp_path, 'a,b\n1,2\n"x"y,3\n"p\nq"r,4\n5,6\n')
    assert frame["a"].tolist() == ["1", "5"]
    assert lines == [2, 6]
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (3, "cannot be separated into fields: a stray quote in line 3"),
        (4, "cannot be separated into fields: a stray quote in lines 4 to 5"),
    ]


def test_a_quote_never_closed_names_the_line_it_opened_on(tmp_path):
    with pytest.raises(FileRefused, match=r"never closed \(the record that begins on line 3\)"):
        read(tmp_path, 'a,b\n1,2\n"x,3\n4,5\n')


def test_a_field_above_one_megabyte_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"larger than 1 MB.*line 2"):
        read(tmp_path, f"a,b\n{'x' * ((1 << 20) + 1)},2\n")


def test_a_line_above_four_megabytes_is_refused_before_it_is_whole(tmp_path):
    with pytest.raises(FileRefused, match=r"longer than 4 MB \(line 3\)"):
        read(tmp_path, f"a,b\n1,2\n{'x,' * 3_000_000}")


def test_a_nul_far_down_is_refused_with_its_line(tmp_path):
    with pytest.raises(FileRefused, match=r"NUL character.*\(line 3\)"):
        read(tmp_path, "a,b\n1,2\n3,\x00\n")


def test_bytes_of_another_encoding_are_refused_with_their_line(tmp_path):
    with pytest.raises(FileRefused, match=r"not utf-8 throughout \(line 20002\).*cp1252"):
        read(tmp_path, b"a,b\n" + b"1,2\n" * 20_000 + b"\xe9,2\n")


def test_a_file_cut_inside_a_letter_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"not utf-16 throughout \(line 3\)"):
        read(tmp_path, "a,b\n1,2\n3,4".encode("utf-16")[:-1], Dialect("utf-16", ",", ("a", "b")))


def test_lines_above_the_header_are_not_rows(tmp_path):
    frame, lines, _ = read(tmp_path, "sep=;\n\na;b\n1;2\n", Dialect("utf-8", ";", ("a", "b"), 3))
    assert (frame.to_numpy().tolist(), lines) == ([["1", "2"]], [4])


def test_blocks_hold_about_the_size_asked_for_and_together_everything(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("a,b\n" + "".join(f"{at},x\n" for at in range(1_000)))
    blocks = list(read_blocks(path, AB, block_bytes=1_000))
    assert len(blocks) > 4
    assert [name for block in blocks for name in block.frame["a"]] == [str(at) for at in range(1_000)]
    assert [line for block in blocks for line in block.lines] == list(range(2, 1_002))
    assert blocks[1].first_line == blocks[0].lines[-1] + 1


def test_a_file_without_rows_is_one_empty_block(tmp_path):
    frame, lines, rejects = read(tmp_path, "a,b\n")
    assert (list(frame.columns), len(frame), lines, rejects) == (["a", "b"], 0, [], [])


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), max_size=12), st.sampled_from(["utf-8", "utf-16"]), st.sampled_from(",;\t|"))
def test_whatever_is_written_is_read_again(tmp_path_factory, rows, encoding, delimiter):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("a", "b"), *rows])
    dialect = Dialect(encoding, delimiter, ("a", "b"))
    frame, lines, rejects = read(tmp_path_factory.mktemp("rows"), text.getvalue().encode(encoding), dialect)
    kept = [list(row) for row in rows if any(cell.strip() for cell in row)]
    assert [row for row in frame.to_numpy().tolist() if any(cell.strip() for cell in row)] == kept
    assert rejects == []
    assert lines == sorted(lines)
