"""The house as a whole: its size, its walls, its promises in writing."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST_FIRST

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("core", "db", "dashboard")
FILE_BUDGET, FUNCTION_BUDGET = 250, 40
FILE_LIMIT, FUNCTION_LIMIT = 600, 90
ML_STACK = ("sklearn", "lightgbm", "scipy")


def product_files() -> list[Path]:
    """Every source file but the migrations, which are frozen copies of the tables as they were."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    return sorted([*files, ROOT / "run.py"])


def functions(path: Path) -> list[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [
        ((node.end_lineno or node.lineno) - node.lineno + 1, f"{path.relative_to(ROOT)}: {node.name}") for node in nodes
    ]


def test_files_and_functions_stay_small_enough_to_read(capsys):
    files = [
        (len(path.read_text(encoding="utf-8").splitlines()), str(path.relative_to(ROOT))) for path in product_files()
    ]
    lengths = [length for path in product_files() for length in functions(path)]
    tests = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py"))
    code = sum(lines for lines, _ in files)
    with capsys.disabled():
        for name, sizes, budget in (("files", files, FILE_BUDGET), ("functions", lengths, FUNCTION_BUDGET)):
            numbers = sorted(size for size, _ in sizes)
            print(
                f"\n{name}: {len(numbers)}, median {statistics.median(numbers):.0f}, p90 {numbers[int(0.9 * len(numbers))]} lines"
            )
            for size, where in sorted(sizes, reverse=True):
                if size > budget:
                    print(f"  over the budget of {budget}: {size} {where}")
        print(f"code {code} lines, tests {tests} lines: {tests / code:.2f} lines of tests a line of code")
    assert max(files)[0] <= FILE_LIMIT, max(files)
    assert max(lengths)[0] <= FUNCTION_LIMIT, max(lengths)


@pytest.mark.parametrize(
    "module", ["dashboard.app", "core.workflows.score", "core.workflows.ingest", "db.reader", "db.writer"]
)
def test_the_web_process_does_not_import_the_learning_stack(module):
    code = f"import sys, {module}; print([name for name in {ML_STACK!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_pinned_package_has_its_reason():
    lines = (ROOT / "requirements.txt").read_text().splitlines() + (
        ROOT / "requirements-dev.txt"
    ).read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith(("#", "-r"))]
    assert len(pins) > 20
    for pin in pins:
        assert re.fullmatch(r"[a-z0-9\-]+==\S+ +# \S.*", pin), pin


def test_every_setting_is_explained_in_the_example():
    from core.settings import Settings

    example = (ROOT / ".env.example").read_text()
    assert {f"RECOUP_{name.upper()}" for name in Settings.model_fields} == set(
        re.findall(r"^(RECOUP_\w+)=", example, re.MULTILINE)
    )


def test_no_source_runs_text_as_code_or_trusts_html():
    banned = re.compile(r"\b(eval|exec)\(|pickle|joblib|srcDoc|dangerously_allow|debug=True|allow_unsafe")
    for path in product_files():
        found = banned.search(path.read_text(encoding="utf-8"))
        assert found is None, f"{path}: {found}"


def test_the_files_to_begin_with_are_there():
    assert [name for name in LONGEST_FIRST if not (ROOT / name).is_file()] == []


def test_no_room_is_called_after_nothing():
    vague = {"utils", "helpers", "common", "manager", "misc", "tools", "lib"}
    assert not [path for path in product_files() if path.stem in vague or vague & set(path.parts)]
