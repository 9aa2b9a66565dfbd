"""Keeps what a report calls different and is equal by now: `keep.py BUILD REPORT` appends to cases/expressions.jsonl."""

import json
import sys
from pathlib import Path

import expressions
from expression_generator import COLUMNS

CASES = Path(__file__).resolve().parent / "cases" / "expressions.jsonl"


def examples(report):
    """The shortest example of each kind of difference."""
    found = None
    for line in Path(report).read_text().splitlines():
        if not line.startswith("\t"):
            found = True
        elif found:
            found = False
            yield json.loads(line)


def case_of(example):
    row = example.get("row", {})
    return {"expression": example["expression"], "ansi": example["ansi"], "timeZone": example["timeZone"],
            "schema": ", ".join(f"{name} {COLUMNS[name]}" for name in row) or "unused int",
            "row": list(row.values()) or [None], "type": example.get("type"), "spark": example["spark"]}


def is_mended(evaluator, case):
    request = {**case, "rows": [case["row"]], "expressions": [case["expression"]]}
    answer = evaluator.evaluate(request)[0]
    spark = case["spark"] if case["type"] is None else {"type": case["type"], "values": [case["spark"]]}
    return expressions.compare(spark, answer, 1)[0] == ""


def main():
    evaluator = expressions.Evaluator(Path(sys.argv[1]) / "tests" / "differential" / "evaluate_expressions")
    kept = {json.loads(line)["expression"] for line in CASES.read_text().splitlines()} if CASES.exists() else set()
    with CASES.open("a") as file:
        for example in examples(sys.argv[2]):
            if "row" not in example or example["expression"] in kept:
                continue
            case = case_of(example)
            if is_mended(evaluator, case):
                kept.add(case["expression"])
                file.write(json.dumps(case, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
