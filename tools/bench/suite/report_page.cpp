#include "tools/bench/suite/report.hpp"

namespace millrace::bench {

const char* report_page() {
  return R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Millrace benchmarks</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root{color-scheme:light dark;--ink:#1c2733;--soft:#5a6672;--line:#e2e7ec;--paper:#fff;--good:#18794e;--bad:#c62a2f;
--c0:#6b7683;--c1:#0b68cb;--c2:#c2410c;--c3:#e08a3c;--c4:#0f766e;--c5:#4bb3a5;--c6:#7c3aed;--c7:#b18cf0}
@media(prefers-color-scheme:dark){:root{--ink:#e4eaf0;--soft:#9aa7b4;--line:#2b3640;--paper:#11171c;--good:#4cc38a;--bad:#ff7a76;
--c0:#8a97a5;--c1:#5aa9f8;--c2:#ff8b5c;--c3:#f3b477;--c4:#3fc1b0;--c5:#8fdccf;--c6:#a98bff;--c7:#cdb9ff}}
body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}p.note{color:var(--soft)}.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.yes{color:var(--good)}.no{color:var(--bad);font-weight:600}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(480px,100%),1fr));gap:1rem}
figure{margin:0;border:1px solid var(--line);border-radius:6px;padding:.6rem}figcaption{font-weight:600;font-size:13px}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--soft)}svg .grid{stroke:var(--line)}svg .limit{stroke:var(--ink);stroke-width:2}
.key{font-size:12px}.key span{margin-right:1rem}
</style></head><body>
<h1>Millrace benchmarks</h1><p class="note" id="line"></p>
<p class="note" id="state"></p>
<h2>Figures against targets</h2><p class="note">Medians of the slices; low and high are their quartiles.</p><div class="wide"><table id="figures"></table></div>
<h2>Not measured</h2><table id="missing"></table>
<h2>NEXMark</h2><p class="note">Million events per CPU second, all threads of the process, generator included. The line is the target.</p><div id="nexmark"></div>
<h2>Other engines</h2><p class="note">How many times as long a peer takes as Millrace in the same run; for NEXMark the share of Flink SQL's processor time that Millrace takes.</p><div id="peers"></div>
<h2>Ratio to the floor</h2><p class="note">Engine over floor, slice by slice, at the median and at the 99th percentile. The line is the target; bars end at 4.</p><div id="ratios"></div>
<h2>Rate sweep</h2><p class="note">99th percentile against rate. The knee, ringed, is the first rate at which the engine's is over twice the floor's or records did not come back.</p><div class="plots" id="sweep"></div>
<h2>Percentiles</h2><p class="note">All slices together; the x axis stretches towards 1.</p><div class="plots" id="curves"></div>
<h2>Latency over time</h2><p class="note">99th percentile of each 100 ms, slices one after the other.</p><div class="plots" id="time"></div>
<h2>Slices</h2><p class="note">Dirty: something else kept engine or generator from running. Waits and preemptions are context switches of the system under test.</p><div class="wide"><table id="slices"></table></div>
<script id="results" type="application/json">RESULTS</script>
<script>
const results = JSON.parse(document.getElementById('results').textContent);
const colour = i => `var(--c${i % 8})`;
const text = v => String(v).replace(/[&<>]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'}[c]));
const num = v => v == null ? '' : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1)
  : Math.abs(v) >= 0.01 || v === 0 ? v.toFixed(2) : v.toPrecision(2);
const byId = id => document.getElementById(id);
const place = s => `${s.job} ${s.transport}, ${s.rate}/s, ${s.idle}`;
byId('line').textContent = `${results.environment.date}, ${results.environment.line}`;
const targets = results.figures.filter(f => f.reached != null), slices = results.series.flatMap(s => s.slices);
byId('state').textContent = `${targets.filter(f => f.reached).length} of ${targets.length} targets are met; ` +
  `${slices.filter(s => s.dirty).length} of ${slices.length} slices were dirty.`;

function table(id, head, rows) {
  if (!rows.length) { byId(id).innerHTML = '<tr><td>none</td></tr>'; return; }
  byId(id).innerHTML = '<tr>' + head.map(h => `<th>${h}</th>`).join('') + '</tr>' +
    rows.map(r => '<tr>' + r.map(c => c && c.html ? c.html : typeof c === 'number' ? `<td class="n">${num(c)}</td>`
      : `<td>${text(c)}</td>`).join('') + '</tr>').join('');
}
table('figures', ['job', 'figure', 'median', 'unit', 'low', 'high', 'floor, us', 'target', ''], results.figures.map(f =>
  [f.job, f.name, f.value, f.unit, f.low, f.high, f.floor_us ?? '', f.target,
   {html: f.reached == null ? '<td></td>' : f.reached ? '<td class="yes">met</td>' : '<td class="no">missed</td>'}]));
table('missing', ['job', 'why'], results.missing.map(m => [m.job, m.reason]));

/** Lines [{name, points: [[x, y]], knee: [x, y]}] as an SVG; `toX` maps x to 0..1, y is logarithmic, `xTicks` are [value, label]. */
function plot(title, lines, xTicks, toX, xLabel, yLabel) {
  const all = lines.flatMap(l => l.points).filter(p => p[1] > 0);
  if (!all.length) return '';
  const low = Math.floor(Math.log10(Math.min(...all.map(p => p[1])))), high = Math.ceil(Math.log10(Math.max(...all.map(p => p[1])))) || 1;
  const W = 480, H = 250, L = 52, B = 30, T = 8, R = 18;
  const X = v => L + (W - L - R) * toX(v), Y = v => T + (H - T - B) * (1 - (Math.log10(v) - low) / Math.max(1, high - low));
  let s = `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="${text(title)}">`;
  for (let d = low; d <= high; d++) s += `<line x1="${L}" x2="${W - R}" y1="${Y(10 ** d)}" y2="${Y(10 ** d)}" class="grid"/>` +
    `<text x="${L - 5}" y="${Y(10 ** d) + 4}" text-anchor="end">${10 ** d >= 1e6 ? 10 ** (d - 6) + ' s' : 10 ** d >= 1000 ? 10 ** (d - 3) + ' ms' : 10 ** d + ' ' + yLabel}</text>`;
  for (const [v, label] of xTicks) s += `<text x="${X(v)}" y="${H - 14}" text-anchor="middle">${label}</text>`;
  s += `<text x="${(L + W) / 2}" y="${H - 2}" text-anchor="middle">${xLabel}</text>`;
  lines.forEach((l, i) => { const p = l.points.filter(q => q[1] > 0);
    s += `<polyline fill="none" style="stroke:${colour(i)}" stroke-width="1.6" points="${p.map(q => X(q[0]).toFixed(1) + ',' + Y(q[1]).toFixed(1)).join(' ')}"/>`;
    if (l.knee?.[1] > 0) s += `<circle cx="${X(l.knee[0])}" cy="${Y(l.knee[1])}" r="5" fill="none" stroke-width="2" style="stroke:var(--bad)"/>`; });
  return `<figure><figcaption>${text(title)}</figcaption>${s}</svg><div class="key">` +
    lines.map((l, i) => `<span style="color:${colour(i)}">&#9632; ${text(l.name)}${l.note ? ' (' + text(l.note) + ')' : ''}</span>`).join('') + '</div></figure>';
}
const groups = {};
for (const s of results.series) (groups[place(s)] ??= []).push(s);

function curve(series) {
  const total = series.histogram_ns.reduce((n, b) => n + b[1], 0);
  let seen = 0;
  return series.histogram_ns.map(([ns, count]) => [Math.min((seen += count) / total, 1 - 0.5 / total), ns / 1000]);
}
const nines = v => Math.min(1, Math.log10(1 / (1 - v)) / 6);
byId('curves').innerHTML = Object.entries(groups).map(([name, list]) => plot(name,
  list.map(s => ({name: s.system, points: curve(s)})), [[0, '0'], [0.9, '90 %'], [0.99, '99 %'], [0.999, '99.9 %'], [0.9999, '99.99 %']],
  nines, 'percentile', 'us')).join('');

byId('time').innerHTML = Object.entries(groups).map(([name, list]) => {
  let end = 1;
  const lines = list.map(s => { let offset = 0; const points = [];
    for (const slice of s.slices) { slice.moments.forEach(m => points.push([offset + m[0], m[2]])); offset += (slice.moments.at(-1)?.[0] ?? 0) + 0.1; }
    end = Math.max(end, offset); return {name: s.system, points}; });
  return plot(name, lines, [[0, '0'], [end / 2, num(end / 2)], [end, num(end)]], v => v / end, 'seconds that count', 'us');
}).join('');

const sweeps = {};
for (const s of results.series) if (s.transport === 'TCP') ((sweeps[`${s.job} TCP, ${s.idle}`] ??= {})[s.system] ??= []).push(s);
const p99 = s => s.latency_us[2][1];
const count = r => r >= 1e6 ? r / 1e6 + 'M' : r >= 1000 ? r / 1000 + 'k' : r;
function kneeOf(engine, floor) {
  return engine.find(s => { const bare = floor?.find(f => f.rate === s.rate);
    return s.slices.some(x => !x.complete) || (bare && p99(s) > 2 * p99(bare)); });
}
function sweepLine(system, list, floor) {
  const line = {name: system, points: list.map(s => [s.rate, p99(s)])};
  if (system !== 'engine') return line;
  const knee = kneeOf(list, floor);
  return knee ? {...line, knee: [knee.rate, p99(knee)], note: `knee at ${count(knee.rate)}/s`} : {...line, note: `no knee up to ${count(list.at(-1).rate)}/s`};
}
byId('sweep').innerHTML = Object.entries(sweeps).filter(([, by]) => Object.values(by).some(l => l.length > 2)).map(([name, by]) => {
  Object.values(by).forEach(list => list.sort((p, q) => p.rate - q.rate));
  const rates = Object.values(by).flat().map(s => s.rate), a = Math.log10(Math.min(...rates)), b = Math.log10(Math.max(...rates));
  return plot(name, Object.entries(by).map(([system, list]) => sweepLine(system, list, by.floor)), [...new Set(rates)].map(r => [r, count(r)]),
    v => (Math.log10(v) - a) / (b - a || 1), 'records a second', 'us'); }).join('') || 'none';

/** Bars from 0 to the longest, but none beyond `cap`: numbers stand beside them. */
function bars(rows, unit, cap = Infinity) {
  if (!rows.length) return 'none';
  const most = Math.min(cap, Math.max(...rows.map(r => Math.max(r.value, r.limit ?? 0)))), H = 20 * rows.length + 10;
  return `<figure><svg viewBox="0 0 900 ${H}" role="img">` + rows.map((r, i) => { const y = i * 20 + 4, w = 440 * Math.min(r.value, most) / most;
    return `<text x="0" y="${y + 12}">${text(r.name)}</text><rect x="330" y="${y}" width="${w}" height="14" style="fill:var(${r.reached === false ? '--c2' : '--c1'})"/>` +
      (r.limit ? `<line x1="${330 + 440 * r.limit / most}" x2="${330 + 440 * r.limit / most}" y1="${y - 2}" y2="${y + 16}" class="limit"/>` : '') +
      `<text x="${336 + Math.max(w, r.limit ? 440 * r.limit / most : 0)}" y="${y + 12}">${num(r.value)} ${unit}${r.target ? ' (' + text(r.target) + ')' : ''}</text>`; }).join('') + '</svg></figure>';
}
const limit = f => f.target ? parseFloat(f.target.replace(/[^0-9.]/g, '')) : null;
const bar = f => ({name: `${f.job} ${f.name}`, value: f.value, limit: limit(f), reached: f.reached, target: f.target});
byId('nexmark').innerHTML = bars(results.figures.filter(f => f.unit === 'million events per CPU second').map(bar), 'M');
byId('peers').innerHTML = bars(results.figures.filter(f => / to (Millrace|Flink SQL)$/.test(f.name)).map(bar), 'x');
byId('ratios').innerHTML = bars(results.figures.filter(f => f.name.endsWith('to floor')).map(bar), 'x', 4);

table('slices', ['job', 'system', 'slice', 'p50 us', 'p99 us', 'p99.9 us', 'generator late p99 us', 'CPU s per million', 'run delay %', 'steal %',
  'largest gap us', 'waits', 'preemptions', 'RSS MiB', 'allocations a record', 'came back', ''], results.series.flatMap(s => s.slices.map((x, i) =>
  [place(s), s.system, i + 1, x.latency_us[0][1], x.latency_us[2][1], x.latency_us[3][1], x.lateness_us[2][1], x.cpu_seconds_per_million,
   x.run_delay_share * 100, x.steal_share * 100, x.largest_gap_us, x.waits, x.preemptions, x.resident_kib / 1024, x.allocations_per_record ?? '', x.returned,
   {html: x.dirty ? '<td class="no">dirty</td>' : '<td></td>'}])));
</script></body></html>
)page";
}

}  // namespace millrace::bench
