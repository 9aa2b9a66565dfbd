// The chart of latencies: the last minute, logarithmic, with a line at the limit.
"use strict";

const chartSeconds = 60, lowestNs = 1e4, highestNs = 1e9, limitNs = 1e7;

class LatencyChart {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = [];
  }

  add(time, quantiles) {
    this.points.push({time, ...quantiles});
    while (this.points.length > 0 && this.points[0].time < time - chartSeconds * 1000) this.points.shift();
    this.draw();
  }

  y(ns) {
    const share = Math.log(Math.max(ns, lowestNs) / lowestNs) / Math.log(highestNs / lowestNs);
    return this.height - 22 - Math.min(share, 1) * (this.height - 34);
  }

  x(time) {
    const now = this.points[this.points.length - 1].time;
    return this.width - 12 - ((now - time) / (chartSeconds * 1000)) * (this.width - 74);
  }

  draw() {
    const scale = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    this.canvas.width = this.width * scale;
    this.canvas.height = this.height * scale;
    this.context = this.canvas.getContext("2d");
    this.context.scale(scale, scale);
    this.style = getComputedStyle(document.documentElement);
    this.drawScale();
    // The widest lies below: where few payments came, the percentiles are the same.
    for (const [name, color, width] of [["p999", "--warn", 5], ["p99", "--accent", 2], ["p50", "--good", 2]])
      this.drawLine(name, this.style.getPropertyValue(color), width);
  }

  drawScale() {
    const context = this.context;
    context.font = "12px system-ui, sans-serif";
    for (const [ns, text] of [[1e4, "10 µs"], [1e5, "100 µs"], [1e6, "1 ms"], [1e7, "10 ms"], [1e8, "100 ms"], [1e9, "1 s"]]) {
      const isLimit = ns === limitNs;
      context.strokeStyle = this.style.getPropertyValue(isLimit ? "--bad" : "--line");
      context.fillStyle = this.style.getPropertyValue(isLimit ? "--bad" : "--soft");
      context.lineWidth = isLimit ? 2 : 1;
      context.beginPath();
      context.moveTo(62, this.y(ns));
      context.lineTo(this.width - 12, this.y(ns));
      context.stroke();
      context.fillText(text, 8, this.y(ns) + 4);
    }
    context.fillStyle = this.style.getPropertyValue("--soft");
    context.fillText("a minute ago", 62, this.height - 4);
    context.fillText("now", this.width - 36, this.height - 4);
  }

  drawLine(name, color, width) {
    const context = this.context;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.beginPath();
    let isDown = false;
    for (const point of this.points) {
      if (point[name] > 0) {
        if (isDown) context.lineTo(this.x(point.time), this.y(point[name]));
        else context.moveTo(this.x(point.time), this.y(point[name]));
      }
      isDown = point[name] > 0;
    }
    context.stroke();
  }
}
