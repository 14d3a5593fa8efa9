// Questions before something happens.
import { byId, copy, h, prose } from "./dom.js";
import { setToken, token } from "./api.js";

function open(title, ...content) {
  const dialog = byId("dialog");
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, title), ...content.flat(3).filter(Boolean));
  if (!dialog.open) dialog.showModal();
  return dialog;
}

export const close = () => byId("dialog").close();

export function showMessage(title, ...content) {
  open(title, content, h("p", { class: "row-buttons" }, h("button", { type: "button", onclick: close }, "Close")));
}

// Shows what would happen; resolves to true if it shall.
export function confirm(title, { content, command, verb, isDangerous }) {
  return new Promise((resolve) => {
    let answer = false;
    const choose = () => { answer = true; close(); };
    const dialog = open(title, content, command && h("p", {}, h("code", {}, command)),
      h("p", { class: "row-buttons" },
        h("button", { type: "button", class: isDangerous ? "danger" : "primary", id: "confirm", onclick: choose }, verb),
        command && h("button", { type: "button", onclick: () => copy(command) }, "Copy as command"),
        h("button", { type: "button", onclick: close, autofocus: true }, "Cancel")));
    dialog.addEventListener("close", () => resolve(answer), { once: true });
  });
}

// An editor for a value; resolves to the text, or to null.
export function edit(title, text, note) {
  return new Promise((resolve) => {
    let answer = null;
    const area = h("textarea", { id: "edited", spellcheck: "false", "aria-label": "New value" });
    area.value = text;
    const choose = () => { answer = area.value; close(); };
    const dialog = open(title, h("p", {}, note), area, h("p", { class: "row-buttons" },
      h("button", { type: "button", class: "primary", id: "confirm", onclick: choose }, "Use this value"),
      h("button", { type: "button", onclick: close }, "Cancel")));
    dialog.addEventListener("close", () => resolve(answer), { once: true });
  });
}

export function askToken(reason, done) {
  const input = h("input", { id: "token-input", type: "password", autocomplete: "off", "aria-describedby": "token-note" });
  input.value = token();
  const use = (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    close();
    done();
  };
  open("Token", reason && h("p", { class: "notice degraded" }, prose(reason)),
    h("p", { id: "token-note" }, "The read token shows everything; the operate token also allows actions. It stays in this tab until the tab is closed."),
    h("form", { onsubmit: use }, h("p", {}, h("label", { for: "token-input" }, "Token "), input),
      h("p", { class: "row-buttons" }, h("button", { class: "primary", type: "submit" }, "Use it"),
        h("button", { type: "button", onclick: () => { setToken(""); close(); done(); } }, "Forget it"),
        h("button", { type: "button", onclick: close }, "Cancel"))));
}

export function showHelp() {
  const keys = [["/", "filter the parked events"], ["p", "pause and go on"], ["g", "to the generations"], ["t", "enter a token"], ["Esc", "close what is open"], ["?", "this list"]];
  showMessage("Keys", h("dl", { class: "facts" }, keys.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])));
}
