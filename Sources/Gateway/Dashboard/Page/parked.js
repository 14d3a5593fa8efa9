// Events that could not be projected: by reason, one in detail, and what to do with them.
import { byId, copy, fill, h, prose, say, table } from "./dom.js";
import { number, plural } from "./format.js";
import { about, get, post } from "./api.js";
import { confirm, edit } from "./dialogs.js";
import { report } from "./generations.js";
import { setState, state } from "./state.js";

let lists = new Map();
let shown = null;

const placeOf = (event) => `${event.topic}:${event.partition}:${event.offset}`;
const command = (verb, projection, rest) => `lantern parked ${verb} --config ${about.file} ${projection} ${rest}`;

async function act(title, path, body, question, refresh) {
  if (!await confirm(title, question)) return;
  try {
    say("A worker is asked; it answers within seconds …");
    const { answers } = await post(path, body);
    const words = (one) => `${one.place}: ${one.answer ?? "queued: no worker has answered yet; one carries it out when it runs"}`;
    say(answers.length === 0 ? "Nothing was parked there." : answers.slice(0, 3).map(words).join("\n") + (answers.length > 3 ? ` … (${answers.length})` : ""));
  } catch (error) {
    report(title, error);
  }
  refresh();
}

// About one event; `more` is sent besides.
const actOn = (event, title, verb, more, question, refresh) => act(title, `actions/${verb}`, { projection: event.projection, place: placeOf(event), ...more },
  { command: command(verb, event.projection, placeOf(event)), verb: title, ...question }, refresh);

const retry = (event, refresh) => actOn(event, "Retry", "retry", {},
  { content: h("p", {}, "The event is projected again under the present definition, and then what waits behind it, in order.") }, refresh);

const skip = (event, refresh) => actOn(event, "Skip", "skip", {},
  { content: h("p", {}, "The event is left out for ever, in rebuilds too. What waits behind it is projected."), isDangerous: true }, refresh);

async function change(event, value, refresh) {
  const text = await edit(`Edit ${placeOf(event)}`, value ?? "", "This value is projected instead of the event's own, in rebuilds too. Kafka's log does not change.");
  if (text === null) return;
  actOn(event, "Edit", "edit", { value: text },
    { content: h("pre", {}, text), command: command("edit", event.projection, `${placeOf(event)} --value FILE`), verb: "Use this value" }, refresh);
}

function retryAll(projection, count, refresh) {
  act("Retry all", "actions/retry", { projection, all: true },
    { content: h("p", {}, `All ${plural(count, "event")} of ${projection} are projected again, in order.`), command: command("retry", projection, "--all"), verb: "Retry all" }, refresh);
}

function pretty(value) {
  if (value === null || value === undefined) return "none (a tombstone)";
  const text = value.length > 4096 ? `${value.slice(0, 4096)} …` : value;
  try {
    return value.length > 4096 ? text : JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return text;
  }
}

// What it would do now, by the file as it is at this moment.
function preview(now) {
  const words = now.reason ? `Under the present definition it would be parked again: ${now.reason}`
    : now.isIgnored ? "Under the present definition it would be passed over: it changes nothing."
      : "Under the present definition it would do this:";
  return [h("p", { class: now.reason ? "state failing" : "quiet", id: "event-now" }, words),
    !now.reason && now.commands.length > 0 && h("pre", { tabindex: 0, "aria-label": "What it would do now" }, now.commands.join("\n"))];
}

function detail(refresh) {
  if (!shown) return null;
  const event = shown.event;
  const facts = [["Reason", event.reason], ["Projection", event.projection], ["Place", placeOf(event)], ["Key", event.key ?? "none"], ["View", event.view ?? "the whole event"],
    ["Timestamp", new Date(shown.timestamp).toISOString()], ...shown.headers.map((header) => [`Header ${header.name}`, header.value ?? "(none)"])];
  return h("section", { id: "event", class: "notice", "aria-label": "One parked event" }, h("h3", {}, placeOf(event)),
    h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { class: "quiet" }, shown.leftOutBytes ? `Value: ${number(shown.leftOutBytes)} bytes, too large to be kept in Redis; it is in Kafka.` : "Value:"),
    !shown.leftOutBytes && h("pre", { tabindex: 0 }, pretty(shown.value)),
    shown.now && preview(shown.now),
    h("p", { class: "row-buttons" },
      about.canOperate && [
        h("button", { type: "button", id: "event-retry", class: "primary", onclick: () => retry(event, refresh) }, "Retry …"),
        h("button", { type: "button", id: "event-edit", onclick: () => change(event, shown.value, refresh) }, "Edit …"),
        h("button", { type: "button", id: "event-skip", class: "danger", onclick: () => skip(event, refresh) }, "Skip …")],
      h("button", { type: "button", id: "event-copy", onclick: () => copy(command("show", event.projection, placeOf(event))) }, "Copy as command"),
      h("button", { type: "button", id: "event-close", onclick: () => { shown = null; setState({ event: null, of: null }); } }, "Close")));
}

export async function loadParked(model) {
  const wanted = model.projections.filter((one) => one.parked > 0);
  const found = new Map();
  for (const one of wanted) found.set(one.name, await get(`parked?projection=${encodeURIComponent(one.name)}`));
  lists = found;
  const [place, projection] = [state("event"), state("of")];
  shown = place && projection ? await get(`parked/event?projection=${encodeURIComponent(projection)}&place=${encodeURIComponent(place)}`).catch(() => null) : null;
}

function groups(events) {
  const found = new Map();
  for (const event of events) {
    const key = `${event.projection}\n${event.view ?? ""}\n${event.reason}`;
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(event);
  }
  return [...found.values()].sort((a, b) => b.length - a.length);
}

export function showParked(model, refresh) {
  const total = model.projections.reduce((sum, one) => sum + one.parked, 0);
  const filter = (state("filter") ?? "").toLowerCase();
  if (byId("filter") !== document.activeElement) byId("filter").value = state("filter") ?? "";
  if (total === 0) {
    fill("parked-body", h("p", { class: "quiet" }, "Nothing is parked: every event could be projected."));
    return;
  }
  if (about.file === null) {
    fill("parked-body", h("p", {}, `${plural(total, "event")} are parked. This program's projections are written in Swift: its log names them with the reason.`));
    return;
  }
  const all = [...lists.values()].flatMap((list) => list?.events ?? []);
  const matching = all.filter((event) => `${event.projection} ${placeOf(event)} ${event.key ?? ""} ${event.view ?? ""} ${event.reason}`.toLowerCase().includes(filter));
  const open = (event) => setState({ event: placeOf(event), of: event.projection });
  const grouped = groups(matching);
  const boxes = grouped.slice(0, 50).map((events) => {
    const first = events[0];
    const rows = events.slice(0, 200).map((event) => [
      h("button", { type: "button", id: `show-${event.projection}-${placeOf(event)}`, onclick: () => open(event) }, placeOf(event)), h("span", { class: "break" }, event.key ?? "–")]);
    return h("details", { id: `group-${first.projection}-${first.view ?? ""}-${first.reason}`, open: grouped.length < 4 },
      h("summary", {}, `${number(events.length)} × ${first.reason} (${first.projection}${first.view ? `, view ${first.view}` : ""})`),
      table(`Parked: ${first.reason}`, [{ name: "Event" }, { name: "Key" }], rows), events.length > 200 && h("p", { class: "quiet" }, `The first 200 of ${number(events.length)}.`));
  });
  const buttons = about.canOperate && model.projections.filter((one) => one.parked > 0).map((one) =>
    h("button", { type: "button", id: `retry-all-${one.name}`, onclick: () => retryAll(one.name, one.parked, refresh) }, `Retry all ${number(one.parked)} of ${one.name} …`));
  const cut = all.length < total && h("p", { class: "quiet" }, prose(`The first ${number(all.length)} of ${number(total)} are listed; \`lantern parked list\` has all.`));
  fill("parked-body", detail(refresh), h("p", { class: "row-buttons" }, buttons),
    boxes.length > 0 ? boxes : h("p", { class: "quiet" }, filter ? "None of the parked events fits the filter." : "The list is being read …"), cut);
}
