// Draws a plan as a graph and keeps it up to date. Used by every page.
"use strict";

const svgNamespace = "http://www.w3.org/2000/svg";
const nodeWidth = 190, nodeHeight = 90, gapX = 40, gapY = 18;

function svgElement(name, attributes, text) {
  const element = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The column of each node: one more than the furthest of its inputs; a source stands just before its reader. */
function columnsOf(plan) {
  const column = plan.nodes.map(() => 0);
  for (const node of plan.nodes)
    for (const edge of plan.edges)
      if (edge.to === node.id) column[node.id] = Math.max(column[node.id], column[edge.from] + 1);
  for (const node of plan.nodes) {
    if (plan.edges.some((edge) => edge.to === node.id)) continue;
    const readers = plan.edges.filter((edge) => edge.from === node.id).map((edge) => column[edge.to]);
    column[node.id] = Math.max(0, Math.min(...readers) - 1);
  }
  return column;
}

/** Places of nodes and which line each stands on: columns from left to right in as many lines as the page
    needs; on a narrow page one column a line. */
function placesOf(plan, columnsPerLine) {
  const column = columnsOf(plan), used = [], heights = [];
  for (const node of plan.nodes) {
    const line = Math.floor(column[node.id] / columnsPerLine);
    node.row = used[column[node.id]] = (used[column[node.id]] ?? -1) + 1;
    heights[line] = Math.max(heights[line] ?? 0, columnsPerLine === 1 ? 1 : node.row + 1);
  }
  const tops = [];
  heights.reduce((top, height, line) => (tops[line] = top) + height * (nodeHeight + gapY) + gapY, 4);
  return plan.nodes.map((node) => {
    const line = Math.floor(column[node.id] / columnsPerLine);
    const x = columnsPerLine === 1 ? node.row : column[node.id] % columnsPerLine;
    const y = columnsPerLine === 1 ? 0 : node.row;
    return {line, x: 4 + x * (nodeWidth + gapX), y: tops[line] + y * (nodeHeight + gapY)};
  });
}

function shortened(text, length) {
  return text.length > length ? text.slice(0, length - 1) + "…" : text;
}

class PlanGraph {
  constructor(svg, plan) {
    this.svg = svg;
    this.plan = plan;
    this.last = null;
    this.rates = new Map();
    this.draw();
    window.addEventListener("resize", () => this.draw());
  }

  draw() {
    const columnsPerLine = Math.max(1, Math.floor((this.svg.parentNode.clientWidth + gapX) / (nodeWidth + gapX)));
    if (columnsPerLine === this.columnsPerLine) return;
    this.columnsPerLine = columnsPerLine;
    const places = placesOf(this.plan, columnsPerLine);
    const width = 8 + Math.max(...places.map((p) => p.x)) + nodeWidth;
    const height = 8 + Math.max(...places.map((p) => p.y)) + nodeHeight;
    this.svg.replaceChildren();
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.style.maxWidth = `${width * 1.2}px`;
    for (const edge of this.plan.edges) this.drawEdge(places[edge.from], places[edge.to]);
    this.texts = this.plan.nodes.map((node) => this.drawNode(node, places[node.id]));
    if (this.last) this.show();
  }

  /** From side to side on a line, from bottom to top between lines. */
  drawEdge(from, to) {
    const isDown = from.line !== to.line;
    const [x1, y1, x2, y2] = isDown
      ? [from.x + nodeWidth / 2, from.y + nodeHeight, to.x + nodeWidth / 2, to.y]
      : [from.x + nodeWidth, from.y + nodeHeight / 2, to.x, to.y + nodeHeight / 2];
    const [bx, by] = isDown ? [0, 2 * gapY] : [gapX, 0];
    this.svg.append(svgElement("path", {
      d: `M${x1} ${y1} C${x1 + bx} ${y1 + by} ${x2 - bx} ${y2 - by} ${x2} ${y2}`}));
  }

  drawNode(node, place) {
    const group = svgElement("g", {transform: `translate(${place.x} ${place.y})`});
    const rate = svgElement("text", {x: 10, y: 46, class: "soft"}, "");
    const state = svgElement("text", {x: 10, y: 63, class: "soft"}, "");
    const watermark = svgElement("text", {x: 10, y: 79, class: "soft"}, "");
    const busy = svgElement("rect", {x: 0, y: nodeHeight - 4, width: 0, height: 4, class: "busy"});
    const title = svgElement("title", {}, `${node.name}: ${node.kind}\n${node.detail}`);
    group.append(title, svgElement("rect", {width: nodeWidth, height: nodeHeight, rx: 6}), busy,
                 svgElement("text", {x: 10, y: 24}, shortened(node.name, 24)), rate, state, watermark);
    this.svg.append(group);
    return {rate, state, watermark, busy, kind: node.kind};
  }

  /** Takes a state of `/api/state`; rates are those since the one before. */
  update(state) {
    const before = this.last;
    this.last = state;
    if (!before || state.time <= before.time) return;
    const seconds = (state.time - before.time) / 1000;
    state.nodes.forEach((node, i) => {
      const old = before.nodes[i];
      if (!old) return;
      this.rates.set(i, {in: (node.in - old.in) / seconds, out: (node.out - old.out) / seconds,
                         busy: Math.min(1, Math.max(0, (node.busyNs - old.busyNs) / 1e9 / seconds))});
    });
    this.show();
  }

  /** Writes the last state into the nodes. */
  show() {
    this.last.nodes.forEach((node, i) => {
      const rate = this.rates.get(i), text = this.texts[i];
      if (!rate || !text) return;
      const perSecond = node.in > 0 ? rate.in : rate.out;
      text.rate.textContent = `${text.kind} · ${compact(perSecond)}/s · busy ${percent(rate.busy)}`;
      text.state.textContent = stateText(node);
      text.watermark.textContent = node.watermarkMs ? `watermark ${watermarkText(node).slice(5)}` : "";
      text.busy.setAttribute("width", String(nodeWidth * rate.busy));
    });
  }
}

function stateText(node) {
  const parts = [`queue ${compact(node.queued)}`];
  if (node.stateRows > 0) parts.push(`state ${compact(node.stateRows)}, ${bytes(node.stateBytes)}`);
  return parts.join(" · ");
}

/** Event time up to which the node has told those below that all is there. */
function watermarkText(node) {
  return node.watermarkMs ? new Date(node.watermarkMs).toISOString().slice(0, 19).replace("T", " ") : "";
}

function compact(number) {
  if (number >= 1e6) return `${(number / 1e6).toFixed(1)}M`;
  if (number >= 1e4) return `${Math.round(number / 1e3)}k`;
  return Math.round(number).toLocaleString("en");
}

function bytes(count) {
  if (count >= 1 << 20) return `${(count / (1 << 20)).toFixed(1)} MiB`;
  return `${Math.round(count / 1024)} KiB`;
}

function percent(share) { return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`; }

function duration(ns) {
  return ns < 1e6 ? `${Math.round(ns / 1e3)} µs` : `${(ns / 1e6).toFixed(ns < 1e8 ? 2 : 0)} ms`;
}

/** Fills a table row by row with text; a cell is a text, or a number for the right side. */
function fillTable(body, rows) {
  body.replaceChildren(...rows.map((cells) => {
    const row = document.createElement("tr");
    for (const cell of cells) {
      const place = row.insertCell();
      if (cell instanceof Node) place.append(cell);
      else place.textContent = cell.text ?? cell;
      if (cell.isNumber) place.className = "number";
    }
    return row;
  }));
}

const number = (text) => ({text, isNumber: true});

function showTile(tiles, name, value, what) {
  let tile = tiles.querySelector(`[data-name="${name}"]`);
  if (!tile) {
    tile = document.createElement("div");
    tile.className = "tile";
    tile.dataset.name = name;
    tile.append(document.createElement("b"), document.createElement("span"));
    tiles.append(tile);
  }
  tile.firstChild.textContent = value;
  tile.lastChild.textContent = what;
}
