"""Random topologies, run by Spark and by Millrace, compared batch by batch."""

import json
import random
import re
import shutil
import subprocess
import tempfile
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import stream_session
from topology_files import batches_of, write_inputs
from topology_generator import Topology, random_topology

MOST_TRIES = 40  # runs of Spark that making one topology smaller may take


@dataclass
class Prepared:
    """A topology whose files are there, Millrace's answer, and the program for Spark."""
    topology: Topology
    folder: Path
    program: str
    refusal: str
    ours: object


def reason_of(refusal):
    """A refusal without the names that are in it."""
    return re.sub(r"'[^']*'", "X", refusal.split("\n")[0])


def kind_of(topology, spark, ours):
    """What differs, in a line: the same for differences that look alike."""
    verbs = " ".join(next(verb for verb in step if verb != "beside") for step in topology.steps)
    words = "".join(f"  {name} {answer}" for name, answer in (("spark", spark), ("millrace", ours))
                    if isinstance(answer, str))
    return f"{topology.output_mode}: {verbs}{words}"


class TopologyComparison:
    """Threads may compare at the same time: each has a session of Spark for itself."""

    def __init__(self, spark, millrace, keep):
        self.spark = spark
        self.millrace = millrace
        self.keep = keep  # a folder for what differs
        self.counts = Counter()
        self.classes = defaultdict(list)
        self.first_of_kind = {}
        self.refusals = Counter()
        self.sessions = threading.local()
        self.tally = threading.Lock()

    def run_millrace(self, file):
        run = subprocess.run([self.millrace, "run", file], capture_output=True, text=True, timeout=60)
        if run.returncode < 0:
            return f"died of signal {-run.returncode}"
        return batches_of(run.stdout) if run.returncode == 0 else "failed"

    def prepare(self, topology):
        folder = Path(tempfile.mkdtemp(prefix="millrace-differential-"))
        file = write_inputs(topology.as_dict(), topology.files, folder)
        export = subprocess.run([self.millrace, "export", "spark", file], capture_output=True, text=True)
        if export.returncode != 0:
            return Prepared(topology, folder, "", export.stderr, None)
        return Prepared(topology, folder, export.stdout, "", self.run_millrace(file))

    def session(self):
        if not hasattr(self.sessions, "spark"):
            self.sessions.spark = self.spark.newSession()
        return self.sessions.spark

    def run_spark(self, program):
        run = stream_session.ProgramRun(self.session())
        try:
            run.execute(program)
        except Exception as error:
            return "refused" if type(error).__name__ == "AnalysisException" else "failed"
        return batches_of(run.output())

    def answers(self, prepared):
        """(Spark's, ours): rows by batch, or a word. Nothing where the topology is refused."""
        try:
            return None if prepared.refusal else (self.run_spark(prepared.program), prepared.ours)
        finally:
            shutil.rmtree(prepared.folder, ignore_errors=True)

    def differs(self, topology):
        answers = self.answers(self.prepare(topology))
        return answers is not None and answers[0] != answers[1]

    def one(self, seed):
        prepared = self.prepare(random_topology(random.Random(seed)))
        answers = self.answers(prepared)
        with self.tally:
            self.count(seed, prepared, answers)

    def count(self, seed, prepared, answers):
        if answers is None:
            self.counts["refused"] += 1
            self.refusals[reason_of(prepared.refusal)] += 1
            return
        self.counts["compared"] += 1
        spark, ours = answers
        if spark != ours:
            self.counts["different"] += 1
            kind = kind_of(prepared.topology, spark, ours)
            self.first_of_kind.setdefault(kind, (seed, prepared.topology))
            self.keep_case(kind, seed, prepared.topology, spark, ours)
            return
        self.counts["equal"] += 1
        self.counts["failed alike"] += isinstance(spark, str)
        self.counts["with rows"] += not isinstance(spark, str) and bool(spark)

    def keep_case(self, kind, seed, topology, spark, ours):
        case = {"seed": seed, "topology": topology.as_dict(), "files": topology.files, "spark": spark,
                "millrace": ours}
        self.classes[kind].append(case)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{seed}.json").write_text(json.dumps(case, indent=1, ensure_ascii=False))

    def make_smaller(self):
        """Makes the first topology of each kind of difference small."""
        for kind, (seed, topology) in self.first_of_kind.items():
            smaller = self.shrunk(topology)
            answers = self.answers(self.prepare(smaller))
            if answers is not None:
                self.keep_case(kind, seed, smaller, *answers)

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
