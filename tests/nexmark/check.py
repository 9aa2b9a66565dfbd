#!/usr/bin/env python3
"""Runs a NEXMark query and compares its output with the same query computed here, in plain Python.

check.py --millrace PROGRAM --queries FOLDER [--events N] QUERY ...

The events come from the engine's own source, written to files; everything after that is independent. Prints
counts and checksums. Exit code 77 when the engine says that the query is not possible, as `reference.NOT_YET` expects.
"""
import argparse
import glob
import json
import os
import subprocess
import sys
import tempfile
import zlib
from decimal import Decimal
from urllib.parse import unquote

import reference

KINDS = ("person", "auction", "bid")
SKIPPED = 77
RATE = 100  # events in a second of event time: windows of 10 s have some, and many of them end


def dump_topology(folder):
    lines = ["name: dump", "sources:"]
    for kind in KINDS:
        lines.append(f"  {kind}: {{type: nexmark, kind: {kind}, events: \"${{NEXMARK_EVENTS}}\", "
                     "eventsPerSecond: \"${NEXMARK_RATE}\"}")
    lines.append("sinks:")
    for kind in KINDS:
        lines.append(f"  {kind}s: {{from: {kind}, type: json, path: {folder}/{kind}}}")
    lines.append("trigger: availableNow")
    return "\n".join(lines) + "\n"


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=250)
    if done.returncode != 0:
        sys.exit(f"failed: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def read_json_files(pattern):
    rows = []
    for name in sorted(glob.glob(pattern)):
        with open(name, encoding="utf-8") as file:
            rows += [json.loads(line, parse_float=Decimal) for line in file]
    return rows


def read_events(millrace, folder):
    topology = os.path.join(folder, "dump.yaml")
    with open(topology, "w", encoding="utf-8") as file:
        file.write(dump_topology(folder))
    run([millrace, "run", topology, "--progress", "off", "--log-level", "error",
         "--checkpoint", os.path.join(folder, "dump.state")])
    events = {kind: read_json_files(f"{folder}/{kind}/part-*") for kind in KINDS}
    for rows in events.values():
        rows.sort(key=lambda row: row["dateTime"])  # stable: files keep the order of events
    return events


def console_rows(output):
    rows = []
    for line in output.splitlines():
        rows += json.loads(line, parse_float=Decimal)["rows"]
    return rows


def engine_rows(millrace, file, query, folder):
    command = [millrace, "run", file, "--progress", "off", "--log-level", "error"]
    if query == "q10":
        run(command)
        return [dict(row, **dict(part.split("=") for part in unquote(name).split("/") if "=" in part))
                for name in glob.glob(f"{folder}/bids/**/part-*", recursive=True)
                for row in read_json_files(glob.escape(name))]
    return console_rows(run(command + ["--set", "sinks.out.type=console",
                                       "--set", "sinks.out.format=json"]))


def canonical(value):
    if isinstance(value, dict):
        return {name: canonical(part) for name, part in sorted(value.items()) if part is not None}
    if isinstance(value, (Decimal, float)):
        return f"{float(value):.9g}" if value != int(value) else int(value)
    return value


def texts_of(rows):
    return sorted(json.dumps(canonical(row), sort_keys=True) for row in rows)


def checksum(texts):
    return sum(zlib.crc32(text.encode()) for text in texts) & 0xFFFFFFFFFFFFFFFF


def latest(rows, keys):
    """The last row of each key: what an update stream has come to."""
    return list({tuple(row[key] for key in keys): row for row in rows}.values())


def check(millrace, file, query, events, folder):
    rows = engine_rows(millrace, file, query, folder)
    name = query.removesuffix("_numeric")
    keys = reference.UPDATE_KEYS.get(name)
    if keys:
        rows = latest(rows, keys)
    if name == "q12":
        rows = reference.total_bids(rows)
    if name == "q6":
        expected = reference.q6(events, [row["id"] for row in rows])
    else:
        expected = getattr(reference, name)(events)
    if query.endswith("_numeric"):
        expected = reference.numeric(query, expected, events)
    got, wanted = texts_of(rows), texts_of(expected)
    print(f"{query}: {len(got)} rows, checksum {checksum(got):x}; "
          f"reference {len(wanted)} rows, checksum {checksum(wanted):x}")
    if not wanted:
        sys.exit(f"{query}: the reference has no rows, so nothing is checked")
    if got == wanted:
        return
    missing, extra = set(wanted) - set(got), set(got) - set(wanted)
    for text in sorted(missing)[:3]:
        print("  missing:", text)
    for text in sorted(extra)[:3]:
        print("  not expected:", text)
    sys.exit(f"{query}: output differs from the reference")


def refusal(millrace, file):
    done = subprocess.run([millrace, "validate", file], capture_output=True, text=True, timeout=60)
    return None if done.returncode == 0 else done.stderr.splitlines()[0]


def is_refused(millrace, file, query):
    """As expected; a refusal for another reason is a failure."""
    said = refusal(millrace, file)
    if said is None:
        return False
    if reference.NOT_YET.get(query) is None or reference.NOT_YET[query] not in said:
        sys.exit(f"{query} is refused: {said}")
    print(f"{query}: not possible yet: {said}")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--millrace", required=True)
    parser.add_argument("--queries", required=True)
    parser.add_argument("--events", type=int, default=20000)
    parser.add_argument("query", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/side")
        with open(f"{folder}/side/side.csv", "w", encoding="utf-8") as file:
            file.write("key,value\n" + "".join(f"{i},{i}\n" for i in range(10000)))
        os.environ.update(NEXMARK_EVENTS=str(arguments.events), NEXMARK_RATE=str(RATE),
                          NEXMARK_SIDE=f"{folder}/side", NEXMARK_OUT=f"{folder}/bids")
        events = read_events(arguments.millrace, folder)
        for query in arguments.query:
            file = os.path.join(arguments.queries, query + ".yaml")
            if not is_refused(arguments.millrace, file, query):
                check(arguments.millrace, file, query, events, folder)
            elif len(arguments.query) == 1:
                sys.exit(SKIPPED)


main()
