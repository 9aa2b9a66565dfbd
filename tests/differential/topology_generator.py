"""Random topologies that Spark and Millrace both run, with the files that they read."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

SCHEMA = "t TIMESTAMP, k STRING, n INT, x DOUBLE"
START = datetime(2024, 1, 1, tzinfo=timezone.utc)
KEYS = ["a", "a", "a", "b", "c", "", "é", None]
WHOLE = [0, 1, -1, 2, 3, 100, -100, None]
QUARTERS = [0.0, 0.25, -0.5, 1.75, 1e6, None]  # their sums are exact in any order
CONDITIONS = ["n > 0", "n IS NOT NULL", "k = 'a'", "k <> 'b' OR n > 1", "x < 1 AND n < 100", "t > '2024-01-01 00:00:20'",
              "length(k) > 0", "coalesce(n, 0) % 2 = 0", "k IN ('a', 'b', '')", "NOT (n <=> NULL)"]
COLUMNS = ["n + 1", "coalesce(n, -1)", "CASE WHEN n > 1 THEN n ELSE 0 END", "length(k)", "n * 2", "abs(n) % 3"]
TEXTS = ["upper(k)", "concat(k, '!')", "coalesce(k, 'none')", "substring(k, 1, 1)"]
AGGREGATES = ["count(*) AS c", "sum(n) AS s", "min(n) AS low", "max(x) AS high", "avg(n) AS mean", "count(k) AS ks",
              "sum(x) AS xs", "max(t) AS last", "min(k) AS first_k", "count(*) FILTER (WHERE n > 0) AS positive"]
WINDOWS = ["window(t, '10 seconds')", "window(t, '20 seconds', '10 seconds')", "window(t, '15 seconds', '10 seconds')",
           "window(t, '10 seconds', '10 seconds', '3 seconds')", "session_window(t, '5 seconds')"]
DELAYS = ["0 seconds", "5 seconds", "10 seconds", "1 minute"]


@dataclass
class Topology:
    """Sources by name, then steps of which each reads the one before it, then the output mode."""
    sources: dict
    steps: list
    output_mode: str
    files: dict = field(default_factory=dict)  # name of the source to a list of lists of rows

    def as_dict(self, folder):
        sources = {}
        for name, options in self.sources.items():
            sources[name] = {"type": "file", "format": "json", "path": str(folder / name), "schema": SCHEMA, **options}
            if not options.get("static"):
                sources[name]["maxFilesPerTrigger"] = 1
        operators, last = {}, "a"
        for number, step in enumerate(self.steps):
            name = f"step_{number}"
            if "union" in step:
                operators[name] = {"union": [last, *step["union"]]}
            elif "sql" in step:
                operators[name] = {"sql": step["sql"].replace("<left>", last)}
            else:
                operators[name] = {"from": last, **json.loads(json.dumps(step).replace("<left>", last))}
            last = name
        sink = {"from": last, "type": "console", "format": "json", "outputMode": self.output_mode}
        return {"name": "case", "sources": sources, "operators": operators, "sinks": {"out": sink},
                "trigger": "availableNow"}

    def smaller(self):
        """Topologies with one thing less, the larger cuts first."""
        for number in range(len(self.steps)):
            yield self.changed(steps=self.steps[:number] + self.steps[number + 1:])
        for name, files in self.files.items():
            for number in range(len(files)):
                yield self.changed(files={**self.files, name: files[:number] + files[number + 1:]})
            for number, rows in enumerate(files):
                for row in range(len(rows)):
                    fewer = [*files[:number], rows[:row] + rows[row + 1:], *files[number + 1:]]
                    yield self.changed(files={**self.files, name: fewer})

    def changed(self, **what):
        return Topology(**{**self.__dict__, **what})


def random_time(random):
    chance = random.random()
    if chance < 0.04:
        return None
    if chance < 0.07:
        return random.choice(["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.5Z", "2200-01-01T00:00:00Z"])
    at = START + timedelta(milliseconds=random.choice([1000, 500]) * random.randint(0, 160))
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def random_row(random):
    return {"t": random_time(random), "k": random.choice(KEYS), "n": random.choice(WHOLE),
            "x": random.choice(QUARTERS)}


def random_files(random, count):
    files = [[random_row(random) for _ in range(random.choice([0, 1, 2, 4, 8]))] for _ in range(count)]
    for rows in files:
        if rows and random.random() < 0.3:
            rows.append(dict(random.choice(rows)))  # a duplicate
    return files


def row_step(random):
    kind = random.random()
    if kind < 0.45:
        return {"where": random.choice(CONDITIONS)}
    if kind < 0.75:
        return {"select": ["t", random.choice(TEXTS) + " AS k", random.choice(COLUMNS) + " AS n", "x"]}
    return {"withColumn": {"n": random.choice(COLUMNS)}}


def deduplication(random, has_watermark):
    if has_watermark and random.random() < 0.4:
        return {"dropDuplicatesWithinWatermark": random.choice([["k"], ["k", "n"]])}
    return {"dropDuplicates": random.choice([["k"], ["k", "t"], ["n"], ["t", "k", "n", "x"]])}


def aggregation(random):
    keys = random.choice([["k"], [], ["k", "n"]])
    if random.random() < 0.7:
        keys = [random.choice(WINDOWS)] + keys
    if keys and keys[0].startswith("session") and len(keys) == 1:
        keys.append("k")
    step = {"groupBy": keys, "agg": random.sample(AGGREGATES, random.randint(1, 3))}
    if random.random() < 0.2 and "count(*) AS c" in step["agg"]:
        step["having"] = "c > 1"
    return step


def join(random, static):
    kind = random.choice(["inner", "left", "leftsemi", "leftanti"] if static else ["inner", "inner", "left"])
    bound = "" if static else " AND b.t BETWEEN <left>.t AND <left>.t + INTERVAL 10 SECONDS"
    return {"join": {"with": "b", "type": kind, "on": "<left>.k = b.k" + bound}}


def random_topology(random):
    watermark = {"watermark": {"column": "t", "delay": random.choice(DELAYS)}} if random.random() < 0.75 else {}
    sources, steps = {"a": dict(watermark)}, []
    files = {"a": random_files(random, random.randint(1, 4))}
    steps += [row_step(random) for _ in range(random.randint(0, 2))]
    chance = random.random()
    if chance < 0.15:
        sources["b"] = dict(watermark)
        steps.append({"union": ["b"]})
    elif chance < 0.35:
        static = chance < 0.25
        sources["b"] = {"static": True} if static else dict(watermark)
        steps.append(join(random, static))
        if steps[-1]["join"]["type"] in ("inner", "left"):
            steps.append(None)  # the columns of both sides have one name: take the left ones
    if "b" in sources:
        files["b"] = random_files(random, random.randint(1, 3))
    steps = with_left_columns(steps)
    if random.random() < 0.25:
        steps.append(deduplication(random, bool(watermark)))
    if random.random() < 0.6:
        steps.append(aggregation(random))
    mode = random.choice(["append", "update", "complete"] if "agg" in (steps or [{}])[-1] else ["append", "update"])
    topology = Topology(sources, steps, mode, files)
    if mode == "complete" and random.random() < 0.3:
        topology.steps.append({"orderBy": [steps[-1]["agg"][0].rpartition(" ")[2] + random.choice(["", " DESC"])]})
    return topology


def with_left_columns(steps):
    """A join of two inputs with the same names is written as SQL, which names each side."""
    if None not in steps:
        return steps
    place = steps.index(None)
    joined = steps[place - 1]["join"]
    kind = {"inner": "JOIN", "left": "LEFT JOIN"}[joined["type"]]
    columns = "<left>.t AS t, <left>.k AS k, <left>.n AS n, b.x AS x"
    return steps[:place - 1] + [{"sql": f"SELECT {columns} FROM <left> {kind} b ON {joined['on']}"}] + steps[place + 1:]
