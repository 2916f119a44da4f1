// Ties the page together: asks for the figures once a second and lets the rest follow the chosen pipeline.
import { KeyNeeded, call } from "/calls.js";
import { Login } from "/login.js";
import { Lookup } from "/lookup.js";
import { NewestPredictions, element, number, pairs } from "/predictions.js";
import { Sparkline } from "/sparkline.js";

const EVERY_MS = 1000;
const at = id => document.getElementById(id);

const rateLine = new Sparkline(at("rate-line"));
const latencyLine = new Sparkline(at("latency-line"));
const lookup = new Lookup(at("found"));
const newest = new NewestPredictions(at("newest"), at("stream-note"), key => {
  at("key").value = key;
  lookup.show(chosen, key);
});
const login = new Login(at("login"), at("forget"), () => tick());
let chosen = decodeURIComponent(location.hash.slice(1));
let followed = null;

const fill = (target, entries) => target.replaceChildren(...pairs(entries));

function state(text, tone) {
  if (at("state").textContent === text) return;
  at("state").textContent = text;
  at("state").className = `chip ${tone}`;
}

function offer(pipelines) {
  const names = pipelines.map(pipeline => pipeline.name);
  const select = at("pipeline");
  if (names.join() !== [...select.options].map(option => option.value).join()) {
    select.replaceChildren(...names.map(name => element("option", name, { value: name })));
  }
  at("chooser").hidden = names.length < 2;
  at("name").hidden = names.length > 1;
  if (!names.includes(chosen)) chosen = names[0];
  select.value = chosen;
  at("name").textContent = chosen ?? "";
  return pipelines.find(pipeline => pipeline.name === chosen);
}

function show(pipeline) {
  const figures = pipeline.figures;
  state(pipeline.ready ? "ready" : pipeline.reason ?? "not ready", pipeline.ready ? "good" : "warn");
  at("rate").value = number(figures.eventsPerSecond, figures.eventsPerSecond < 100 ? 1 : 0);
  at("p50").value = number(figures.latencyP50Ms, 1);
  at("p99").value = number(figures.latencyP99Ms, 1);
  rateLine.add(figures.eventsPerSecond);
  latencyLine.add(figures.latencyP99Ms);
  fill(at("outcomes"), Object.entries(figures.events).map(([name, count]) => [name, number(count)]));
  const lag = Object.values(figures.consumerLag);
  fill(at("facts"), [
    ...pipeline.model.versions.filter(version => version.variant).map(version => [version.variant, `version ${version.version}`]),
    ["route", `revision ${pipeline.route.revision}`],
    ...Object.entries(figures.entitiesActive).map(([type, count]) => [`${type} in memory`, number(count)]),
    ...(lag.length ? [["records waiting", number(lag.reduce((sum, one) => sum + one, 0))]] : []),
    ["checkpoints", number(figures.checkpoints)],
  ]);
  if (followed !== pipeline.name) {
    followed = pipeline.name;
    rateLine.clear();
    latencyLine.clear();
    newest.follow(followed);
  }
}

async function tick() {
  try {
    const answer = await call("/v1/pipelines");
    const pipeline = offer((await answer.json()).pipelines);
    login.done();
    if (pipeline) show(pipeline);
    else state("no pipeline", "warn");
  } catch (error) {
    if (error instanceof KeyNeeded) {
      // Asks again when there is a key.
      state("needs a key", "warn");
      newest.stop();
      followed = null;
      login.ask(error.message);
      return;
    }
    state("the server does not answer", "bad");
  }
  setTimeout(tick, EVERY_MS);
}

at("pipeline").addEventListener("change", event => {
  chosen = event.target.value;
  location.hash = encodeURIComponent(chosen);
});

at("pause").addEventListener("click", event => {
  const paused = event.target.getAttribute("aria-pressed") !== "true";
  event.target.setAttribute("aria-pressed", paused);
  newest.paused = paused;
});

at("lookup").addEventListener("submit", event => {
  event.preventDefault();
  lookup.show(chosen, at("key").value);
});

tick();
