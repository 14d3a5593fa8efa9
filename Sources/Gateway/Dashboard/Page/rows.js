// One row of a view, by the values that its key is made of. Only exact keys are asked for.
import { byId, copy, h, prose, table } from "./dom.js";
import { ago, span } from "./format.js";
import { about, forgetOne, get } from "./api.js";
import { setState, state } from "./state.js";

let views = [];
let isBuilt = false;

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

function show(row, view, keys) {
  const rows = row.fields.map((field) => [h("span", { class: "break" }, field.name || "value"), h("span", { class: "break" }, field.value)]);
  const command = `lantern explain --config ${about.file} ${view.projection} ${view.view} ${keys.map(shellWord).join(" ")}`;
  byId("row-result").replaceChildren(
    h("p", {}, h("code", { class: "break" }, row.key), ` · ${row.type}`, row.expiresIn !== undefined && ` · expires in ${span(row.expiresIn / 1000)}`),
    table("Row", [{ name: view.kind === "sorted-set" ? "Member" : "Field" }, { name: view.kind === "sorted-set" ? "Score" : "Value" }], rows),
    h("p", { class: "row-buttons" },
      h("button", { type: "button", id: "row-explain", onclick: () => explain(view, keys) }, "Which events made it"),
      h("button", { type: "button", onclick: () => copy(command) }, "Copy the command that explains it")),
    h("div", { id: "row-events", "aria-live": "polite" }));
}

const after = (value) => value === null ? "gone" : Array.isArray(value) ? value.join(", ")
  : typeof value === "object" ? Object.entries(value).map(([name, each]) => `${name}=${each}`).join(" ") : String(value);

// The log is folded for it, which takes seconds.
async function explain(view, keys) {
  const place = byId("row-events");
  place.replaceChildren(h("p", { class: "quiet" }, "The log is being folded up to the live checkpoints …"));
  const query = new URLSearchParams([["projection", view.projection], ["view", view.view], ...keys.map((key) => ["key", key])]);
  try {
    forgetOne(`explain?${query}`);
    const { events, total } = await get(`explain?${query}`, 40000);
    const rows = events.map((one) => [ago(one.time), `${one.topic}:${one.partition}:${one.offset}`, one.type ?? "–", h("span", { class: "break" }, after(one.after))]);
    place.replaceChildren(events.length === 0 ? h("p", { class: "quiet" }, "No event up to the live checkpoints has touched it.")
      : h("div", {}, total > events.length && h("p", { class: "quiet" }, `The last ${events.length} of ${total} events.`),
        table("The events that made the row", [{ name: "When" }, { name: "Event" }, { name: "Type" }, { name: "The row after it" }], rows)));
  } catch (error) {
    place.replaceChildren(h("p", { class: "notice degraded" }, prose(error.message)));
  }
}

async function look(event) {
  event?.preventDefault();
  const view = chosen();
  const keys = Array.from({ length: view.values }, (_, index) => byId(`row-key-${index}`).value);
  setState({ row: JSON.stringify([view.projection, view.view, ...keys]) });
  const query = new URLSearchParams([["projection", view.projection], ["view", view.view], ...keys.map((key) => ["key", key])]);
  try {
    show(await get(`row?${query}`), view, keys);
  } catch (error) {
    byId("row-result").replaceChildren(h("p", { class: "notice degraded" }, prose(error.message)));
  }
}

// Made once: what is typed there must not be taken away.
export async function buildRows() {
  if (isBuilt) return;
  views = (await get("views"))?.views ?? views;
  if (views.length === 0) return;
  isBuilt = true;
  const options = views.map((one) => h("option", { value: `${one.projection}.${one.view}` }, `${one.projection}.${one.view} (${one.kind}, ${one.key})`));
  const select = h("select", { id: "row-view", onchange: () => { inputs(); setState({ row: null }); } }, options);
  byId("rows-body").replaceChildren(
    h("form", { onsubmit: look }, h("p", {}, h("label", { for: "row-view" }, "View "), select), h("div", { id: "row-inputs" }), h("p", {}, h("button", { type: "submit" }, "Look it up"))),
    h("div", { id: "row-result", "aria-live": "polite" }));
  let wanted = [];
  try {
    wanted = JSON.parse(state("row") ?? "[]");
  } catch {
    wanted = [];
  }
  if (views.some((one) => one.projection === wanted[0] && one.view === wanted[1])) select.value = `${wanted[0]}.${wanted[1]}`;
  inputs();
  if (wanted.length > 2) {
    wanted.slice(2).forEach((value, index) => { if (byId(`row-key-${index}`)) byId(`row-key-${index}`).value = value; });
    look();
  }
}
