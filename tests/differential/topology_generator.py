"""Random topologies that Spark and Millrace both run, with the files that they read."""

import json
from dataclasses import dataclass, field

from topology_columns import (Column, columns_of, random_aggregate, random_columns, random_computed, random_condition,
                              random_files)

SIZES = ["'10 seconds'", "'20 seconds', '10 seconds'", "'15 seconds', '10 seconds'", "'1 minute', '20 seconds', '5 seconds'",
         "'10 seconds', '10 seconds', '3 seconds'", "'1 day'"]
DELAYS = ["0 seconds", "0 seconds", "5 seconds", "10 seconds", "1 minute"]
ZONES = ["UTC", "UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
KEY_KINDS = ["text", "whole", "floating", "decimal", "truth", "date", "array", "struct"]


@dataclass
class Topology:
    """Sources by name, then steps of which each reads the one before it, then the output mode."""
    sources: dict  # name to its options, "schema" among them
    steps: list
    output_mode: str
    settings: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)  # name of the source to a list of lists of rows

    def as_dict(self):
        sources = {}
        for name, options in self.sources.items():
            sources[name] = {"type": "file", "format": "json", "path": name, **options}
            if not options.get("static"):
                sources[name]["maxFilesPerTrigger"] = 1
        operators, last = {}, "a"
        for number, step in enumerate(self.steps):
            name = f"step_{number}"
            step = json.loads(json.dumps(step).replace("<left>", last))
            operators.update(step.pop("beside", {}))
            if "union" in step:
                operators[name] = {"union": [last, *step["union"]]}
            else:
                operators[name] = step if "sql" in step else {"from": last, **step}
            last = name
        sink = {"from": last, "type": "console", "format": "json", "outputMode": self.output_mode}
        return {"name": "case", "sources": sources, "operators": operators, "sinks": {"out": sink},
                "trigger": "availableNow", "settings": self.settings}

    def smaller(self):
        """Topologies with one thing less, the larger cuts first."""
        for number in range(len(self.steps)):
            yield self.changed(steps=self.steps[:number] + self.steps[number + 1:])
        for name, files in self.files.items():
            for number in range(len(files)):
                yield self.changed(files={**self.files, name: files[:number] + files[number + 1:]})
        for number, step in enumerate(self.steps):
            for place in range(len(step.get("agg", [])) if len(step.get("agg", [])) > 1 else 0):
                fewer = {**step, "agg": step["agg"][:place] + step["agg"][place + 1:]}
                yield self.changed(steps=[*self.steps[:number], fewer, *self.steps[number + 1:]])
        for name, files in self.files.items():
            for number, rows in enumerate(files):
                for part in parts_left(rows):
                    yield self.changed(files={**self.files, name: [*files[:number], part, *files[number + 1:]]})

    def changed(self, **what):
        return Topology(**{**self.__dict__, **what})


def parts_left(rows):
    """Halves of the rows, then all rows but one."""
    half = len(rows) // 2
    if half > 1:
        yield rows[:half]
        yield rows[half:]
    for row in range(len(rows)):
        yield rows[:row] + rows[row + 1:]


class Generator:
    """Makes one topology; keeps what is known about the rows at the point it has come to."""

    def __init__(self, random):
        self.random = random
        self.sources, self.steps, self.files = {}, [], {}
        self.columns = []
        self.event_time = None  # name of the column with a watermark, if there is one
        self.num_stateful = 0  # operators that keep state
        self.is_final_below = True  # not so below a join without bounds: listed in docs/semantics.md
        self.modes = ["append", "update"]

    def chance(self, probability):
        return self.random.random() < probability

    def add_source(self, name, types, watermark=None, static=False):
        schema = ", ".join(f"{column} {type}" for column, type in types.items())
        self.sources[name] = {"schema": schema, **({"static": True} if static else {})}
        if watermark:
            self.sources[name]["watermark"] = {"column": watermark, "delay": self.random.choice(DELAYS)}
        self.files[name] = random_files(self.random, types, self.random.randint(1, 3), early=static or not self.event_time)

    def keys(self, most=2):
        able = [column for column in self.columns if column.kind in KEY_KINDS]
        return self.random.sample(able, min(len(able), self.random.randint(0, most)))

    # Steps without state

    def row_step(self):
        kind = self.random.random()
        arrays = [column.name for column in self.columns if column.kind == "array"]
        if arrays and kind < 0.2:
            self.computed({"select": ["*", f"explode({self.random.choice(arrays)}) AS one"]}, Column("one", "whole"))
        elif kind < 0.5:
            self.where()
        elif kind < 0.6:
            self.sql_where()
        elif kind < 0.8:
            self.select()
        else:
            kind, text = random_computed(self.random, self.columns)
            name = self.random.choice(["added", *[column.name for column in self.columns if column.kind == kind]])
            if name != self.event_time:
                self.computed({"withColumn": {name: text}}, Column(name, kind))

    def computed(self, step, column):
        self.steps.append(step)
        self.columns = [known for known in self.columns if known.name != column.name] + [column]

    def where(self):
        self.steps.append({"where": random_condition(self.random, self.columns)})

    def sql_where(self):
        self.steps.append({"sql": f"SELECT * FROM <left> WHERE {random_condition(self.random, self.columns)}"})

    def select(self):
        kept = [column for column in self.columns if column.name == self.event_time or self.chance(0.7)]
        number = len(self.steps)
        made = [(f"s{number}_{place}", *random_computed(self.random, self.columns)) for place in range(2)]
        self.steps.append({"select": [column.name for column in kept] + [f"{text} AS {name}" for name, _, text in made]})
        self.columns = kept + [Column(name, kind) for name, kind, _ in made]

    # Several inputs

    def union(self, types):
        self.add_source("b", types, self.event_time if self.chance(0.9) else None)
        self.steps.append({"union": ["b"]})

    def join(self, static):
        types = random_columns(self.random, "b")
        self.add_source("b", types, None if static else "bt", static)
        kind = self.random.choice(["inner", "inner", "left", "leftsemi", "leftanti"] if static else
                                  ["inner", "inner", "inner", "left", "right", "full", "leftsemi"])
        # A full join of Spark pairs NULLs under = too: listed in docs/semantics.md.
        on = "k = bk" if kind != "full" and self.chance(0.8) else "k <=> bk"
        bounded = kind != "inner" or self.chance(0.8)
        if not static and not bounded:
            self.is_final_below = False
        if not static and bounded:
            on += self.random.choice([" AND bt BETWEEN t AND t + INTERVAL 10 SECONDS",
                                      " AND t >= bt - INTERVAL 5 SECONDS AND t <= bt + INTERVAL 5 SECONDS",
                                      " AND t = bt"])
        if kind == "inner" and self.chance(0.2):
            on += f" AND {random_condition(self.random, columns_of(types))}"
        self.steps.append({"join": {"with": "b", "type": kind, "on": on}})
        if kind not in ("leftsemi", "leftanti"):
            self.columns = self.columns + columns_of(types)
        if not static:
            self.num_stateful += 1
            self.modes = ["append", "update"] if kind == "inner" else ["append"]

    def join_of_windows(self):
        """Counts of both inputs by window, joined."""
        self.add_source("b", random_columns(self.random, "b"), "bt")
        size = self.random.choice(SIZES[:3])
        beside = {"counts_b": {"from": "b", "groupBy": [f"window(bt, {size}) AS wb", "bk"], "agg": ["count(*) AS b_rows"]}}
        self.steps.append({"groupBy": [f"window(t, {size}) AS w", "k"], "agg": ["count(*) AS a_rows"], "beside": beside})
        kind = self.random.choice(["inner", "left", "full"])
        self.steps.append({"join": {"with": "counts_b", "type": kind, "on": f"w = wb AND k {'<=>' if kind == 'full' else '='} bk"}})
        self.modes, self.num_stateful = ["append"], 2

    # State

    def deduplicate(self):
        self.num_stateful += 1
        keys = [column.name for column in self.keys()] or ["k" if self.has("k") else self.columns[0].name]
        if self.event_time and "b" not in self.sources and self.chance(0.4):
            self.steps.append({"dropDuplicatesWithinWatermark": keys})
        elif self.chance(0.15) and all(column.kind != "map" for column in self.columns):
            self.steps.append({"distinct": True})
        else:
            timed = [self.event_time] if self.event_time and ("b" in self.sources or self.chance(0.5)) else []
            self.steps.append({"dropDuplicates": keys + timed})
        if "b" in self.sources:
            self.keep_only_keys()

    def keep_only_keys(self):
        """Which of the rows of two inputs comes first is not said: what the rows have alike is compared."""
        if "dropDuplicates" not in self.steps[-1]:
            return
        self.columns = [column for column in self.columns if column.name in self.steps[-1]["dropDuplicates"]]
        self.steps.append({"select": [column.name for column in self.columns]})
        self.event_time = self.event_time if self.has(self.event_time) else None

    def has(self, name):
        return any(column.name == name for column in self.columns)

    def aggregate(self):
        keys = [column.name for column in self.keys()]
        time = self.event_time or ("t" if self.has("t") else None)
        final, session = False, False
        if time and self.chance(0.75):
            session = bool(keys) and self.chance(0.25)
            keys.insert(0, self.window(time, session))
            final = bool(self.event_time)
        elif self.event_time and self.chance(0.3):
            keys.append(self.event_time)
            final = True
        aggregates = [f"{random_aggregate(self.random, self.columns)} AS r{number}"
                      for number in range(self.random.randint(1, 3))]
        if self.event_time and self.num_stateful:
            aggregates.append(f"count({self.event_time}) AS times")  # or Spark forgets that rows may be late
        step = {"groupBy": keys, "agg": aggregates}
        if self.chance(0.2):
            step["having"] = "count(*) > 1"
        self.modes = self.modes_of_aggregate(final, session)
        self.steps.append(self.as_sql(step) if keys and not session and self.chance(0.2) else step)
        self.num_stateful += 1
        self.again(keys, final)

    def window(self, time, session):
        if not session:
            return f"window({time}, {self.random.choice(SIZES)})"
        gap = self.random.choice(["'5 seconds'", "'20 seconds'", "CASE WHEN k = 'a' THEN '2 seconds' ELSE '8 seconds' END"])
        return f"session_window({time}, {gap if self.has('k') else SIZES[0]})"

    def modes_of_aggregate(self, final, session):
        modes = (["append"] if final else []) + (["update"] if not session else [])
        if self.num_stateful:
            joined = any("join" in step and not self.sources["b"].get("static") for step in self.steps)
            return ["append"] if joined else modes
        return [*modes, "complete"]

    def as_sql(self, step):
        names = ", ".join(step["groupBy"] + step["agg"])
        having = f" HAVING {step['having']}" if "having" in step else ""
        return {"sql": f"SELECT {names} FROM <left> GROUP BY {', '.join(step['groupBy'])}{having}"}

    def again(self, keys, final):
        """Aggregates the windows, which only append mode allows."""
        if final and keys[0].startswith("window") and "agg" in self.steps[-1] and self.chance(0.15):
            outer = self.random.choice(["window(window, '1 minute')", "window(window_time(window), '30 seconds')", "window"])
            self.steps.append({"groupBy": [outer], "agg": ["count(*) AS windows", "max(r0) AS most"]})
            self.modes = ["append"]

    # The whole

    def inputs(self):
        types = random_columns(self.random, "")
        self.event_time = "t" if self.chance(0.8) else None
        self.columns = columns_of(types)
        self.add_source("a", types, self.event_time)
        kind = self.random.random()
        if kind < 0.12:
            self.union(types)
        elif kind < 0.24:
            self.join(static=True)
        elif kind < 0.42 and self.event_time:
            self.join(static=False)
        elif kind < 0.46 and self.event_time:
            self.join_of_windows()
            return
        for _ in range(self.random.randint(0, 2)):
            self.row_step()
        if self.chance(0.2) and not self.num_stateful:
            self.deduplicate()
        if self.is_final_below and self.chance(0.65):
            self.aggregate()

    def ending(self, mode):
        last = self.steps[-1] if self.steps else {}
        if mode == "complete" and "agg" in last and self.chance(0.3):
            self.steps.append({"orderBy": ["r0" + self.random.choice(["", " DESC"])]})
        elif mode == "append" and not self.num_stateful and "b" not in self.sources and self.chance(0.1):
            self.steps.append({"limit": self.random.randint(1, 8)})

    def topology(self):
        self.inputs()
        mode = self.random.choice(self.modes) if self.modes else "append"
        self.ending(mode)
        settings = {"ansi": self.chance(0.5), "timeZone": self.random.choice(ZONES),
                    "parallelism": self.random.choice([1, 1, 2, 3])}
        if "b" in self.sources and self.chance(0.2):
            settings["multipleWatermarkPolicy"] = "max"
        return Topology(self.sources, self.steps, mode, settings, self.files)


def random_topology(random):
    return Generator(random).topology()
