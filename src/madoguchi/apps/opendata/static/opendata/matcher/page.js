/* The page: asks one question at a time, judges on this device and shows why. After the book is here it asks nobody. */

import { MARK, MOST_CHILDREN, NONE, SKIP, AnswerError, householdOf, nextQuestion } from "./answers.js";
import { dayInJapan, writeDay } from "./days.js";
import { MUNICIPALITY, NOBODY, UNKNOWN, VERDICTS, complete, covers, judge, readImplications, readRulebook, readRules } from "./engine.js";
import { decisive, openFacts } from "./explain.js";
import { loadBook } from "./store.js";

const root = document.getElementById("matcher");
const language = root.dataset.language;
const part = (name) => root.querySelector(`[data-part="${name}"]`);
const say = (name, values = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`%(${key})s`, value), part("texts").querySelector(`[data-text="${name}"]`).textContent);
const inWords = (texts) => texts?.[language] || texts?.ja || "";
const spoken = language === "en" ? "en" : "ja";
const answers = new Map(); // in memory only: closing or clearing the page forgets them
let book, rules, rulebook, implications, programmes, words, wordings, shown;

function make(name, attributes = {}, ...inside) {
  const { text, ...others } = attributes;
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(others)) made.setAttribute(key, value);
  made.append(...(text === undefined ? [] : [text]), ...inside);
  return made;
}

async function start() {
  const { book: loaded, fresh } = await loadBook(root.dataset.book);
  book = loaded;
  [rules, rulebook, implications] = [readRules(book), readRulebook(book), readImplications(book)];
  programmes = new Map(book.conditions.map((item) => [item.id, item]));
  words = new Map(book.words.map((item) => [JSON.stringify(item.tree), item]));
  wordings = new Map(
    book.conditions.map((item) => [item.id, new Map(item.source_wording.map((one) => [JSON.stringify(one.tree), one]))]),
  );
  const day = writeDay(dayInJapan(Date.now()));
  part("state").textContent = say(fresh ? "ready" : "kept", { n: rules.length, s: book.meta.sequence, d: book.meta.as_of, today: day });
  part("work").hidden = false;
  part("clear").addEventListener("click", clear);
  part("question").addEventListener("submit", submit);
  show(false);
}

function assess() {
  const today = dayInJapan(Date.now());
  const household = complete(householdOf(book.questions, answers), implications, today, rulebook);
  const code = household.facts[MUNICIPALITY];
  const found = rules.filter((rule) => covers(rule, code)).map((rule) => ({ rule, ...judge(rule, household, today, rulebook) }));
  for (const one of found) one.open = one.truth === UNKNOWN ? openFacts(one.rule, one, household, today, rulebook) : new Set();
  return { today, household, found };
}

function show(moveFocus) {
  const now = assess();
  const scene = { today: now.today, household: now.household, person: now.household.applicant, rulebook, member: NOBODY };
  const open = now.found.filter((one) => one.truth === UNKNOWN).map((one) => one.open);
  shown = nextQuestion(book.questions, answers, open, scene);
  drawQuestion(now.household);
  drawResults(now);
  if (moveFocus) part("title").focus();
}

function drawQuestion(household) {
  const texts = shown ? shown[language] ?? shown.ja : null;
  part("title").textContent = texts ? texts.text : say("done");
  part("error").textContent = "";
  part("question").hidden = !shown;
  part("fields").replaceChildren();
  if (!shown) return;
  part("fields").append(make("legend", { class: "visually-hidden", text: texts.text }));
  if (texts.help) part("fields").append(make("p", { class: "hint", text: texts.help }));
  part("fields").append(...fields(household));
  part("none").hidden = !(shown.none || shown.kind === "checklist");
  part("none").textContent = inWords(shown.none) || say("none");
}

function fields(household) {
  if (shown.kind === "municipality") return [labelled("municipality", select())];
  if (shown.kind === "number") return [labelled("number", make("input", { inputmode: "numeric", maxlength: "12", name: "value" }))];
  if (shown.kind === "birthdate") return [labelled("birth", make("input", { type: "date", name: "value" })), ...choices("")];
  if (shown.kind === "birthdates") {
    return Array.from({ length: MOST_CHILDREN }, (_, index) => index + 1).map((n) => {
      return labelled("nth", make("input", { type: "date", name: "value" }), { n });
    });
  }
  if (!shown.each_child || household.children.length < 2) return choices("");
  return household.children.map((_, index) => {
    return make("fieldset", {}, make("legend", { text: say("nth", { n: index + 1 }) }), ...choices(MARK + index));
  });
}

function labelled(name, field, values = {}) {
  field.id = `field-${name}-${values.n ?? 0}`;
  return make("div", { class: "field" }, make("label", { for: field.id, text: say(name, values) }), field);
}

function select() {
  const places = book.municipalities.map((place) => make("option", { value: place.code, text: place[spoken] }));
  return make("select", { name: "value" }, make("option", { value: "", text: say("choose") }), ...places);
}

function choices(mark) {
  const options = new Map();
  for (const one of shown.sets) if (one.option && !options.has(one.option)) options.set(one.option, inWords(one) || one.option);
  if (shown.kind === "yes_no") for (const id of ["yes", "no"]) options.set(id, say(id));
  const type = shown.kind === "checklist" ? "checkbox" : "radio";
  return [...options].map(([id, label]) => {
    const field = make("input", { type, name: `option${mark}`, value: id + mark });
    return make("label", { class: "choice" }, field, make("span", { text: label }));
  });
}

function submit(event) {
  event.preventDefault();
  const pressed = event.submitter?.value ?? "next";
  const given = [...new FormData(part("question")).values()].filter((value) => value !== "");
  let answer = given;
  if (pressed === "skip") answer = [SKIP];
  else if (pressed === "none" || (!given.length && shown.kind === "checklist")) answer = [NONE];
  else if (!given.length) answer = null;
  try {
    if (answer === null) throw new AnswerError("empty");
    answers.set(shown.id, answer);
    householdOf(book.questions, answers);
    show(true);
  } catch (problem) {
    if (!(problem instanceof AnswerError)) throw problem;
    answers.delete(shown.id);
    part("error").textContent = say(`wrong-${problem.kind}`);
  }
}

function clear() {
  answers.clear();
  show(true);
  part("state").textContent = say("cleared");
}

function drawResults({ household, today, found }) {
  const lists = [...VERDICTS].reverse().map((verdict) => [verdict, found.filter((one) => one.verdict === verdict)]);
  part("counts").textContent = lists.map(([verdict, items]) => say("count", { label: say(verdict), n: items.length })).join(" ");
  const drawn = lists.map(([verdict, items]) => {
    items.sort((left, right) => programmes.get(right.rule.id).value_yen - programmes.get(left.rule.id).value_yen);
    const list = make("details", verdict === "eligible" ? { open: "" } : {});
    list.append(make("summary", { text: `${say(verdict)}（${items.length}）` }));
    let filled = false;
    const fill = () => {
      if (list.open && !filled) list.append(...items.map((one) => entry(one, household, today)));
      filled ||= list.open;
    };
    list.addEventListener("toggle", fill);
    fill();
    return list;
  });
  part("results").replaceChildren(...drawn);
}

function entry(one, household, today) {
  const programme = programmes.get(one.rule.id);
  const link = make("a", { href: root.dataset.prefix + programme.path, text: inWords(programme.name) });
  const result = make("div", { class: "result" }, make("h3", {}, link));
  const about = one.persons.find((person) => person.truth === one.truth);
  if (!about) result.append(make("p", { text: say("nobody") }));
  else result.append(make("p", { text: reasons(one, about, household, today) }));
  const open = openNames(one.open);
  if (open.length) result.append(make("p", { text: say("open", { what: open.join(spoken === "en" ? ", " : "、") }) }));
  return result;
}

function reasons(one, about, household, today) {
  const scene = { today, household, person: about.person, rulebook, member: NOBODY };
  const said = decisive(one.rule.tree, scene).map(({ atom, truth, negated }) => {
    const key = JSON.stringify(atom);
    const holds = truth === UNKNOWN ? !negated : truth === 2;
    const source = wordings.get(one.rule.id).get(key);
    const text = words.get(key)?.[spoken][holds ? 0 : 1] ?? "";
    return source ? say("source", { reason: text, wording: source[spoken] }) : text;
  });
  const whose = about.role === "子" && about.index >= 0 ? say("nth", { n: about.index + 1 }) + (spoken === "en" ? ": " : "：") : "";
  return whose + [...new Set(said)].slice(0, 6).join(" ／ ");
}

function openNames(open) {
  const attributes = new Map(book.attributes.map((item) => [item.name, item]));
  return [...new Set([...open].map((fact) => {
    const name = fact.split("/")[1];
    const item = attributes.get(name);
    return item?.label?.[spoken] || (spoken === "en" ? item?.en : "") || name;
  }))].slice(0, 6);
}

start().catch(() => {
  part("state").textContent = say("failed");
  part("fallback").hidden = false;
});
