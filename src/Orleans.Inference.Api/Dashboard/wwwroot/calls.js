// Calls to the server, with the reader's key where the server wants one. The key is kept for this tab only, and sent to this server only.
const PLACE = "inference.key";

export class KeyNeeded extends Error {}

export const key = {
  get isKept() {
    return sessionStorage.getItem(PLACE) !== null;
  },
  keep(text) {
    sessionStorage.setItem(PLACE, text);
  },
  forget() {
    sessionStorage.removeItem(PLACE);
  },
};

export async function call(path, options = {}) {
  const kept = sessionStorage.getItem(PLACE);
  const answer = await fetch(path, kept === null ? options : { ...options, headers: { Authorization: `Bearer ${kept}` } });
  if (answer.status === 401) throw new KeyNeeded((await answer.json()).detail);
  return answer;
}

// Server-sent events by fetch: an EventSource cannot send a key. Ends when the server ends the stream.
export async function listen(path, signal, on) {
  const answer = await call(path, { signal });
  if (!answer.ok) throw new Error(answer.statusText);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) deliver(block, on);
  }
}

function deliver(block, on) {
  let name = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    else if (line.startsWith("data: ")) data.push(line.slice(6));
  }
  if (data.length) on(name, JSON.parse(data.join("\n")));
}
