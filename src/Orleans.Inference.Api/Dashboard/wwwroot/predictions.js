// Shows predictions, and follows the stream of them. All text goes through textContent: keys are whatever a sender chose.
import { listen } from "/calls.js";

const ROWS = 14;
const PER_SECOND = 4;
const RETRY_MS = 2000;
const OUTCOME_TONE = { scored: "good", fallback: "warn", late: "warn", rejected: "bad", failed: "bad" };

export function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text ?? "";
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

// Pairs of name and value as the rows of a definition list.
export const pairs = entries => entries.map(([name, value]) => {
  const row = document.createElement("div");
  row.append(element("dt", name), element("dd", value));
  return row;
});

export const number = (value, digits = 3) =>
  value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits });

export const time = text => text ? text.replace("T", " ").replace(/(\.\d{3})\d*Z$|Z$/, "$1") : "–";

export const outcomeChip = outcome => element("span", outcome, { class: `chip ${OUTCOME_TONE[outcome] ?? ""}` });

export function scoreCell(score) {
  const cell = document.createElement("td");
  if (score === null) {
    cell.textContent = "–";
  } else {
    cell.append(element("meter", "", { min: 0, max: 1, value: score, "aria-hidden": "true" }), score.toFixed(4));
  }
  return cell;
}

function row(prediction, choose) {
  const made = document.createElement("tr");
  const entity = document.createElement("td");
  const key = element("button", prediction.entity || "(none)", { type: "button", class: "key", title: prediction.entity });
  key.addEventListener("click", () => choose(prediction.entity));
  entity.append(key);
  const outcome = document.createElement("td");
  outcome.append(outcomeChip(prediction.outcome));
  made.append(
    entity,
    scoreCell(prediction.score),
    element("td", prediction.decision ?? "–"),
    outcome,
    element("td", prediction.version ? `${prediction.version} ${prediction.variant ?? ""}` : "–"),
    element("td", `${number(prediction.latencyMs, 1)} ms`, { class: "number" }),
    element("td", time(prediction.scoredAt).slice(11, 19)));
  return made;
}

export class NewestPredictions {
  #body; #note; #choose; #stream = new AbortController(); #retry = 0; #paused = false;

  constructor(body, note, choose) {
    this.#body = body;
    this.#note = note;
    this.#choose = choose;
  }

  set paused(value) {
    this.#paused = value;
  }

  follow(pipeline) {
    this.stop();
    this.#body.replaceChildren();
    this.#open(pipeline);
  }

  stop() {
    clearTimeout(this.#retry);
    this.#stream.abort();
  }

  // The server thins the stream out: an eye cannot read more, and a busy pipeline would keep the browser parsing.
  async #open(pipeline) {
    this.#note.textContent = "";
    const stream = this.#stream = new AbortController();
    let end = "reconnecting";
    try {
      await listen(`/v1/pipelines/${encodeURIComponent(pipeline)}/stream?perSecond=${PER_SECOND}`, stream.signal, (name, data) => {
        if (name === "prediction") this.#add(data);
        else if (name === "dropped") end = "fell behind, reconnecting";
      });
    } catch {
      // The connection was lost, or another pipeline is followed.
    }
    if (stream.signal.aborted) return;
    this.#note.textContent = end;
    this.#retry = setTimeout(() => this.#open(pipeline), RETRY_MS);
  }

  #add(prediction) {
    if (this.#paused) return;
    this.#body.prepend(row(prediction, this.#choose));
    while (this.#body.rows.length > ROWS) this.#body.deleteRow(-1);
  }
}
