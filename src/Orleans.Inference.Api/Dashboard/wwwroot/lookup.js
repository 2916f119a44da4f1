// Shows what is known of one primary entity: its latest prediction with features, and the ones before.
import { KeyNeeded, call } from "/calls.js";
import { element, number, outcomeChip, pairs, scoreCell, time } from "/predictions.js";

const HISTORY = 20;

function list(entries) {
  const made = element("dl", "", { class: "list" });
  made.append(...pairs(entries));
  return made;
}

function latest(prediction) {
  const title = element("p", `${prediction.entity} `, { class: "figure" });
  title.append(outcomeChip(prediction.outcome));
  return [
    title,
    list([
      ["Score", number(prediction.score, 6)],
      ["Decision", prediction.decision ?? "–"],
      ["Version", prediction.version ? `${prediction.version} (${prediction.variant ?? "–"}), route ${prediction.revision}` : "–"],
      ["Event", prediction.eventId],
      ["Event time", time(prediction.eventTime)],
      ["Source", `${prediction.source.topic} ${prediction.source.partition}:${prediction.source.offset}`],
    ]),
    ...(prediction.features
      ? [element("h3", "Features"), list(Object.entries(prediction.features).map(([name, value]) => [name, number(value, 4)]))]
      : []),
  ];
}

function history(predictions) {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of ["Event time", "Score", "Decision"]) head.append(element("th", name, { scope: "col" }));
  const body = table.createTBody();
  for (const prediction of predictions) {
    const row = body.insertRow();
    row.append(element("td", time(prediction.eventTime)), scoreCell(prediction.score), element("td", prediction.decision ?? "–"));
  }
  const scroll = element("div", "", { class: "scroll", tabindex: 0, role: "region", "aria-label": "History" });
  scroll.append(table);
  return [element("h3", `Last ${predictions.length}`), scroll];
}

export class Lookup {
  #target; #asked = 0;

  constructor(target) {
    this.#target = target;
  }

  async show(pipeline, key) {
    const asked = ++this.#asked;
    let parts;
    try {
      const answer = await call(`/v1/pipelines/${encodeURIComponent(pipeline)}/predictions/${encodeURIComponent(key)}?history=${HISTORY}`);
      const body = await answer.json();
      parts = answer.ok ? [...latest(body.predictions[0]), ...history(body.predictions)] : [element("p", body.detail, { class: "quiet" })];
    } catch (error) {
      parts = [element("p", error instanceof KeyNeeded ? error.message : "The server does not answer.", { class: "quiet" })];
    }

    // An earlier question may be answered later.
    if (asked === this.#asked) this.#target.replaceChildren(...parts);
  }
}
