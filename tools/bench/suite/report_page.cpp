#include "tools/bench/suite/report.hpp"

namespace millrace::bench {

const char* report_page() {
  return R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Millrace benchmarks</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{font:15px/1.45 system-ui,sans-serif;max-width:1080px;margin:2rem auto;padding:0 1rem;color:#1c2733;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem}p.note{color:#5a6672}
table{border-collapse:collapse;width:100%;font-size:13px}td,th{padding:.25rem .5rem;border-bottom:1px solid #e2e7ec;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.yes{color:#18794e}.no{color:#c62a2f;font-weight:600}
.plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(480px,1fr));gap:1rem}
figure{margin:0;border:1px solid #e2e7ec;border-radius:6px;padding:.6rem}figcaption{font-weight:600;font-size:13px}
svg{width:100%;height:auto;font:11px system-ui,sans-serif}.key{font-size:12px}.key span{margin-right:1rem}
</style></head><body>
<h1>Millrace benchmarks</h1><p class="note" id="line"></p>
<h2>Figures against targets</h2><table id="figures"></table>
<h2>Not measured</h2><table id="missing"></table>
<h2>NEXMark</h2><p class="note">Million events per CPU second, all threads of the process, generator included.</p><div id="nexmark"></div>
<h2>Rate sweep</h2><p class="note">99th percentile against rate: the knee is where the curve leaves the floor's.</p><div class="plots" id="sweep"></div>
<h2>Percentiles</h2><p class="note">All slices together; the x axis stretches towards 1.</p><div class="plots" id="curves"></div>
<h2>Ratio to the floor</h2><p class="note">Engine over floor, slice by slice, at the median and at the 99th percentile.</p><div class="plots" id="ratios"></div>
<h2>Latency over time</h2><p class="note">99th percentile of each 100 ms, slices one after the other.</p><div class="plots" id="time"></div>
<h2>Slices</h2><p class="note">Dirty: something else kept engine or generator from running.</p><table id="slices"></table>
<script id="results" type="application/json">RESULTS</script>
<script>
const results = JSON.parse(document.getElementById('results').textContent);
const colours = ['#0b68cb', '#8a94a0', '#c2410c', '#0f766e', '#7c3aed'];
const text = v => String(v).replace(/[&<>]/g, c => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'}[c]));
const num = v => v == null ? '' : Math.abs(v) >= 100 ? v.toFixed(0) : Math.abs(v) >= 10 ? v.toFixed(1)
  : Math.abs(v) >= 0.01 || v === 0 ? v.toFixed(2) : v.toPrecision(2);
const byId = id => document.getElementById(id);
const place = s => `${s.job} ${s.transport}, ${s.rate}/s, ${s.idle}`;
byId('line').textContent = results.environment.line;

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

/** Lines [{name, points: [[x, y]]}] as an SVG; `x` and `y` map values to 0..1, `xTicks` are [value, label]. */
function plot(title, lines, xTicks, toX, xLabel, yLabel) {
  const all = lines.flatMap(l => l.points).filter(p => p[1] > 0);
  if (!all.length) return '';
  const low = Math.floor(Math.log10(Math.min(...all.map(p => p[1])))), high = Math.ceil(Math.log10(Math.max(...all.map(p => p[1])))) || 1;
  const W = 480, H = 250, L = 52, B = 30, T = 8, R = 8;
  const X = v => L + (W - L - R) * toX(v), Y = v => T + (H - T - B) * (1 - (Math.log10(v) - low) / Math.max(1, high - low));
  let s = `<svg viewBox="0 0 ${W} ${H}" role="img" aria-label="${text(title)}">`;
  for (let d = low; d <= high; d++) s += `<line x1="${L}" x2="${W - R}" y1="${Y(10 ** d)}" y2="${Y(10 ** d)}" stroke="#e2e7ec"/>` +
    `<text x="${L - 5}" y="${Y(10 ** d) + 4}" text-anchor="end" fill="#5a6672">${10 ** d >= 1e6 ? 10 ** (d - 6) + ' s' : 10 ** d >= 1000 ? 10 ** (d - 3) + ' ms' : 10 ** d + ' ' + yLabel}</text>`;
  for (const [v, label] of xTicks) s += `<text x="${X(v)}" y="${H - 14}" text-anchor="middle" fill="#5a6672">${label}</text>`;
  s += `<text x="${(L + W) / 2}" y="${H - 2}" text-anchor="middle" fill="#5a6672">${xLabel}</text>`;
  lines.forEach((l, i) => { const p = l.points.filter(q => q[1] > 0);
    s += `<polyline fill="none" stroke="${colours[i % 5]}" stroke-width="1.6" points="${p.map(q => X(q[0]).toFixed(1) + ',' + Y(q[1]).toFixed(1)).join(' ')}"/>`; });
  return `<figure><figcaption>${text(title)}</figcaption>${s}</svg><div class="key">` +
    lines.map((l, i) => `<span style="color:${colours[i % 5]}">&#9632; ${text(l.name)}</span>`).join('') + '</div></figure>';
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
byId('sweep').innerHTML = Object.entries(sweeps).filter(([, by]) => Object.values(by).some(l => l.length > 2)).map(([name, by]) => {
  const rates = Object.values(by).flat().map(s => s.rate), a = Math.log10(Math.min(...rates)), b = Math.log10(Math.max(...rates));
  return plot(name, Object.entries(by).map(([system, list]) => ({name: system, points: list.sort((p, q) => p.rate - q.rate)
    .map(s => [s.rate, s.latency_us[2][1]])})), [...new Set(rates)].map(r => [r, r >= 1000 ? r / 1000 + 'k' : r]),
    v => (Math.log10(v) - a) / (b - a || 1), 'records a second', 'us'); }).join('') || 'none';

function bars(rows, unit) {
  if (!rows.length) return 'none';
  const most = Math.max(...rows.map(r => Math.max(r.value, r.limit ?? 0))), H = 20 * rows.length + 10;
  return `<svg viewBox="0 0 900 ${H}" role="img">` + rows.map((r, i) => { const y = i * 20 + 4, w = 560 * r.value / most;
    return `<text x="0" y="${y + 12}">${text(r.name)}</text><rect x="230" y="${y}" width="${w}" height="14" fill="${r.reached === false ? '#c2410c' : '#0b68cb'}"/>` +
      (r.limit ? `<line x1="${230 + 560 * r.limit / most}" x2="${230 + 560 * r.limit / most}" y1="${y - 2}" y2="${y + 16}" stroke="#1c2733" stroke-width="2"/>` : '') +
      `<text x="${236 + Math.max(w, r.limit ? 560 * r.limit / most : 0)}" y="${y + 12}">${num(r.value)} ${unit}${r.target ? ' (' + text(r.target) + ')' : ''}</text>`; }).join('') + '</svg>';
}
const limit = f => f.target ? parseFloat(f.target.replace(/[^0-9.]/g, '')) : null;
byId('nexmark').innerHTML = bars(results.figures.filter(f => f.unit === 'million events per CPU second')
  .map(f => ({name: `${f.job} ${f.name}`, value: f.value, limit: limit(f), reached: f.reached, target: f.target})), 'M');
byId('ratios').innerHTML = `<figure style="grid-column:1/-1">` + bars(results.figures.filter(f => f.name.endsWith('to floor'))
  .map(f => ({name: `${f.job} ${f.name}`, value: f.value, limit: limit(f), reached: f.reached, target: f.target})), 'x') + '</figure>';

table('slices', ['job', 'system', 'slice', 'p50 us', 'p99 us', 'p99.9 us', 'generator late p99 us', 'CPU s per million', 'run delay %', 'steal %',
  'largest gap us', 'waits', 'preemptions', 'RSS MiB', 'came back', ''], results.series.flatMap(s => s.slices.map((x, i) =>
  [place(s), s.system, i + 1, x.latency_us[0][1], x.latency_us[2][1], x.latency_us[3][1], x.lateness_us[2][1], x.cpu_seconds_per_million,
   x.run_delay_share * 100, x.steal_share * 100, x.largest_gap_us, x.waits, x.preemptions, x.resident_kib / 1024, x.returned,
   {html: x.dirty ? '<td class="no">dirty</td>' : '<td></td>'}])));
</script></body></html>
)page";
}

}  // namespace millrace::bench
