"""Examples and golden cases, exported by `millrace export spark` and run by Spark: do they give the golden
output again? Prints a line for each that does not, those that Spark cannot run with the reason, and the counts.
"""

import argparse
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import yaml
from pyspark.sql import functions as F
from pyspark.sql.streaming import DataStreamWriter, StreamingQuery

import stream_session

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASES = ROOT / "tests" / "fixtures" / "spark" / "cases"
GOLDEN = ROOT / "tests" / "topology" / "golden"
WORDS = (ROOT / "examples" / "data" / "lines.txt").read_text()
# Settings of Spark that a topology has a key for.
SETTINGS = {
    "spark.sql.session.timeZone": "timeZone",
    "spark.sql.ansi.enabled": "ansi",
    "spark.sql.streaming.multipleWatermarkPolicy": "multipleWatermarkPolicy",
}


class Refused(Exception):
    """Spark cannot run it; the text says why."""


class Rows:
    """What consoles get: rows as JSON by batch, or, told to print, the console's own text."""

    def __init__(self):
        self.prints = False
        self.forget()

    def forget(self):
        self.of_writers = []  # for each console that was started, its rows by batch

    def keeper(self):
        rows_of = {}
        self.of_writers.append(rows_of)

        def keep(batch, epoch):
            line = F.to_json(F.struct("*"), {"ignoreNullFields": "false"}).alias("line")
            rows_of[epoch] = [row.line for row in batch.select(line).collect()]

        return keep

    def of_batch(self, epoch):
        """Of the writer that was started last, when several ran the batch."""
        return next((rows[epoch] for rows in reversed(self.of_writers) if epoch in rows), None)

    def by_batch(self):
        """Of all consoles together, in the order of the batches."""
        epochs = sorted({epoch for rows in self.of_writers for epoch in rows})
        return [[row for rows in self.of_writers for row in rows.get(epoch, [])] for epoch in epochs]


ROWS = Rows()


def listen_to_consoles():
    """Gives the rows of consoles to ROWS, and lets a program end while its queries run."""
    choose = DataStreamWriter.format

    def format(writer, name):
        wants_rows = name == "console" and not ROWS.prints
        return writer.foreachBatch(ROWS.keeper()) if wants_rows else choose(writer, name)

    DataStreamWriter.format = format
    StreamingQuery.awaitTermination = lambda query, timeout=None: None


def exported(flags, file, *more):
    """The program for a topology file."""
    program = flags.build / "bin" / "millrace" if flags.millrace is None else flags.millrace
    run = subprocess.run([program, "export", "spark", file, *more], capture_output=True, text=True)
    if run.returncode != 0:
        raise Refused(next(line for line in run.stderr.splitlines() if line.startswith("error: "))[7:])
    return run.stdout


class Work:
    """A folder for the files of one case; files get rising times, which is the order Spark takes them in."""

    def __init__(self):
        self.path = Path(tempfile.mkdtemp(prefix="millrace-round-trip-"))
        self.num_put = 0

    def put(self, source, place, age=0):
        self.num_put += 1
        place = self.path / place
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
        at = 1_700_000_000 - age if age else 1_700_000_000 + self.num_put
        os.utime(place, (at, at))

    def clear(self):
        shutil.rmtree(self.path, ignore_errors=True)


# Golden cases


def source_entry(source, path, static):
    entry = {"type": "file", "path": str(path), "format": source.get("format", "json")}
    if static:
        entry["static"] = True
    for key in ("schema", "maxFilesPerTrigger", "watermark"):
        if key in source:
            entry[key] = source[key]
    entry.update({key: str(value) for key, value in source.get("options", {}).items()})
    return entry


def operator_entry(step):
    if "sql" in step:
        return {"sql": step["sql"]}
    verb = next(key for key in step if key not in ("from", "as"))
    return {"from": step["from"], verb: step[verb]}


def topology_of(folder, case, work):
    """The case as a topology file, and the settings of Spark that a topology cannot say."""
    sources = {
        name: source_entry(source, work.path / source.get("path", name), False)
        for name, source in case["source"].items()
    }
    for name, source in case.get("static", {}).items():
        sources[name] = source_entry(source, folder / source["file"], True)
    operators = {step.get("as", f"step_{number}"): operator_entry(step) for number, step in enumerate(case["query"])}
    sink = {"from": list(operators)[-1], "type": "console", "outputMode": case["outputMode"]}
    sink.update(case.get("sink", {}).get("options", {}))
    conf = {str(key): str(value) for key, value in case.get("conf", {}).items()}
    settings = {SETTINGS[key]: value for key, value in conf.items() if key in SETTINGS}
    topology = {"name": "golden", "sources": sources, "operators": operators, "sinks": {"golden": sink}}
    if case["trigger"] == "availableNow":
        topology["trigger"] = "availableNow"
    if settings:
        topology["settings"] = settings
    return topology, {key: value for key, value in conf.items() if key not in SETTINGS}


def steps_of(folder, case):
    """Groups of files that are put there together: (from, place, age)."""
    if case["feed"] == "steps":
        return [
            [(folder / file["from"], file["put"], file.get("ageSeconds", 0)) for file in step["files"]]
            for step in case["steps"]
        ]
    groups = {}
    for name in case["source"]:
        for file in sorted((folder / "input" / name).iterdir()):
            groups.setdefault(int(file.stem), []).append((file, f"{name}/{file.name}", 0))
    return [groups[number] for number in sorted(groups)]


class Console:
    """What the JVM has printed since the last look: standard output of this process is a file."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        self.real = os.fdopen(os.dup(1), "w", buffering=1)
        os.dup2(self.file.fileno(), 1)
        self.at = 0

    def text(self):
        size = os.fstat(self.file.fileno()).st_size
        text = os.pread(self.file.fileno(), size - self.at, self.at).decode()
        self.at = size
        return text


class GoldenCase:
    def __init__(self, spark, flags, console, folder):
        self.spark, self.flags, self.console, self.folder = spark, flags, console, folder
        self.case = yaml.safe_load((folder / "case.yaml").read_text())
        self.work = Work()
        self.failure = None

    def start(self, program):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(program, str(self.folder), "exec"), {"__name__": "__main__"})
        return self.spark.streams.active

    def settle(self, queries):
        for query in queries:
            try:
                query.processAllAvailable()
            except Exception as failure:
                self.failure = str(failure).splitlines()[0]

    def put(self, step):
        for file, place, age in step:
            self.work.put(file, place, age)

    def feed(self, program):
        steps = steps_of(self.folder, self.case)
        restarts = self.case.get("restartBefore", [])
        at_start = {"all": len(steps), "steps": 1}.get(self.case["feed"], 0)
        for step in steps[:at_start]:
            self.put(step)
        queries = self.start(program)
        self.settle(queries)
        for number, step in enumerate(steps[at_start:], at_start):
            if number in restarts:
                stop_all(self.spark)
                queries = self.start(program)
            self.put(step)
            self.settle(queries)
        if self.case.get("runAgain"):
            stop_all(self.spark)
            self.settle(self.start(program))
        stop_all(self.spark)

    def run(self):
        for name, source in self.case["source"].items():
            (self.work.path / source.get("path", name)).mkdir(parents=True, exist_ok=True)
        topology, conf = topology_of(self.folder, self.case, self.work)
        file = self.work.path / "golden.yaml"
        file.write_text(yaml.safe_dump(topology, sort_keys=False))
        try:
            program = exported(self.flags, file, "--checkpoint", str(self.work.path / "checkpoint"))
        except Refused:
            if self.case.get("fails"):
                return ""  # refused before the start, where Spark's query dies
            raise
        before = {key: self.spark.conf.get(key, None) for key in [*conf, *SETTINGS]}
        for key, value in conf.items():
            self.spark.conf.set(key, value)
        ROWS.forget()
        ROWS.prints = "stdout" in self.case
        self.console.text()
        try:
            self.feed(program)
        except Exception as failure:
            self.failure = str(failure).splitlines()[0]
        finally:
            stop_all(self.spark)
            for key, value in before.items():
                self.spark.conf.set(key, value) if value is not None else self.spark.conf.unset(key)
        return self.difference()

    def difference(self):
        if self.failure and not self.case.get("fails"):
            return f"failed: {self.failure}"
        if self.case.get("fails") and not self.failure:
            return "did not fail"
        if "stdout" in self.case:
            expected = (self.folder / self.case["stdout"]).read_text()
            return "" if self.console.text() == expected else "the console's text differs"
        for batch in self.case["microBatches"]:
            if not batch.get("output"):
                continue
            expected = (self.folder / batch["output"]).read_text().splitlines()
            got = ROWS.of_batch(batch["batchId"])
            if got is None:
                return f"batch {batch['batchId']} did not run"
            if (got if self.case.get("order") == "exact" else sorted(got)) != expected:
                return f"batch {batch['batchId']}: golden {expected}, now {got}"
        return ""


def stop_all(spark):
    for query in spark.streams.active:
        query.stop()


# Examples


class WordServer:
    """Sends the words to one client, and keeps the connection open."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        client, _ = self.listener.accept()
        client.sendall(WORDS.encode())
        self.client = client


def last_of_each_key(rows):
    """What an update stream comes to: the last row of each key, which is the first column."""
    return [row for _, row in sorted({row.split(",")[0]: row for row in rows}.items())]


def run_example(spark, flags, file):
    """The difference, or nothing."""
    with_files, with_socket = "path: data" in file.read_text(), "type: socket" in file.read_text()
    if with_socket:
        server = WordServer()
        os.environ.update(WORDCOUNT_HOST="127.0.0.1", WORDCOUNT_PORT=str(server.port))
    program = exported(flags, file, *(["--trigger", "availableNow"] if with_files else []))
    ROWS.forget()
    ROWS.prints = False
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(program, str(file), "exec"), {"__name__": "__main__"})
    try:
        wait_for_rows(spark, with_files, with_socket)
    finally:
        stop_all(spark)
    return example_difference(file)


def wait_for_rows(spark, with_files, with_socket):
    if with_files:
        for query in spark.streams.active:
            wait_for_end(query)
        return
    at_end = time.monotonic() + 120
    while time.monotonic() < at_end and not any(ROWS.by_batch()):
        time.sleep(0.2)
    if with_socket:
        for query in spark.streams.active:
            query.processAllAvailable()


def wait_for_end(query):
    while query.isActive:
        time.sleep(0.1)
    if query.exception():
        raise query.exception()


def example_difference(file):
    topology = yaml.safe_load(file.read_text())
    mode = next(iter(topology["sinks"].values())).get("outputMode", "append")
    all_rows = [row for rows in ROWS.by_batch() for row in rows]
    if file.stem == "rate_console":
        good = all_rows and all(json.loads(row)["value"] % 2 == 0 for row in all_rows)
        return "" if good else f"not the even numbers: {all_rows[:5]}"
    name = "wordcount" if file.stem.startswith("wordcount") else file.stem
    golden = (GOLDEN / f"{name}.jsonl").read_text().splitlines()
    if mode == "complete":
        all_rows = next((rows for rows in reversed(ROWS.by_batch()) if rows), [])
    if mode == "update":
        all_rows, golden = last_of_each_key(all_rows), last_of_each_key(golden)
    return "" if sorted(all_rows) == sorted(golden) else f"golden {golden}, now {all_rows}"


def examples_folder(work):
    """A copy whose data files are as old as their names say."""
    folder = work.path / "examples"
    shutil.copytree(ROOT / "examples", folder)
    for number, file in enumerate(sorted(path for path in (folder / "data").rglob("*") if path.is_file())):
        os.utime(file, (1_700_000_000 + number,) * 2)
    return folder


# The run


class Tally:
    def __init__(self, out):
        self.out = out
        self.equal, self.different, self.refused = 0, [], []

    def take(self, name, run):
        try:
            difference = run()
        except Refused as reason:
            self.refused.append((name, str(reason)))
            print(f"refused  {name}: {reason}", file=self.out)
            return
        except Exception as failure:
            difference = f"{type(failure).__name__}: {str(failure).splitlines()[0]}"
        if difference:
            self.different.append(name)
            print(f"differs  {name}: {difference}", file=self.out)
        else:
            self.equal += 1
            print(f"equal    {name}", file=self.out)

    def summary(self, what):
        total = self.equal + len(self.different) + len(self.refused)
        return f"{what}: {total} of which {self.equal} equal, {len(self.different)} different, {len(self.refused)} refused"


def arguments():
    parser = argparse.ArgumentParser(prog="tests/differential/round_trip", description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part of the name of what is run")
    parser.add_argument("--build", type=Path, default=ROOT / "build" / "release", help="where Millrace was built")
    parser.add_argument("--millrace", type=Path, help="the program itself, wherever it is")
    return parser.parse_args()


def main():
    flags = arguments()
    console = Console()
    spark = stream_session.start({})
    listen_to_consoles()
    work = Work()
    examples, cases = Tally(console.real), Tally(console.real)
    for file in sorted(examples_folder(work).glob("*.yaml")):
        if flags.only in f"examples/{file.stem}" and not file.name.endswith(".test.yaml"):
            if "type: kafka" in file.read_text():
                print(f"not run  examples/{file.stem}: wants a Kafka broker and Spark's Kafka package", file=console.real)
                continue
            examples.take(f"examples/{file.stem}", lambda: run_example(spark, flags, file))
    for folder in sorted(path.parent for path in CASES.rglob("case.yaml")):
        name = str(folder.relative_to(CASES))
        if flags.only in name:
            case = GoldenCase(spark, flags, console, folder)
            cases.take(name, case.run)
            case.work.clear()
    work.clear()
    print(examples.summary("examples"), cases.summary("golden cases"), sep="\n", file=console.real)
    return 1 if examples.different or cases.different else 0


if __name__ == "__main__":
    code = main()
    sys.stdout = open(os.devnull, "w")
    sys.exit(code)
