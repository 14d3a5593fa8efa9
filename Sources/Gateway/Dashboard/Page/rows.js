// One row of a view, by the values that its key is made of. Only exact keys are asked for.
import { byId, copy, h, prose, table } from "./dom.js";
import { ago, span } from "./format.js";
import { about, forgetOne, get, token } from "./api.js";
import { Lantern } from "./lantern.js";
import { setState, state } from "./state.js";

let views = [];
let isBuilt = false;
// Counts what was looked for: answers to what was wanted before are dropped.
let looks = 0;
let stop = () => {};

const chosen = () => views.find((one) => `${one.projection}.${one.view}` === byId("row-view").value) ?? views[0];
const shellWord = (text) => /^[\w.:@/+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

function inputs() {
  const view = chosen();
  const names = [...view.key.matchAll(/\{([^}]*)\}/g)].map((match) => match[1]);
  const fields = Array.from({ length: view.values }, (_, index) => {
    const name = names[index] ?? "bucket start";
    return h("p", {}, h("label", { for: `row-key-${index}` }, `${name} `), h("input", { id: `row-key-${index}`, autocomplete: "off", spellcheck: "false" }));
  });
  byId("row-inputs").replaceChildren(...fields);
}

// A field as it is written: numbers have all of their digits.
const text = (value) => typeof value === "string" ? value : JSON.stringify(value);
const notice = (words, more = "") => h("p", { class: `notice degraded ${more}` }, prose(words));
const cell = (value) => h("span", { class: "break" }, text(value));

function contents(row, view) {
  if (row.members && view.kind !== "set") {
    return table("Row", [{ name: "Rank", right: true }, { name: "Member" }, { name: "Score", right: true }], row.members.map((one) => [text(one.rank), cell(one.member), text(one.score)]));
  }
  if (row.members) return table("Row", [{ name: "Member" }], row.members.map((one) => [cell(one)]));
  if (row.fields) return table("Row", [{ name: "Field" }, { name: "Value" }], Object.entries(row.fields).map(([name, value]) => [cell(name), cell(value)]));
  return h("pre", { tabindex: 0, "aria-label": "Row" }, "value" in row ? typeof row.value === "string" ? row.value : JSON.stringify(row.value, null, 2) : `about ${text(row.count)}`);
}

function show(row, view, note) {
  const count = row?.members && h("span", {}, ` · ${row.members.length} of ${text(row.count)} members`);
  byId("row-now").replaceChildren(
    ...(row ? [h("p", {}, row.key && h("code", { class: "break" }, row.key), row.key && " · ", view.kind, count, h("span", { id: "row-expires" })), contents(row, view)]
      : [notice("There is no such row.")]), h("p", { class: "quiet", id: "row-note" }, note));
}

const after = (value) => value === null ? "gone" : Array.isArray(value) ? value.join(", ")
  : typeof value === "object" ? Object.entries(value).map(([name, each]) => `${name}=${each}`).join(" ") : String(value);

// What the command line does with a row; never from memory.
function ask(what, view, keys, patience) {
  const path = `${what}?${new URLSearchParams([["projection", view.projection], ["view", view.view], ...keys.map((key) => ["key", key])])}`;
  forgetOne(path);
  return get(path, patience);
}

// The log is folded for it, which takes seconds.
async function explain(view, keys) {
  const place = byId("row-events");
  place.replaceChildren(h("p", { class: "quiet" }, "The log is being folded up to the live checkpoints …"));
  try {
    const { events, total } = await ask("explain", view, keys, 40000);
    const rows = events.map((one) => [ago(one.time), `${one.topic}:${one.partition}:${one.offset}`, one.type ?? "–", cell(after(one.after))]);
    place.replaceChildren(events.length === 0 ? h("p", { class: "quiet" }, "No event up to the live checkpoints has touched it.")
      : h("div", {}, total > events.length && h("p", { class: "quiet" }, `The last ${events.length} of ${total} events.`),
        table("The events that made the row", [{ name: "When" }, { name: "Event" }, { name: "Type" }, { name: "The row after it" }], rows)));
  } catch (error) {
    place.replaceChildren(notice(error.message));
  }
}

const lantern = new Lantern(location.pathname.replace(/\/[^/]*$/, ""), token, (json) => JSON.parse(json, exactly));
const exactly = (_, value, context) => typeof value === "number" && JSON.rawJSON ? JSON.rawJSON(context.source) : value;

const marks = (answer) => [answer.degraded && "An event of its key is parked: the row is without it and what follows.",
  answer.stale && `Older than what was seen before: ${answer.stale}`].filter(Boolean).map((words) => notice(words, "mark"));

// What was asked before is wanted no more.
function end() {
  looks += 1;
  stop();
  stop = () => {};
}

// Of what expires, when: known only where there is a file.
async function showExpiry(view, keys, mine) {
  if (!view.expires || about.file === null) return;
  const { expiresIn } = await ask("row", view, keys).catch(() => ({}));
  if (mine === looks && expiresIn !== undefined && byId("row-expires")) byId("row-expires").textContent = ` · expires in ${span(expiresIn / 1000)}`;
}

// Looks once; then the row comes by itself if its projection says what changes.
async function look(event) {
  event?.preventDefault();
  end();
  const mine = looks;
  const view = chosen();
  const keys = Array.from({ length: view.values }, (_, index) => byId(`row-key-${index}`).value);
  setState({ row: JSON.stringify([view.projection, view.view, ...keys]) });
  const options = view.kind === "sorted-set" || view.kind === "latest" ? { top: 20 } : {};
  const command = `lantern explain --config ${about.file} ${view.projection} ${view.view} ${keys.map(shellWord).join(" ")}`;
  byId("row-result").replaceChildren(h("div", { id: "row-now" }),
    about.file === null ? "" : h("p", { class: "row-buttons" },
      h("button", { type: "button", id: "row-explain", onclick: () => explain(view, keys) }, "Which events made it"),
      h("button", { type: "button", onclick: () => copy(command) }, "Copy as command")),
    h("div", { id: "row-events", "aria-live": "polite" }));
  try {
    const answer = await lantern.row(view.projection, view.view, keys, { ...options, stale: "allow" });
    if (mine !== looks) return;
    show(answer.rows, view, "Read once: nobody is told of this projection's changes.");
    byId("row-now").prepend(...marks(answer));
    showExpiry(view, keys, mine);
  } catch (error) {
    if (mine !== looks) return;
    if (error.status !== 404 || !view.changes) return byId("row-now").replaceChildren(notice(error.message));
  }
  if (!view.changes) return;
  stop = lantern.followRow(view.projection, view.view, keys, options, {
    onRows: (row) => {
      if (mine !== looks) return;
      const kept = [...byId("row-now").querySelectorAll(".mark")];
      show(row, view, "Live: shown again when it changes.");
      byId("row-now").prepend(...kept);
      showExpiry(view, keys, mine);
    },
    onError: (error) => { if (mine === looks) note(`Not live at the moment: ${error.message}`); },
  });
}

const note = (words) => { if (byId("row-note")) byId("row-note").textContent = words; };

export function pauseRow(isPaused) {
  if (!byId("row-now")) return;
  if (!isPaused) return look();
  end();
  note("Paused.");
}

// Made once: what is typed there stays.
export async function buildRows() {
  if (isBuilt) return;
  views = (await get("views"))?.views ?? views;
  if (views.length === 0) return;
  isBuilt = true;
  const options = views.map((one) => h("option", { value: `${one.projection}.${one.view}` }, `${one.projection}.${one.view} (${one.kind}, ${one.key})`));
  const select = h("select", { id: "row-view", onchange: () => { end(); inputs(); setState({ row: null }); } }, options);
  byId("rows-body").replaceChildren(
    h("form", { onsubmit: look }, h("p", {}, h("label", { for: "row-view" }, "View "), select), h("div", { id: "row-inputs" }), h("p", {}, h("button", { type: "submit" }, "Look it up"))),
    h("div", { id: "row-result", "aria-live": "polite" }));
  let wanted = [];
  try {
    wanted = JSON.parse(state("row") ?? "[]");
  } catch {}
  const isThere = views.some((one) => one.projection === wanted[0] && one.view === wanted[1]);
  if (isThere) select.value = `${wanted[0]}.${wanted[1]}`;
  inputs();
  wanted.slice(2).forEach((value, index) => { if (byId(`row-key-${index}`)) byId(`row-key-${index}`).value = value; });
  if (isThere) look();
}
