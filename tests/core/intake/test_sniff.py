from __future__ import annotations

import pytest

from core.errors import FileRefused
from core.intake.sniff import Dialect, sniff, sniff_file, undecodable_line


@pytest.mark.parametrize(
    ("head", "encoding", "delimiter"),
    [
        (b"a,b,c\n1,2,3\n", "utf-8", ","),
        (b"a;b;c\n1,5;2,5;3\n", "utf-8", ";"),
        (b"a\tb\tc\n1\t2\t3\n", "utf-8", "\t"),
        (b"a|b|c\n1|2|3\n", "utf-8", "|"),
        (b"\xef\xbb\xbfa,b,c\n1,2,3\n", "utf-8-sig", ","),
        ("a,b,c\n1,2,3\n".encode("utf-16"), "utf-16", ","),
        (b"a,b,c\nZo\xeb,2,3\n", "cp1252", ","),
        ("a,b,c\nZoë,2,3\n".encode(), "utf-8", ","),
    ],
)
def test_encoding_and_delimiter_are_told_from_the_head(head, encoding, delimiter):
    assert sniff(head) == Dialect(encoding, delimiter, ("a", "b", "c"))


def test_the_analysts_word_on_the_encoding_wins():
    assert sniff("é,b\n1,2\n".encode("cp1252"), encoding="latin-1").header == ("é", "b")


def test_a_delimiter_inside_quotes_does_not_count():
    head = b'Loan_ID;"Name, first, middle, last";DPD\n1;"a, b, c, d";2\n'
    assert sniff(head).header == ("Loan_ID", "Name, first, middle, last", "DPD")


def test_the_delimiter_that_gives_every_row_one_width_wins():
    assert sniff(b"a;b,c\n1;2\n3;4,5,6\n7;8\n").delimiter == ";"


def test_rows_wider_than_the_header_do_not_hide_the_delimiter():
    assert sniff(b"a,b,c\n0,1,2,3\n0,1,2,3\n") == Dialect("utf-8", ",", ("a", "b", "c"))


def test_a_first_line_that_states_the_delimiter_is_obeyed():
    assert sniff(b"sep=;\r\na;b\r\n1;2\r\n") == Dialect("utf-8", ";", ("a", "b"), 2)


def test_blank_lines_above_the_header_are_counted():
    assert sniff(b"\n , \na,b\n1,2\n") == Dialect("utf-8", ",", ("a", "b"), 3)


def test_an_unnamed_column_is_named_after_its_place():
    assert sniff(b",b\n0,1\n").header == ("column 1", "b")


def test_a_head_cut_inside_a_letter_or_a_line_is_no_fault():
    assert sniff("a,b\n1,2\n3,é".encode()[:-1]).encoding == "utf-8"


def test_a_broken_record_below_the_header_does_not_hide_it():
    assert sniff(b'a;b\n1;2\n"' + b"x" * (2 << 20)) == Dialect("utf-8", ";", ("a", "b"))


def test_a_header_without_rows_is_a_dialect():
    assert sniff(b"a,b").header == ("a", "b")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b" \r\n", "The file is empty"),
        (b"PK\x03\x04rest", "xlsx, ods, zip.*save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"<html><table>", "web page"),
        (b"a,b\n\x001,2\n", r"binary data.*line 2"),
        (b"a,b\n" + b"\x01\x02\x03", r"binary data.*line 2"),
        ("a,b\n1,2\n".encode("utf-16-le"), "binary data"),
        (b"only\n1\n", r"one column only.*line 1: 'only'"),
        (b"a,b,a\n1,2,3\n", r"more than once.*'a'"),
        (b"a,b\n1,\x81\n", r"not text in cp1252.*line 2"),
        (b",".join([b"x"] * 1001), r"more than 1,000 columns \(found 1,001\)"),
        (b"a," + b"b" * 300_000, "first line does not end"),
        (b'"a\n' + b"b" * 300 + b'",c\n', r"longer than 200 characters.*line 1"),
        (b"sep=;\n ; \n", "header line cannot be read"),
    ],
)
def test_what_is_no_csv_is_refused_with_a_remedy(head, message):
    with pytest.raises(FileRefused, match=f"(?s){message}"):
        sniff(head)


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "hex"])
def test_an_encoding_that_is_none_is_refused_by_name(encoding):
    with pytest.raises(FileRefused, match=f"no encoding '{encoding}'"):
        sniff(b"a,b\n", encoding=encoding)


def test_utf16_without_a_byte_order_mark_is_refused_where_it_was_stated():
    with pytest.raises(FileRefused, match="not text in utf-16"):
        sniff("a,b\n1,2\n".encode("utf-16-le"), encoding="utf-16")
    assert sniff("a,b\n1,2\n".encode("utf-16-le"), encoding="utf-16-le").header == ("a", "b")


def test_a_letter_far_below_the_head_still_decides_the_encoding(tmp_path):
    path = tmp_path / "late.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 300_000 + b"Zo\xeb,2\n")
    assert sniff(path.read_bytes()[: 1 << 20]).encoding == "utf-8"
    assert sniff_file(path).encoding == "cp1252"
    assert undecodable_line(path, "utf-8") == (300_002, False)


def test_a_clean_file_keeps_its_encoding_and_the_analysts_is_not_checked(tmp_path):
    path = tmp_path / "clean.csv"
    path.write_bytes("a,b\nZoë,2\n".encode())
    assert sniff_file(path).encoding == "utf-8"
    assert sniff_file(path, encoding="latin-1").encoding == "latin-1"
    assert undecodable_line(path, "utf-8") == (None, True)


def test_two_encodings_in_one_file_are_refused_with_the_line(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes("a,b\nZoë,2\n".encode() + b"1,2\n" * 300_000 + b"Zo\xeb,2\n")
    with pytest.raises(FileRefused, match=r"mixes UTF-8.*line 300003"):
        sniff_file(path)
