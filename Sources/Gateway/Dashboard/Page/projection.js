// One projection: how its lag went since the page was opened, and its partitions by topic.
import { byId, copy, fill, h, prose, table } from "./dom.js";
import { ago, number, plural, span } from "./format.js";
import { about } from "./api.js";
import { line } from "./chart.js";
import { setState, state } from "./state.js";

function chart(title, values, text) {
  const drawn = line(values, { label: title });
  return h("figure", {}, drawn ?? h("p", { class: "quiet" }, "Needs two looks: a few seconds."), h("figcaption", {}, `${title}: ${text}`));
}

const places = (partitions) => partitions.reduce((sum, one) => sum + (one.lag ?? 0), 0);

function topic(name, partitions, workers) {
  const columns = [
    { name: "Partition" }, { name: "State" }, { name: "Next", right: true }, { name: "End", right: true },
    { name: "Behind", right: true }, { name: "Lag", right: true }, { name: "In the log before", right: true, optional: true },
    { name: "Parked", right: true, optional: true }, { name: "Rewinds", right: true, optional: true }, { name: "Worker", optional: true },
  ];
  const owner = (one) => {
    const worker = workers.find((each) => each.id === one.worker);
    return worker ? h("span", { class: "keep" }, worker.pod || worker.host) : one.unownedSince ? ["none, since ", ago(one.unownedSince)] : "–";
  };
  const rows = partitions.map((one) => [
    one.partition, [h("span", { class: one.reason ? "state failing" : "state" }, one.state), one.reason && h("div", { class: "break" }, one.reason)],
    number(one.next), number(one.end), number(one.lag), span(one.lag === 0 ? 0 : one.lagSeconds), number(one.next !== undefined ? one.next - (one.low ?? 0) : null),
    number(one.parked ?? 0), number(one.rewinds ?? 0), owner(one),
  ]);
  const attention = partitions.filter((one) => one.reason).length;
  const summary = `${name}: ${plural(partitions.length, "partition")}, ${number(places(partitions))} events behind${attention ? `, ${attention} with a reason` : ""}`;
  return h("details", { id: `topic-${name}`, open: partitions.length <= 16 || attention > 0 }, h("summary", {}, summary), table(`Partitions of ${name}`, columns, rows));
}

// Where the lanes' time went over the last minute, in all workers.
function phases(one) {
  const parts = one.phases && [["folding", one.phases.fold], ["Redis", one.phases.redis], ["waiting for Kafka", one.phases.kafka], ["idle at the end", one.phases.idle]];
  const all = parts ? parts.reduce((sum, [, time]) => sum + time, 0) : 0;
  if (all === 0) return [];
  const text = parts.map(([name, time]) => `${name} ${Math.round(100 * time / all)} %`).join(", ");
  return [h("dt", {}, "Time of the lanes"), h("dd", { id: "phases" }, text)];
}

export function showProjection(model, samplesOf) {
  const name = state("projection");
  const section = byId("projection");
  section.hidden = !name;
  if (!name) return;
  byId("projection-title").textContent = name;
  const one = model.projections.find((each) => each.name === name);
  if (!one) {
    fill("projection-body", h("p", {}, `There is no projection ${name} in this process's file.`));
    return;
  }
  const samples = samplesOf(name);
  const last = samples[samples.length - 1];
  const topics = [...new Set(one.partitions.map((each) => each.topic))];
  fill("projection-body",
    h("p", {}, h("button", { type: "button", id: "close-projection", onclick: () => setState({ projection: null }) }, "Close"), " ",
      h("button", { type: "button", id: "copy-status", onclick: () => copy(`lantern status --config ${about.file}`) }, "Copy as command")),
    !model.redis.isUp && h("p", { class: "notice failing" }, "Redis does not answer, since ", ago(model.redis.since), ": what follows was read before."),
    one.obstacle && h("p", { class: "notice failing" }, one.obstacle),
    !one.isThisVersion && h("p", { class: "notice degraded" }, prose("The live generation has another definition than this process's file. `lantern plan` shows what would change.")),
    h("div", { class: "charts" },
      chart("Events behind", samples.map((each) => [each.at, each.lag]), last?.lag === null ? "Kafka does not answer" : number(last?.lag)),
      chart("Lag", samples.map((each) => [each.at, each.lagSeconds]), span(last?.lagSeconds)),
      chart("Freshness p99", samples.map((each) => [each.at, each.freshness]), span(last?.freshness)),
      chart("Events a second", samples.map((each) => [each.at, each.rate]), number(last?.rate))),
    h("dl", { class: "facts" }, ...phases(one), h("dt", {}, "Generation"), h("dd", {}, one.generation ? `${one.generation} (${one.id}) in database ${one.database}` : "none yet"),
      h("dt", {}, "Consumer group"), h("dd", { class: "mono" }, one.group ?? "–"),
      h("dt", {}, "Requests waiting for a worker"), h("dd", {}, number(one.requests))),
    topics.length === 0 ? h("p", { class: "quiet" }, "It has no partitions yet: no worker has started it.")
      : topics.map((each) => topic(each, one.partitions.filter((partition) => partition.topic === each), model.workers)));
}
