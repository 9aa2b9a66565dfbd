"""The files of a topology that is compared, and what its console prints."""

import json
import os


def write_inputs(topology, files, folder):
    """Writes the rows of each source below `folder`, and the topology itself, JSON being YAML too."""
    for name, batches in files.items():
        topology["sources"][name]["path"] = str(folder / name)
        (folder / name).mkdir()
        for number, rows in enumerate(batches):
            file = folder / name / f"{number}.json"
            file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
            os.utime(file, (1_700_000_000 + number,) * 2)  # both take the oldest first
    file = folder / "topology.yaml"
    file.write_text(json.dumps(topology, ensure_ascii=False, indent=1))
    return file


def batches_of(output):
    """Rows by batch: a sorted list of texts, as the rows of a batch have no order."""
    batches = {}
    for line in output.splitlines():
        if line.startswith('{"batchId"'):
            batch = json.loads(line)
            batches[str(batch["batchId"])] = sorted(json.dumps(row, sort_keys=True) for row in batch["rows"])
    return batches
