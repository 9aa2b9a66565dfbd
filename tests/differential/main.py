"""Spark as the judge: random programs, run by Spark and by Millrace. `run --help` says what it takes."""

import argparse
import json
import random
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import expressions
import spark_session
import stream_session
import topologies

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def arguments():
    parser = argparse.ArgumentParser(prog="tests/differential/run", description=__doc__)
    parser.add_argument("what", choices=["expressions", "topologies"])
    parser.add_argument("--count", type=int, default=2000, help="how many are made")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31), help="the first batch's seed")
    parser.add_argument("--batch", type=int, default=500, help="expressions in one batch")
    parser.add_argument("--rows", type=int, default=10, help="rows in one batch")
    parser.add_argument("--workers", type=int, default=1, help="topologies that are compared at the same time")
    parser.add_argument("--millrace", type=Path, help="the program, if not the build's own")
    parser.add_argument("--keep", type=Path, help="a folder for topologies that differ, made small")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="where Millrace was built")
    parser.add_argument("--report", type=Path, help="a file for the classes of differences")
    parser.add_argument("--ledger", type=Path, help="a file that gets a line with the counts")
    return parser.parse_args()


def listed():
    """Patterns of the differences that docs/semantics.md lists."""
    lines = (HERE / "listed.txt").read_text().splitlines()
    return [re.compile(line.split("\t")[0]) for line in lines if line and not line.startswith("#")]


def write_report(path, comparison):
    """The kinds of differences with examples, then those that are listed."""
    ordered = sorted(comparison.classes.items(), key=lambda item: -len(item[1]))
    listed_kinds = getattr(comparison, "listed_kinds", None)
    with path.open("w") as file:
        for key, examples in ordered:
            file.write(f"{len(examples)}\t{key}\n")
            for case in sorted(examples, key=lambda case: len(json.dumps(case)))[:3]:
                file.write("\t" + json.dumps(case, ensure_ascii=False) + "\n")
        for key, count in listed_kinds.most_common() if listed_kinds else []:
            file.write(f"{count}\tlisted: {key}\n")


def write_ledger(path, flags, counts, seconds):
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    fields = [time.strftime("%Y-%m-%d"), commit.stdout.strip(), flags.what, flags.seed, counts["compared"],
              counts["equal"], counts["near"], counts["listed"], counts["different"], round(seconds)]
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a") as file:
        if new:
            file.write("date,commit,what,seed,compared,equal,last_digits,listed,different,seconds\n")
        file.write(",".join(map(str, fields)) + "\n")


def compare_expressions(flags):
    """Yields the comparison after each batch."""
    spark = spark_session.start()
    evaluator = expressions.Evaluator(flags.build / "tests" / "differential" / "evaluate_expressions")
    comparison = expressions.Comparison(spark_session.ExpressionJudge(spark), evaluator, listed())
    seed = flags.seed
    while comparison.counts["compared"] < flags.count:
        comparison.batch(seed, flags.batch, flags.rows)
        seed += 1
        yield comparison


def compare_topologies(flags):
    """Yields the comparison after every few topologies."""
    millrace = flags.millrace or flags.build / "bin" / "millrace"
    comparison = topologies.TopologyComparison(stream_session.start(stream_session.ONCE), millrace, flags.keep)
    seeds = range(flags.seed, flags.seed + flags.count)
    with ThreadPoolExecutor(flags.workers) as workers:
        for number, _ in enumerate(workers.map(comparison.one, seeds)):
            if number % 25 == 24:
                yield comparison
    comparison.make_smaller()
    for reason, number in comparison.refusals.most_common():
        print(f"refused {number} times: {reason}")
    yield comparison


def main():
    flags = arguments()
    start = time.monotonic()
    print(f"seed {flags.seed}", flush=True)
    compare = {"expressions": compare_expressions, "topologies": compare_topologies}[flags.what]
    for comparison in compare(flags):
        print(f"{time.monotonic() - start:7.1f} s  {dict(comparison.counts)}", flush=True)
        if flags.report:
            write_report(flags.report, comparison)
    if flags.ledger:
        write_ledger(flags.ledger, flags, comparison.counts, time.monotonic() - start)
    if not flags.report:
        for key, examples in sorted(comparison.classes.items(), key=lambda item: -len(item[1])):
            print(f"{len(examples)}\t{key}\n\t{json.dumps(examples[0], ensure_ascii=False)}")
    return 1 if comparison.counts["different"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
