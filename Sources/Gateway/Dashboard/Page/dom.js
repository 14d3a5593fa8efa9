// Elements from values: what comes from the server becomes text nodes and attributes, never markup.

export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  return put(element, attributes, children);
}

export function svg(name, attributes, ...children) {
  return put(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function put(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);

// Text in which what stands between backticks is code.
export const prose = (text) => text.split("`").map((part, index) => index % 2 ? h("code", {}, part) : part);

// Replaces what an element holds; the focus stays where it was if what had it is there again (by id), and what is being
// typed is not taken away.
export function fill(id, ...children) {
  const place = byId(id);
  const active = document.activeElement;
  const holds = place.contains(active);
  if (holds && (active.matches("input, textarea, select"))) return;
  const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
  place.replaceChildren(...children.flat(3).filter(Boolean));
  for (const details of place.querySelectorAll("details[id]")) if (open.has(details.id)) details.open = true;
  if (holds && active.id) byId(active.id)?.focus();
}

// A table in a box of its own that scrolls sideways, so that the page never does.
export function table(label, columns, rows) {
  const classes = (column) => [column.right && "number", column.optional && "optional"].filter(Boolean).join(" ") || null;
  const head = h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: classes(column) }, column.name))));
  const body = rows.map((cells) => h("tr", {}, cells.map((cell, index) =>
    h(index === 0 ? "th" : "td", { class: classes(columns[index]), scope: index === 0 ? "row" : null }, cell))));
  return h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": label }, h("table", {}, head, h("tbody", {}, body)));
}

export function say(text) {
  const place = byId("said");
  place.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { place.textContent = ""; }, 8000);
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied: ${text}`);
  } catch {
    say(`Copy this by hand: ${text}`);
  }
}
