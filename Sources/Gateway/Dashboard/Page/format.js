// Numbers and times as people read them.
import { h } from "./dom.js";

const grouped = new Intl.NumberFormat("en-US");

export const number = (value) => value === null || value === undefined ? "–" : grouped.format(Math.round(value));

export function short(value) {
  if (value === null || value === undefined) return "–";
  for (const [limit, unit] of [[1e9, "G"], [1e6, "M"], [1e4, "k"]]) {
    if (Math.abs(value) >= limit) return `${(value / (limit === 1e4 ? 1e3 : limit)).toFixed(1)}${unit}`;
  }
  return number(value);
}

export function span(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

// A moment, as how long ago; the time itself on hover.
export function ago(milliseconds, now = Date.now()) {
  if (!milliseconds || milliseconds < 0) return "–";
  const text = `${span(Math.max(0, now - milliseconds) / 1000)} ago`;
  return h("time", { datetime: new Date(milliseconds).toISOString(), title: new Date(milliseconds).toLocaleString() }, text);
}

export const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
