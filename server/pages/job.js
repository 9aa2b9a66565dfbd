// The page of one job: its graph, its nodes, its epochs.
"use strict";

const byId = (id) => document.getElementById(id);

function showNodes(graph, state) {
  fillTable(byId("nodes"), state.nodes.map((node, i) => {
    const rate = graph.rates.get(i) ?? {in: 0, out: 0, busy: 0};
    return [graph.plan.nodes[i].name, graph.plan.nodes[i].kind, number(compact(rate.in)),
            number(compact(rate.out)), number(percent(rate.busy)), number(compact(node.stateRows)),
            number(bytes(node.stateBytes)), number(compact(node.queued)), number(compact(node.dropped)),
            watermarkText(node)];
  }));
}

async function showEpochs() {
  const epochs = await (await fetch("/api/progress")).json();
  fillTable(byId("epochs"), epochs.slice(-12).reverse().map((epoch) => [
    String(epoch.batchId), number(compact(epoch.numInputRows)), number(`${epoch.batchDuration ?? 0} ms`),
    epoch.eventTime?.watermark ?? ""]));
}

function showState(graph, state) {
  graph.update(state);
  showNodes(graph, state);
  const tiles = byId("tiles");
  showTile(tiles, "epoch", compact(state.epoch), "epochs complete");
  showTile(tiles, "duration", `${state.epochMs} ms`, "last epoch");
  showTile(tiles, "p50", duration(state.latency.p50), "latency p50, source to sink");
  showTile(tiles, "p99", duration(state.latency.p99), "latency p99");
  byId("state").textContent = "running";
  byId("state").className = "state good";
}

async function runSql(event) {
  event.preventDefault();
  const answer = await (await fetch("/api/sql?q=" + encodeURIComponent(byId("sql").value))).json();
  if (answer.error) return fillTable(byId("sql-rows"), [[answer.error]]);
  const names = answer.length > 0 ? Object.keys(answer[0]) : ["no rows"];
  fillTable(byId("sql-rows"), [names, ...answer.map((row) => names.map((n) => JSON.stringify(row[n] ?? null)))]);
}

async function start() {
  const plan = await (await fetch("/api/plan")).json();
  document.title = byId("name").textContent = plan.name;
  byId("sql-card").hidden = !plan.hasSql;
  byId("sql-form").addEventListener("submit", runSql);
  const graph = new PlanGraph(byId("graph"), plan);
  const events = new EventSource("/api/events");
  events.onmessage = (event) => showState(graph, JSON.parse(event.data));
  events.onerror = () => {
    byId("state").textContent = "no connection";
    byId("state").className = "state bad";
  };
  setInterval(showEpochs, 1000);
}

start();
