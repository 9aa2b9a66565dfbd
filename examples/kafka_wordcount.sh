#!/usr/bin/env bash
# Word count from topic to topic: starts a broker and the job, writes lines with kcat and shows what the
# job answers, until Ctrl-C.
# Usage: examples/kafka_wordcount.sh [TRIGGER]    ("continuous 100 ms"; 8 seconds by default)
# KAFKA=HOST:PORT uses a broker that runs already. Wants: tools/setup --kafka, and a build.
set -euo pipefail
cd "$(dirname "$0")/.."
trigger=${1:-processingTime 8 seconds}

command -v kcat >/dev/null || {
  echo "error: kcat is missing" >&2
  echo "fix: tools/setup --kafka" >&2
  exit 69
}
stop=:
if [ -z "${KAFKA:-}" ]; then
  KAFKA=$(tools/kafka start --owner $$)
  stop="tools/kafka stop"
  trap '$stop' EXIT
fi
export KAFKA
echo "broker: $KAFKA; every line that you type is counted" >&2

# Also makes the topics.
echo "the mill turns the river" | kcat -P -b "$KAFKA" -t wordcount-topic
kcat -L -b "$KAFKA" -t wordcount-result-topic >/dev/null

build/release/bin/millrace run examples/kafka_wordcount.yaml --progress off --trigger "$trigger" &
job=$!
kcat -C -q -u -b "$KAFKA" -t wordcount-result-topic -o end -f 'result: %s\n' &
reader=$!
trap 'kill "$job" "$reader" 2>/dev/null || true; wait; $stop' EXIT
while IFS= read -r line; do echo "$line" | kcat -P -b "$KAFKA" -t wordcount-topic; done
wait "$job"
