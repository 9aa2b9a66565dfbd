// The page of the fraud demo. All it shows comes as text from the demo's server; nothing is set as HTML.
"use strict";

const byId = (id) => document.getElementById(id);
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
const money = (cents) => Math.round(cents / 100).toLocaleString("en");
let graph = null, chart = null, lastLog = 0, lastMode = "", isSliding = false;

async function act(what, body = {}) {
  await fetch(`/api/demo/${what}`, {
    method: "POST",
    headers: {"Content-Type": "application/json", Authorization: `Bearer ${token}`},
    body: JSON.stringify(body)});
}

function showTiles(load) {
  const seen = load.detection, tiles = byId("tiles");
  const caught = seen.frauds === 0 ? 0 : seen.caught / seen.frauds;
  const alerts = seen.caught + seen.falseAlarms;
  showTile(tiles, "rate", `${compact(load.rate)}/s`, "decisions");
  showTile(tiles, "p50", duration(load.recent.p50), "p50, half are faster");
  showTile(tiles, "p99", duration(load.recent.p99), "p99");
  showTile(tiles, "recall", percent(caught), `of frauds caught (recall): ${compact(seen.caught)} of ${compact(seen.frauds)}`);
  showTile(tiles, "precision", percent(alerts === 0 ? 0 : seen.caught / alerts), `of alerts are fraud (precision): ${compact(seen.falseAlarms)} false alarms`);
  showTile(tiles, "saved", money(seen.savedCents), `saved of ${money(seen.savedCents + seen.lostCents)}`);
  showTile(tiles, "waiting", compact(load.waiting), "payments wait for a decision");
}

function whyButton(decision) {
  if (decision.decision === "approve") return "";
  const button = document.createElement("button");
  button.className = "small why";
  button.textContent = "Why?";
  button.setAttribute("aria-label", `Why was payment ${decision.id} not approved?`);
  button.addEventListener("click", () => showWhy(decision.id));
  return button;
}

function word(text, kind) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

function showDecisions(decisions) {
  // A row under the pointer or the keyboard must not move away.
  if (byId("decisions").matches(":hover, :focus-within")) return;
  const kinds = {approve: "good", challenge: "warn", decline: "bad"};
  fillTable(byId("decisions"), decisions.map((d) => [
    String(d.card), d.scenario === "none" ? word("honest", "soft") : d.scenario,
    number((d.cents / 100).toFixed(2)), number((d.score ?? 0).toFixed(3)),
    word(d.decision, kinds[d.decision] ?? ""), whyButton(d)]));
}

function showLog(entries) {
  for (const entry of entries) {
    if (entry.number <= lastLog) continue;
    lastLog = entry.number;
    const item = document.createElement("li");
    item.textContent = entry.text;
    byId("log").prepend(item);
  }
}

/** As its button calls it. */
function modeName(mode) {
  const button = [...document.querySelectorAll("input[name=mode]")].find((radio) => radio.value === mode);
  return button?.parentElement.textContent.trim() ?? mode;
}

function showModes(modes) {
  fillTable(byId("modes"), modes.filter((m) => m.p50 > 0).map((m) => [
    modeName(m.name), number(duration(m.p50)), number(duration(m.p99)), number(duration(m.p999))]));
}

function showState(event) {
  const load = event.load;
  byId("state").textContent = load.connected ? "running" : "the engine is down";
  byId("state").className = `state ${load.connected ? "good" : "bad"}`;
  byId("kill").disabled = !load.connected;
  showTiles(load);
  chart.add(event.time, load.recent);
  showDecisions(event.decisions);
  showModes(event.modes);
  showLog(event.log);
  fillTable(byId("scenarios"), load.detection.byScenario.map((s) => [s.name, number(compact(s.caught)), number(compact(s.frauds))]));
  if (!isSliding) showRate(event.targetRate);
  if (event.mode !== lastMode) showMode(event.mode);
  if (event.engine) {
    graph?.update(event.engine);
    byId("epoch").textContent = `Epoch ${compact(event.engine.epoch)}, the last one took ${event.engine.epochMs} ms from its start to its durable commit.`;
  }
}

function showMode(mode) {
  lastMode = mode;
  for (const radio of document.querySelectorAll("input[name=mode]")) radio.checked = radio.value === mode;
}

function showRate(rate) {
  byId("rate").value = String(Math.log10(rate));
  byId("rate-text").textContent = `${compact(rate)}/s`;
}

function factsTable(alert) {
  const table = document.createElement("table");
  const hidden = new Set(["contributions", "reasons", "decision", "score", "id"]);
  fillTable(table.createTBody(), Object.entries(alert).filter(([name, value]) => !hidden.has(name) && value !== null)
    .map(([name, value]) => [name.replaceAll("_", " "), number(typeof value === "number" ? String(Math.round(value * 100) / 100) : String(value))]));
  return table;
}

/** A bar of up to `rem` wide. */
function bar(share, rem, kind) {
  const span = document.createElement("span");
  span.className = kind;
  span.style.width = `${share * rem}rem`;
  return span;
}

function contributionsTable(contributions) {
  const entries = Object.entries(contributions).sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])).slice(0, 8);
  const largest = Math.max(...entries.map(([, value]) => Math.abs(value)), 1e-9);
  const table = document.createElement("table");
  fillTable(table.createTBody(), entries.map(([name, value]) => [
    name.replaceAll("_", " "), number(value.toFixed(2)),
    bar(Math.abs(value) / largest, 10, value > 0 ? "bar" : "bar honest")]));
  return table;
}

function heading(text) {
  const element = document.createElement("h2");
  element.textContent = text;
  return element;
}

async function showWhy(id) {
  const answer = await fetch(`/api/demo/why?id=${id}`);
  const alert = await answer.json(), text = byId("why-text");
  if (!answer.ok) {
    text.replaceChildren(alert.error);
  } else {
    const reasons = document.createElement("ul");
    reasons.append(...(alert.reasons ?? []).map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }));
    byId("why-title").textContent = `Payment ${alert.id}: ${alert.decision}, score ${alert.score ?? "none"}`;
    text.replaceChildren(heading("Rules"), alert.reasons?.length ? reasons : "no rule; the model alone",
                         ...(alert.contributions ? [heading("What moved the model (log-odds)"), contributionsTable(alert.contributions)] : []),
                         heading("Features"), factsTable(alert));
  }
  byId("why").showModal();
}

async function showEpochs() {
  const answer = await fetch("/api/progress");
  if (!answer.ok) return;
  const epochs = (await answer.json()).slice(-6).reverse();
  const took = (epoch) => epoch.batchDuration ?? 0, longest = Math.max(...epochs.map(took), 1);
  fillTable(byId("epochs"), epochs.map((epoch) => [
    compact(epoch.batchId), number(compact(epoch.numInputRows)), number(`${took(epoch)} ms`),
    bar(took(epoch) / longest, 5, "bar honest")]));
}

async function drawGraph() {
  const answer = await fetch("/api/plan");
  if (!answer.ok) return setTimeout(drawGraph, 1000);
  graph = new PlanGraph(byId("graph"), await answer.json());
}

function start() {
  chart = new LatencyChart(byId("chart"));
  byId("kill").addEventListener("click", () => act("kill"));
  byId("rate").addEventListener("input", () => {
    isSliding = true;
    byId("rate-text").textContent = `${compact(10 ** byId("rate").value)}/s`;
  });
  byId("rate").addEventListener("change", async () => {
    await act("rate", {rate: Math.round(10 ** byId("rate").value)});
    isSliding = false;
  });
  for (const radio of document.querySelectorAll("input[name=mode]"))
    radio.addEventListener("change", () => act("mode", {mode: radio.value}));
  drawGraph();
  setInterval(showEpochs, 1000);
  const events = new EventSource("/api/demo/events");
  events.onmessage = (event) => showState(JSON.parse(event.data));
  events.onerror = () => {
    byId("state").textContent = "the demo has ended";
    byId("state").className = "state bad";
  };
}

start();
