"""Topologies that once differed from Spark, with Spark's rows: do we give them now? Needs no Spark.

`kept_topologies.py MILLRACE` checks all; `kept_topologies.py MILLRACE CASE.json...` appends those of a run's --keep folder that
are equal by now.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from topology_files import batches_of, write_inputs

CASES = Path(__file__).resolve().parent / "cases" / "topologies.jsonl"


def rows_of(millrace, case):
    with tempfile.TemporaryDirectory(prefix="millrace-kept-") as folder:
        file = write_inputs(case["topology"], case["files"], Path(folder))
        run = subprocess.run([millrace, "run", file], capture_output=True, text=True, timeout=60)
    return batches_of(run.stdout) if run.returncode == 0 else run.stderr


def check(millrace):
    """The number of cases that differ."""
    different = 0
    for line in CASES.read_text().splitlines():
        case = json.loads(line)
        rows = rows_of(millrace, case)
        if rows != case["spark"]:
            different += 1
            print(f"seed {case['seed']}: Spark gives {case['spark']}, we {rows}", file=sys.stderr)
    return different


def append(millrace, files):
    with CASES.open("a") as out:
        for file in files:
            case = json.loads(Path(file).read_text())
            if rows_of(millrace, case) == case["spark"]:
                kept = {key: case[key] for key in ("seed", "topology", "files", "spark")}
                out.write(json.dumps(kept, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        append(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(1 if check(sys.argv[1]) else 0)
