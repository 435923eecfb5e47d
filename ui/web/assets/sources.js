// Runs once when the source panel appears, with `element` (the panel) and `trigger` (an event for the server).
// A citation's href is "#t2-c3-s1": turn 2, claim 3, source 1. The marks of the article name the same group.

const panel = element;
let waiting = null; // the citation whose sources have been asked for
let origin = null; // the citation that was followed last, for the way back
const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

function clear() {
  for (const node of panel.querySelectorAll(".d-on")) node.classList.remove("d-on");
}

function show(group) {
  const [turn, , source] = group.split("-");
  const card = panel.querySelector(`[id="${turn}-${source}"]`);
  if (!card) return;
  clear();
  card.classList.add("d-on");
  const marks = [...card.querySelectorAll(`mark[data-cites~="${group}"]`)];
  for (const mark of marks) {
    mark.classList.add("d-on");
    for (let box = mark.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  }
  const rest = card.closest("details");
  if (rest) rest.open = true;
  const target = marks[0] || card;
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: marks.length ? "center" : "start", behavior: motion() });
  offerWayBack(card);
}

function offerWayBack(card) {
  panel.querySelector(".d-back")?.remove();
  const back = document.createElement("button");
  back.type = "button";
  back.className = "d-back";
  back.textContent = "Back to the answer";
  card.append(back);
}

function goBack() {
  const link = origin && origin.isConnected ? origin : document.querySelector("#conversation .d-cite");
  if (!link) return;
  link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "center", behavior: motion() });
}

function follow(link) {
  const group = link.getAttribute("href").split("#")[1];
  const turn = group.split("-")[0];
  origin = link;
  if (panel.querySelector(`[data-turn="${turn}"]`)) return show(group);
  waiting = group;
  trigger("click", { turn: Number(turn.slice(1)) });
}

function onClick(event) {
  const link = event.target.closest?.("a.d-cite");
  if (link) {
    event.preventDefault();
    follow(link);
  } else if (event.target.closest?.(".d-back")) {
    goBack();
  }
}

function onKey(event) {
  if (event.key === " " && event.target.closest?.("a.d-cite")) {
    event.preventDefault();
    follow(event.target.closest("a.d-cite"));
  }
}

// The panel may be built anew while the page lives: only the newest one listens.
window.dossierSources?.abort();
window.dossierSources = new AbortController();
const { signal } = window.dossierSources;
document.addEventListener("click", onClick, { signal });
document.addEventListener("keydown", onKey, { signal });

new MutationObserver(() => {
  if (!waiting || !panel.querySelector(`[data-turn="${waiting.split("-")[0]}"]`)) return;
  const group = waiting;
  waiting = null;
  show(group);
}).observe(panel, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-turn"] });

// Gradio labels each bubble with its source text; ours is HTML, which no one should have read aloud.
function unlabel() {
  for (const node of document.querySelectorAll("#conversation [data-testid][aria-label]")) node.removeAttribute("aria-label");
}
new MutationObserver(unlabel).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
