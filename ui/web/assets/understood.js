// Runs once when the note above the question box appears, with `element` (the note) and `trigger` (an event for the
// server). Under an answer, "#t2-off-dates" asks question 2 again without its dates, "#t2-edit" puts it into the box.

const note = element;

function toTheBox() {
  document.querySelector("#question textarea")?.focus();
}

function act(link) {
  const [turn, does, kind] = link.getAttribute("href").split("#")[1].split("-");
  const number = Number(turn.slice(1));
  if (does === "edit") {
    trigger("edit", { turn: number });
    toTheBox();
  } else {
    trigger("apply", { turn: number, kind });
  }
}

function onClick(event) {
  const link = event.target.closest?.("a.d-edit, a.d-switch");
  if (link) {
    event.preventDefault();
    act(link);
    if (event.detail === 0) toTheBox(); // by keyboard: the link goes away with the answer
  } else if (event.target.closest?.(".d-with-history")) {
    trigger("clear");
    toTheBox();
  }
}

function onKey(event) {
  const link = event.key === " " && event.target.closest?.("a.d-edit, a.d-switch");
  if (!link) return;
  event.preventDefault();
  act(link);
  toTheBox();
}

// The note may be built anew while the page lives: only the newest one listens.
window.dossierUnderstood?.abort();
window.dossierUnderstood = new AbortController();
const { signal } = window.dossierUnderstood;
document.addEventListener("click", onClick, { signal });
document.addEventListener("keydown", onKey, { signal });
