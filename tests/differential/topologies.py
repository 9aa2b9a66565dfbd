"""Random topologies, run by Spark and by Millrace, compared batch by batch."""

import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

import yaml

from topology_generator import random_topology

MOST_TRIES = 25  # runs of Spark that making one topology smaller may take


class Refused(Exception):
    """The topology is not legal."""


def write_inputs(topology, folder):
    for name, files in topology.files.items():
        (folder / name).mkdir()
        for number, rows in enumerate(files):
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            file = folder / name / f"{number}.json"
            file.write_text(text)
            os.utime(file, (1_700_000_000 + number,) * 2)  # both take the oldest first
    (folder / "topology.yaml").write_text(yaml.safe_dump(topology.as_dict(folder), allow_unicode=True))


def batches_of(output):
    """Rows by batch: a sorted list of texts, as the rows of a batch have no order."""
    batches = {}
    for line in output.splitlines():
        if line.startswith('{"batchId"'):
            batch = json.loads(line)
            batches[batch["batchId"]] = sorted(json.dumps(row, sort_keys=True) for row in batch["rows"])
    return batches


class TopologyComparison:
    def __init__(self, spark, millrace, keep):
        self.spark = spark
        self.millrace = millrace
        self.keep = keep  # a folder for what differs
        self.counts = Counter()
        self.classes = defaultdict(list)

    def run_millrace(self, file):
        run = subprocess.run([self.millrace, "run", file], capture_output=True, text=True, timeout=60)
        if run.returncode < 0:
            return f"died of signal {-run.returncode}"
        return batches_of(run.stdout) if run.returncode == 0 else "failed"

    def exported(self, file):
        run = subprocess.run([self.millrace, "export", "spark", file], capture_output=True, text=True)
        if run.returncode != 0:
            raise Refused(run.stderr)
        return run.stdout

    def run_spark(self, program):
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output):
                exec(compile(program, "exported", "exec"), {"__name__": "__main__"})
        except Exception as error:
            kind = type(error).__name__
            return "refused" if kind == "AnalysisException" else "failed"
        finally:
            for query in self.spark.streams.active:
                query.stop()
        return batches_of(output.getvalue())

    def answers(self, topology):
        """(Spark's, ours): rows by batch, or a word."""
        folder = Path(tempfile.mkdtemp(prefix="millrace-differential-"))
        try:
            write_inputs(topology, folder)
            program = self.exported(folder / "topology.yaml")
            return self.run_spark(program), self.run_millrace(folder / "topology.yaml")
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def differs(self, topology):
        try:
            spark, ours = self.answers(topology)
        except Refused:
            return False
        return spark != ours

    def one(self, seed):
        topology = random_topology(random.Random(seed))
        try:
            spark, ours = self.answers(topology)
        except Refused:
            self.counts["refused"] += 1
            return
        self.counts["compared"] += 1
        if spark == ours:
            self.counts["equal"] += 1
            return
        self.counts["different"] += 1
        self.file(seed, self.shrunk(topology))

    def shrunk(self, topology):
        tries, found = 0, True
        while found and tries < MOST_TRIES:
            found = False
            for smaller in topology.smaller():
                tries += 1
                if self.differs(smaller):
                    topology, found = smaller, True
                    break
                if tries >= MOST_TRIES:
                    break
        return topology

    def file(self, seed, topology):
        spark, ours = self.answers(topology)
        verbs = " ".join(next(iter(step)) for step in topology.steps)
        what = f"{topology.output_mode}: {verbs}" + "".join(f"  {name} {a}" for name, a in
                                                            (("spark", spark), ("millrace", ours)) if isinstance(a, str))
        case = {"seed": seed, "topology": topology.as_dict(Path("/")), "files": topology.files, "spark": spark,
                "millrace": ours}
        self.classes[what].append(case)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{seed}.json").write_text(json.dumps(case, indent=1, ensure_ascii=False))
