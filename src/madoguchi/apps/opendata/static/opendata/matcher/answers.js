/* Turns answers into facts and chooses the next question. Answers are lists of texts; "option@1" is about the second child. */

import { MUNICIPALITY, NOBODY, RECEIVED, TRUE, VACCINATED, compile, readFacts } from "./engine.js";
import { readDay } from "./days.js";

export const NONE = "none";
export const SKIP = "skip";
export const MARK = "@";
export const MOST_CHILDREN = 12;
const CHOSEN = ["checklist", "choice", "yes_no"];

/** An answer that cannot be; `kind` says which text of the page explains it. */
export class AnswerError extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** Return a household of which nothing is known yet. */
export function unknownHousehold() {
  return {
    facts: {}, applicant: NOBODY, children: [], others: [], childrenComplete: false, membersComplete: false, rest: NOBODY,
  };
}

/** Return the household after an answer; throw AnswerError on one that cannot be. */
export function apply(question, answer, household) {
  if (question.kind === "birthdates") return withChildren(question, answer, household);
  if (answer.some((option) => option.includes(MARK))) return eachChild(question, answer, household);
  const facts = CHOSEN.includes(question.kind) ? chosen(question, answer) : typed(question, answer);
  if ((question.completes ?? []).includes(RECEIVED) && ![...facts.values()].some((one) => one.attribute === RECEIVED)) {
    facts.set(RECEIVED, { who: "申請者", attribute: RECEIVED, value: [] });
  }
  return [...facts.values()].reduce(setFact, household);
}

function eachChild(question, answer, household) {
  const children = household.children.map((child, index) => {
    const own = answer.filter((option) => option.endsWith(MARK + index)).map((option) => option.split(MARK)[0]);
    if (!own.length && question.kind !== "checklist") return child;
    const facts = [...chosen(question, own).values()].filter(({ who }) => who === "子");
    return { facts: { ...child.facts, ...readFacts(Object.fromEntries(facts.map((one) => [one.attribute, one.value]))) } };
  });
  return { ...household, children };
}

function chosen(question, answer) {
  const options = new Set(answer);
  if (question.kind === "choice" && question.sets.some((one) => options.has(one.option) && !one.attribute)) return new Map();
  const isTicked = (one) => options.has(one.option) || (question.kind === "yes_no" && options.has("yes"));
  const keyOf = (one) => `${one.who}/${one.attribute}`;
  const blocked = new Set(question.sets.filter((one) => isTicked(one) && one.attribute !== VACCINATED).map(keyOf));
  const facts = new Map();
  for (const one of question.sets) {
    const value = isTicked(one) ? one.value : one.otherwise;
    if (!one.attribute || value === null || value === undefined) continue;
    if (!isTicked(one) && blocked.has(keyOf(one))) continue;
    const before = facts.get(keyOf(one))?.value;
    facts.set(keyOf(one), { who: one.who, attribute: one.attribute, value: joined(before, value) });
  }
  return facts;
}

function joined(before, value) {
  if (Array.isArray(value)) return [...(before ?? []), ...value];
  const isRecord = (one) => typeof one === "object" && one !== null && !Array.isArray(one);
  return isRecord(value) && isRecord(before) ? { ...before, ...value } : value;
}

function typed(question, answer) {
  const options = new Set(question.sets.map((one) => one.option).filter(Boolean));
  const plain = answer.filter((text) => !options.has(text));
  if (plain.length !== 1) throw new AnswerError("empty");
  let value = plain[0].trim();
  if (question.kind === "birthdate") birthOf(value);
  if (question.kind === "number") {
    value = value.normalize("NFKC").replaceAll(",", "");
    if (!/^\d{1,10}$/.test(value)) throw new AnswerError("number");
    value = Number(value);
  }
  const used = question.sets.filter((one) => one.attribute && (!one.option || answer.includes(one.option)));
  return new Map(used.map((one) => [`${one.who}/${one.attribute}`, { ...one, value: one.value ?? value }]));
}

function birthOf(text) {
  const year = Number(text.slice(0, 4));
  if (readDay(text) === null || year < 1880 || year > 2200) throw new AnswerError("date");
  return text;
}

function withChildren(question, answer, household) {
  const births = answer.filter((text) => text.trim() && text !== NONE).map(birthOf);
  if (!births.length && !answer.includes(NONE)) throw new AnswerError("empty");
  if (births.length > MOST_CHILDREN) throw new AnswerError("many");
  const children = births.sort().map((birth) => ({ facts: readFacts({ 生年月日: birth }) }));
  const start = { ...household, children, childrenComplete: true };
  return question.sets.reduce((now, one) => {
    const value = children.length ? one.value : one.otherwise;
    return value === null || value === undefined ? now : setFact(now, { ...one, value });
  }, start);
}

function setFact(household, { who, attribute, value }) {
  const facts = readFacts({ [attribute]: value });
  const more = (person) => ({ facts: { ...person.facts, ...facts } });
  if (who === "世帯") return { ...household, ...more(household) };
  if (who === "申請者") return { ...household, applicant: more(household.applicant) };
  if (who === "世帯員") return { ...household, others: household.others.map(more), rest: more(household.rest) };
  return { ...household, children: household.children.map(more) };
}

/** Return the household that all answers describe, in the order of the book. */
export function householdOf(questions, answers) {
  return questions.reduce((now, question) => {
    const answer = answers.get(question.id);
    return answer && !answer.includes(SKIP) ? apply(question, answer, now) : now;
  }, unknownHousehold());
}

/** Return the next question: the municipality first, then the one that touches most open programmes; null when none helps.
 *
 * `open` holds for each possible programme the facts that it still needs. A sensitive question waits for its turn.
 */
export function nextQuestion(questions, answers, open, scene) {
  let best = null;
  let most = 0;
  for (const question of questions) {
    if (answers.has(question.id) || !(question.after ?? []).every((id) => answers.has(id))) continue;
    if (question.asked_when_tree && compile(question.asked_when_tree)(scene) !== TRUE) continue;
    const facts = question.sets.filter((one) => one.attribute).map((one) => `${one.who}/${one.attribute}`);
    const touched = open.filter((needs) => facts.some((fact) => needs.has(fact))).length;
    if (touched && question.sets.some((one) => one.attribute === MUNICIPALITY)) return question;
    const worth = touched / (1 + question.sensitivity);
    if (worth > most) [best, most] = [question, worth];
  }
  return best;
}
