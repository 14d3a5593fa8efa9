// Lines of numbers over time, as inline SVG.
import { svg } from "./dom.js";

// `values`: [time, number or null]; gaps stay gaps.
export function line(values, { width = 300, height = 90, name = "chart", label, floor = 0 } = {}) {
  const known = values.filter((value) => value[1] !== null && value[1] !== undefined);
  if (known.length < 2) return null;
  const from = values[0][0];
  const to = values[values.length - 1][0];
  const top = Math.max(...known.map((value) => value[1]), floor + 1e-9);
  const bottom = Math.min(floor, ...known.map((value) => value[1]));
  const x = (time) => ((time - from) / Math.max(1, to - from)) * width;
  const y = (value) => height - 2 - ((value - bottom) / Math.max(1e-9, top - bottom)) * (height - 4);
  let path = "";
  let draws = false;
  for (const [time, value] of values) {
    if (value === null || value === undefined) {
      draws = false;
      continue;
    }
    path += `${draws ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    draws = true;
  }
  return svg("svg", { class: name, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("path", { class: "line", d: path }));
}
