// The page: asks every two seconds, keeps what it saw, and shows it. A part that fails leaves the others as they are.
import { byId, fill, h, say, table } from "./dom.js";
import { ago } from "./format.js";
import { about, forget, get, loadAbout, Refused } from "./api.js";
import { askToken, close, showHelp } from "./dialogs.js";
import { lagOf, lagSecondsOf, showAge, showProjections, showVerdict } from "./overview.js";
import { showProjection } from "./projection.js";
import { showGenerations } from "./generations.js";
import { loadParked, showParked } from "./parked.js";
import { buildRows, pauseRow } from "./rows.js";
import { setState, state } from "./state.js";

const everyMilliseconds = 2000;
const longest = 1800;
let model = null;
let fault = null;
let answeredAt = Date.now();
let isPaused = false;
let isAsking = false;
let parkedKey = "";
let health;
const samples = new Map();

const samplesOf = (name) => samples.get(name) ?? [];

function keep() {
  for (const one of model.projections) {
    const list = samples.get(one.name) ?? [];
    if (list[list.length - 1]?.at === model.at) continue;
    list.push({ at: model.at, lag: lagOf(one), lagSeconds: lagSecondsOf(one), rate: one.rate, freshness: one.freshness ? one.freshness.p99Milliseconds / 1000 : null });
    if (list.length > longest) list.shift();
    samples.set(one.name, list);
  }
}

function part(id, draw) {
  try {
    draw();
  } catch (error) {
    fill(id, h("p", { class: "notice failing" }, `This part could not be shown: ${error.message}`));
  }
}

function show() {
  part("verdict", () => showVerdict(model, fault));
  if (model) {
    part("projections-body", () => showProjections(model, samplesOf));
    part("projection-body", () => showProjection(model, samplesOf));
    part("generations-body", () => showGenerations(model, refresh));
    part("parked-body", () => showParked(model, refresh));
  }
  showAge(model, isPaused, answeredAt);
}

// What Redis must be asked for on its own: when it may have changed, and not every two seconds.
async function details() {
  if (about.file === null) return;
  const key = JSON.stringify([model.projections.map((one) => [one.name, one.parked, one.requests]), state("event"), state("of")]);
  if (key === parkedKey || !model.redis.isUp) return;
  try {
    await loadParked(model);
    const { entries } = await get("history") ?? {};
    if (entries) showHistory(entries);
    parkedKey = key;
  } catch (error) {
    fill("history-body", h("p", { class: "quiet" }, `Could not be read: ${error.message}`));
  }
}

// Projections in Swift have no file, by which this part is read.
function showFileless() {
  fill("history-body", h("p", { class: "quiet" }, "This program's projections are written in Swift: this part needs a YAML file."));
}

function showHistory(entries) {
  if (entries.length === 0) return fill("history-body", h("p", { class: "quiet" }, "Nothing has been done yet."));
  const rows = entries.map((one) => [ago(one.time), h("span", { class: "break mono" }, one.command), h("span", { class: "break" }, one.result), one.who]);
  const save = h("button", { type: "button", id: "history-csv", onclick: () => saveCSV("lantern-history.csv", [["time", "command", "result", "who"], ...entries.map((one) => [new Date(one.time).toISOString(), one.command, one.result, one.who])]) }, "Save as CSV");
  fill("history-body", h("p", { class: "row-buttons" }, save), table("Table of the history", [{ name: "When" }, { name: "Command" }, { name: "Result" }, { name: "Who", optional: true }], rows));
}

// What a spreadsheet would take for a formula is made text.
const cell = (value) => `"${String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&").replaceAll("\"", "\"\"")}"`;

function saveCSV(name, rows) {
  const url = URL.createObjectURL(new Blob([rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n"], { type: "text/csv" }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

async function ask() {
  if (isAsking) return;
  isAsking = true;
  try {
    const answer = await get("status");
    answeredAt = Date.now();
    fault = null;
    if (answer) {
      model = answer;
      model.ageAtAnswer = Math.max(0, (answeredAt - model.at) / 1000);
      keep();
    }
    if (!about.isLoaded) await loadAbout();
    await buildRows();
    if (about.file === null) showFileless();
    else await details();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) {
      fault = "A token is needed: press Token.";
      if (!byId("dialog").open) askToken(error.message, refresh);
    } else {
      fault = error instanceof Refused ? error.message : "The gateway does not answer. It is asked again every two seconds.";
    }
  } finally {
    isAsking = false;
  }
  show();
}

// A few bytes that say at once when the verdict changes.
async function pulse() {
  if (isPaused || document.hidden || !model) return;
  const response = await fetch("health", { cache: "no-store", credentials: "omit" }).catch(() => null);
  const text = await response?.text();
  if (text && health && text !== health) ask();
  health = text;
}

function refresh() {
  forget();
  parkedKey = "";
  ask();
}

function pause() {
  isPaused = !isPaused;
  byId("pause").textContent = isPaused ? "Go on" : "Pause";
  byId("pause").setAttribute("aria-pressed", String(isPaused));
  pauseRow(isPaused);
  show();
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select") || byId("dialog").open) return;
  const actions = { "/": () => byId("filter").focus(), p: pause, t: () => askToken(null, refresh), "?": showHelp, g: () => byId("generations").scrollIntoView(), Escape: () => setState({ projection: null, event: null, of: null }) };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

byId("pause").addEventListener("click", pause);
byId("token").addEventListener("click", () => askToken(null, refresh));
byId("help").addEventListener("click", showHelp);
byId("filter").addEventListener("input", (event) => setState({ filter: event.target.value }));
byId("dialog").addEventListener("click", (event) => { if (event.target === byId("dialog")) close(); });
document.addEventListener("keydown", key);
for (const name of ["statechange", "hashchange"]) addEventListener(name, () => { if (model) details().then(show); });
addEventListener("unhandledrejection", (event) => say(`Something failed: ${event.reason?.message ?? event.reason}`));
setInterval(() => { if (!isPaused && !document.hidden) ask(); }, everyMilliseconds);
setInterval(pulse, 500);
setInterval(() => showAge(model, isPaused, answeredAt), 500);
document.addEventListener("visibilitychange", () => { if (!document.hidden && !isPaused) ask(); });
ask();
