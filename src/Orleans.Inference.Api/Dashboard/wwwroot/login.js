// Asks for the key of a server that wants one, and lets the reader forget it.
import { call, key } from "/calls.js";

export class Login {
  #section; #field; #note; #forget;

  constructor(section, forget, entered) {
    this.#section = section;
    this.#field = section.querySelector("input");
    this.#note = section.querySelector("[role=alert]");
    this.#forget = forget;
    section.querySelector("form").addEventListener("submit", event => {
      event.preventDefault();
      const text = this.#field.value.trim();
      if (!/^[!-~]+$/.test(text)) {
        this.#note.textContent = "A key has letters, digits and signs only.";
        return;
      }
      key.keep(text);
      this.#field.value = "";
      entered();
    });
    forget.addEventListener("click", () => {
      key.forget();
      location.reload();
    });
    for (const link of document.querySelectorAll("nav a")) link.addEventListener("click", event => this.#open(event, link));
  }

  ask(reason) {
    this.#note.textContent = key.isKept ? reason : "";
    key.forget();
    this.#section.hidden = false;
    this.#forget.hidden = true;
    this.#field.focus();
  }

  done() {
    this.#section.hidden = true;
    this.#forget.hidden = !key.isKept;
  }

  // A link cannot send a key, so what it leads to is fetched and shown.
  async #open(event, link) {
    if (!key.isKept) return;
    event.preventDefault();
    const text = await (await call(link.getAttribute("href"))).text();
    location.assign(URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" })));
  }
}
