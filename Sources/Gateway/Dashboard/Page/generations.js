// What is live, what is built beside it, what was live before; and the steps between them, each with its dry run first.
import { fill, h, prose, say } from "./dom.js";
import { ago, number, plural, span } from "./format.js";
import { about, post, Refused } from "./api.js";
import { confirm, showMessage } from "./dialogs.js";

const command = (name, rest = "") => `lantern ${name} --config ${about.file}${rest}`;

function changes(answer) {
  const lines = (answer.generations ?? []).map((one) => h("li", {}, `${one.projection}: generation ${one.from ?? "–"} → ${one.to}`));
  const views = (answer.views ?? []).filter((one) => one.what !== "same")
    .map((one) => h("li", {}, `${one.view}: ${number(one.live)} → ${number(one.build)} rows (${one.what})`));
  const refusals = (answer.refusals ?? []).map((one) => h("li", {}, prose(one.message)));
  return [
    refusals.length > 0 && [h("p", {}, "It would be refused:"), h("ul", {}, refusals)],
    lines.length > 0 && [h("p", {}, "Live for readers:"), h("ul", {}, lines)],
    views.length > 0 ? [h("p", {}, "Views whose number of rows changes:"), h("ul", {}, views)] : h("p", {}, "No view's number of rows changes."),
  ];
}

async function step(name, title, isDangerous, refresh) {
  try {
    say("Checking what would happen …");
    const trial = await post(`actions/${name}`, { dryRun: true });
    if ((trial.refusals ?? []).length > 0) return showMessage(title, changes(trial));
    if (!await confirm(title, { content: changes(trial), command: command(name), verb: title, isDangerous })) return;
    say("It is being done …");
    const result = await post(`actions/${name}`, { dryRun: false });
    if (result.swapped) say(`Done: live stood for ${number(result.pauseMilliseconds)} ms.`);
    else showMessage(title, h("p", {}, prose(result.reason ?? "Nothing was changed.")), changes(result));
  } catch (error) {
    report(title, error);
  }
  refresh();
}

async function drop(build, refresh) {
  const title = `Drop generation ${build.number}`;
  try {
    const trial = await post("actions/drop", { generation: build.number, dryRun: true });
    const content = h("p", {}, (trial.targets ?? []).length > 0 ? `This removes ${trial.targets.join(", ")} permanently.` : "There is nothing to remove.");
    if ((trial.targets ?? []).length === 0) return showMessage(title, content);
    if (!await confirm(title, { content, command: command("drop", ` --generation ${build.number}`), verb: "Drop", isDangerous: true })) return;
    const result = await post("actions/drop", { generation: build.number, dryRun: false });
    say(`Dropped: ${plural((result.dropped ?? []).reduce((sum, one) => sum + one.rows, 0), "row")}.`);
  } catch (error) {
    report(title, error);
  }
  refresh();
}

export function report(title, error) {
  const text = error instanceof Refused ? error.message : `The gateway did not answer: ${error.message}`;
  showMessage(title, h("p", { class: "notice failing" }, prose(text)));
}

// How far it is, how old, and until when the way back is there.
function progress(one) {
  const words = [];
  if (one.remaining !== undefined) words.push(one.remaining === 0 ? "where live is" : `${number(one.remaining)} events behind live`);
  if (!one.isFormer && one.ratio !== undefined && one.remaining > 0) words.push(`${Math.floor(one.ratio * 100)} % built`);
  if (one.secondsToLive !== undefined && one.remaining > 0) words.push(`about ${span(one.secondsToLive)} to reach it`);
  const moments = [one.builtAt !== undefined && [", made ", ago(one.builtAt)], one.keptUntil !== undefined && [", was live, kept until ", h("time", { datetime: new Date(one.keptUntil).toISOString() }, new Date(one.keptUntil).toLocaleString())]];
  return [words.length > 0 && `: ${words.join(", ")}`, ...moments];
}

export function showGenerations(model, refresh) {
  const places = new Map();
  const place = (database) => {
    if (!places.has(database)) places.set(database, []);
    return places.get(database);
  };
  for (const projection of model.projections) {
    for (const build of projection.builds) place(build.database).push({ ...build, projection: projection.name });
  }
  const live = model.projections.filter((one) => one.live);
  const items = [h("li", { class: "live" }, h("strong", {}, "Live"), live.length === 0 ? h("p", { class: "quiet" }, prose("Nothing yet: `lantern run` makes the first generation."))
    : h("ul", {}, live.map((one) => h("li", {}, `${one.name}: generation ${one.generation}, database ${one.database}`))))];
  for (const [database, builds] of [...places].sort((a, b) => a[0] - b[0])) {
    const isFormer = builds.some((one) => one.isFormer);
    const buttons = about.canOperate && [
      !isFormer && h("button", { type: "button", id: `promote-${database}`, class: "primary", onclick: () => step("promote", "Promote", false, refresh) }, "Promote …"),
      isFormer && h("button", { type: "button", id: `rollback-${database}`, onclick: () => step("rollback", "Roll back", true, refresh) }, "Roll back to this …"),
      h("button", { type: "button", id: `drop-${database}`, class: "danger", onclick: () => drop(builds[0], refresh) }, "Drop …"),
    ];
    items.push(h("li", { class: isFormer ? "former" : "build" }, h("strong", {}, `Database ${database}`),
      h("ul", {}, builds.map((one) => h("li", {}, [`${one.projection}: generation ${one.number}, ${one.state}${one.isThisVersion ? "" : ", another definition than this file's"}`, progress(one)]))),
      h("p", { class: "row-buttons" }, buttons)));
  }
  fill("generations-body", h("ol", { class: "line-of-time" }, items),
    places.size === 0 && h("p", { class: "quiet" }, prose("Nothing is built beside it, and nothing that was live before is kept. `lantern rebuild` builds a changed file beside what is live.")));
}
