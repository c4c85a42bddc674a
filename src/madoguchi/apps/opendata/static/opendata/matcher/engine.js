/* Judges one household by the condition trees of /api/v1/conditions. No network, no clock, no page.
 *
 * Verdicts are those of the server's engine: Kleene's logic with 0 false, 1 unknown, 2 true. A fact that is not there is
 * unknown, never a default. A tree becomes nested functions once and is then called per person.
 */

import { ageMonths, ageYears, anniversary, attainedOn, fiscalAge, readDay } from "./days.js";

export const FALSE = 0;
export const UNKNOWN = 1;
export const TRUE = 2;
export const VERDICTS = ["ineligible", "possible", "eligible"];
export const MUNICIPALITY = "自治体コード";
export const BIRTH = "生年月日";
export const RECEIVED = "受給中の制度";
export const VACCINATED = "接種記録";
export const ALL_SERIES = "*";
export const NOBODY = Object.freeze({ facts: Object.freeze({}) });

const AGES = { 年齢: ageYears, 月齢: ageMonths, 年度年齢: fiscalAge };
const COMPARE = {
  "=": (left, right) => left === right,
  "<>": (left, right) => left !== right,
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  ">=": (left, right) => left >= right,
};

/** A number known only to lie between two bounds, both included; null is open. */
class Band {
  constructor(low, high) {
    this.low = low;
    this.high = high;
  }
}

/** A day as a fact, apart from plain numbers. */
class Day {
  constructor(number) {
    this.number = number;
  }
}

const isBand = (value) => value instanceof Band;
const truth = (holds) => (holds ? TRUE : FALSE);
const EMPTY = new Band(null, null);

/** Return the engine's value of a plain one: dates as YYYY-MM-DD, bands as {min, max}, sets as lists. */
export function readValue(value) {
  if (value instanceof Band || value instanceof Day || value instanceof Set || value instanceof Map) return value;
  if (Array.isArray(value)) return new Set(value);
  if (typeof value === "string") {
    const day = readDay(value);
    return day === null ? value : new Day(day);
  }
  if (typeof value !== "object") return value;
  if ("min" in value || "max" in value) return new Band(value.min ?? null, value.max ?? null);
  return new Map(Object.entries(value).map(([series, doses]) => [series, readValue(doses)]));
}

/** Return facts by attribute name; null stands for a fact that is not known and is left out. */
export function readFacts(facts) {
  const known = Object.entries(facts ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, readValue(value)]));
}

/** Return a household: facts, applicant, children, others, and whether the lists are complete (no = one more, unknown). */
export function readHousehold(plain) {
  const person = (facts) => ({ facts: readFacts(facts) });
  return {
    facts: readFacts(plain.facts),
    applicant: person(plain.applicant),
    children: (plain.children ?? []).map(person),
    others: (plain.others ?? []).map(person),
    childrenComplete: plain.children_complete ?? true,
    membersComplete: plain.members_complete ?? true,
    rest: person(plain.rest),
  };
}

/** Return what conditions need besides themselves, from the book of /api/v1/conditions. */
export function readRulebook(book) {
  const tables = book.income_tables.map((table) => [table.name, table.versions.map(readVersion)]);
  const parts = book.subconditions.map((part) => [`${part.name}|${part.municipality}`, part.tree]);
  return {
    tables: new Map(tables),
    parts: new Map(parts),
    tests: new Map(parts.map(([key, tree]) => [key, compile(tree)])),
    municipalities: new Set(book.municipalities.map((place) => place.code)),
  };
}

function readVersion(version) {
  const end = version.to ? readDay(version.to) : null;
  return { start: readDay(version.from), end, limits: version.limits, step: version.step || 0 };
}

/** Return the programmes ready to judge, in the order of the book. */
export function readRules(book) {
  return book.conditions.map((item) => ({
    id: item.id,
    subject: item.subject,
    tree: item.tree,
    test: compile(item.tree),
    from: item.effective_from ? readDay(item.effective_from) : null,
    to: item.effective_to ? readDay(item.effective_to) : null,
    area: item.area ? new Set(item.area) : null,
  }));
}

/** Tell whether a programme may concern a resident of a municipality (undefined = not known). */
export function covers(rule, municipality) {
  return rule.area === null || (municipality !== undefined && rule.area.has(municipality));
}

/** Return the persons whom a programme may concern, as {role, index, person}; index −1 = a child who is not listed. */
export function concerned(rule, household) {
  const applicant = { role: "申請者", index: 0, person: household.applicant };
  if (rule.subject === "世帯") return [applicant];
  const children = household.children.map((person, index) => ({ role: "子", index, person }));
  if (!household.childrenComplete) children.push({ role: "子", index: -1, person: NOBODY });
  if (rule.subject === "児童") return children;
  const others = household.others.map((person, index) => ({ role: "世帯員", index, person }));
  return [applicant, ...children, ...others];
}

/** Judge one programme on a day; `truth` is that of the person whom it concerns most, `persons` says it for each. */
export function judge(rule, household, today, rulebook) {
  if ((rule.from !== null && rule.from > today) || (rule.to !== null && today > rule.to)) {
    return { truth: FALSE, verdict: VERDICTS[FALSE], persons: [], inForce: false };
  }
  const persons = concerned(rule, household).map(({ role, index, person }) => {
    const value = rule.test({ today, household, person, rulebook, member: NOBODY });
    return { role, index, person, truth: index >= 0 ? value : Math.min(value, UNKNOWN) };
  });
  const best = persons.reduce((found, one) => Math.max(found, one.truth), FALSE);
  return { truth: best, verdict: VERDICTS[best], persons, inForce: true };
}

/** Return the household with every fact that follows by law; what was told always stays. Earlier ones feed later ones. */
export function complete(household, implications, today, rulebook) {
  return implications.reduce((now, item) => follow(now, item, today, rulebook), household);
}

/** Return the implications of a book ready to use. */
export function readImplications(book) {
  return book.implications.map((item) => {
    return { test: compile(item.tree), person: readFacts(item.person), household: readFacts(item.household) };
  });
}

function follow(household, implication, today, rulebook) {
  const holds = (person) => implication.test({ today, household, person, rulebook, member: NOBODY }) === TRUE;
  const isNew = (facts, known) => Object.keys(facts).some((name) => !(name in known));
  const filled = (person) =>
    isNew(implication.person, person.facts) && holds(person)
      ? { facts: { ...implication.person, ...person.facts } }
      : person;
  const facts =
    isNew(implication.household, household.facts) && holds(household.applicant)
      ? { ...implication.household, ...household.facts }
      : household.facts;
  return {
    ...household,
    facts,
    applicant: filled(household.applicant),
    children: household.children.map(filled),
    others: household.others.map(filled),
  };
}

/** Return the facts of an owner as a case sees them. */
export function factsOf(owner, scene) {
  if (owner === "本人") return scene.person.facts;
  if (owner === "世帯") return scene.household.facts;
  return owner === "申請者" ? scene.household.applicant.facts : scene.member.facts;
}

/** Return a function that judges a case {today, household, person, rulebook, member} by a tree. */
export function compile(tree) {
  const builder = BUILDERS[tree.node];
  if (!builder) throw new Error(`${tree.node} is no condition that this page knows. Load the page again.`);
  return builder(tree);
}

const BUILDERS = {
  And: ({ items }) => {
    const tests = items.map(compile);
    return (scene) => {
      let result = TRUE;
      for (const test of tests) {
        result = Math.min(result, test(scene));
        if (result === FALSE) break;
      }
      return result;
    };
  },
  Or: ({ items }) => {
    const tests = items.map(compile);
    return (scene) => {
      let result = FALSE;
      for (const test of tests) {
        result = Math.max(result, test(scene));
        if (result === TRUE) break;
      }
      return result;
    };
  },
  Not: ({ item }) => {
    const test = compile(item);
    return (scene) => TRUE - test(scene);
  },
  Constant: ({ value }) => () => truth(value),
  Review: () => () => UNKNOWN,
  Flag: ({ attr }) => (scene) => known(attr, scene, (value) => truth(value === true)),
  Compare: (tree) => {
    const bound = typeof tree.value === "object" ? readDay(tree.value.date) : tree.value;
    const compare = COMPARE[tree.op];
    return (scene) =>
      known(tree.attr, scene, (value) => {
        if (!isBand(value)) return truth(compare(value instanceof Day ? value.number : value, bound));
        return typeof tree.value === "number" ? compareBands(value, tree.op, new Band(bound, bound)) : UNKNOWN;
      });
  },
  OneOf: ({ attr, values }) => {
    const chosen = new Set(values);
    return (scene) => known(attr, scene, (value) => truth(chosen.has(value)));
  },
  Age: ({ owner, measure, op, number }) => {
    const compare = COMPARE[op];
    return (scene) => born(owner, scene, (birth) => truth(compare(AGES[measure](birth, scene.today), number)));
  },
  Reached: ({ owner, counting, months, op }) => {
    const dayFor = counting === "到達日" ? attainedOn : anniversary;
    return (scene) => born(owner, scene, (birth) => truth(COMPARE[op](scene.today, dayFor(birth, months))));
  },
  AsOf: ({ op, day }) => {
    const bound = readDay(day.date);
    return (scene) => truth(COMPARE[op](scene.today, bound));
  },
  InTokyo: () => (scene) => {
    const code = scene.household.facts[MUNICIPALITY];
    return code === undefined ? UNKNOWN : truth(scene.rulebook.municipalities.has(code));
  },
  Limit: (tree) => (scene) => {
    const version = (scene.rulebook.tables.get(tree.table) ?? []).find(
      (one) => one.start <= scene.today && (one.end === null || scene.today <= one.end),
    );
    if (!version) return UNKNOWN;
    const amount = asBand(factsOf(tree.attr.owner, scene)[tree.attr.name]);
    const count = asBand(factsOf(tree.by.owner, scene)[tree.by.name]);
    const open = version.step ? null : Math.max(...version.limits);
    const high = count.high === null ? open : limitAt(version, count.high);
    return compareBands(amount, tree.op, new Band(limitAt(version, count.low ?? 0), high));
  },
  Receives: ({ owner, programme }) => {
    const owners = owner === "児童か申請者" ? ["本人", "申請者"] : [owner];
    return (scene) =>
      owners.reduce((best, who) => {
        const received = factsOf(who, scene)[RECEIVED];
        return Math.max(best, received instanceof Set ? truth(received.has(programme)) : UNKNOWN);
      }, FALSE);
  },
  Doses: ({ owner, series, op, number }) => (scene) => {
    const record = factsOf(owner, scene)[VACCINATED];
    if (!(record instanceof Map)) return UNKNOWN;
    const doses = record.get(series) ?? (record.has(ALL_SERIES) ? 0 : undefined);
    return doses === undefined ? UNKNOWN : compareBands(asBand(doses), op, new Band(number, number));
  },
  SubCondition: ({ name }) => (scene) => {
    const test = scene.rulebook.tests.get(`${name}|${scene.household.facts[MUNICIPALITY]}`);
    return test ? test(scene) : UNKNOWN;
  },
  Exists: (tree) => {
    const members = membersOf(tree);
    return (scene) => members(scene).reduce((best, { value }) => Math.max(best, value), FALSE);
  },
  Every: (tree) => {
    const members = membersOf(tree);
    const least = (found, { value, sure }) => Math.min(found, sure ? value : Math.max(UNKNOWN, value));
    return (scene) => members(scene).reduce(least, TRUE);
  },
  Count: (tree) => {
    const members = membersOf(tree);
    return (scene) => {
      const found = members(scene);
      const low = found.filter(({ value }) => value === TRUE).length;
      const unknown = found.filter(({ value }) => value === UNKNOWN);
      const high = unknown.some(({ sure }) => !sure) ? null : low + unknown.length;
      return compareBands(new Band(low, high), tree.op, new Band(tree.number, tree.number));
    };
  },
  BirthOrder: (tree) => (scene) => birthOrder(tree, scene),
};

function known(attr, scene, test) {
  const value = factsOf(attr.owner, scene)[attr.name];
  return value === undefined ? UNKNOWN : test(value);
}

function born(owner, scene, test) {
  const birth = factsOf(owner, scene)[BIRTH];
  return birth instanceof Day ? test(birth.number) : UNKNOWN;
}

function asBand(value) {
  if (isBand(value)) return value;
  return typeof value === "number" ? new Band(value, value) : EMPTY;
}

function limitAt(version, dependants) {
  const last = version.limits.length - 1;
  return version.limits[Math.min(dependants, last)] + version.step * Math.max(0, dependants - last);
}

/** Compare two intervals; a definite answer only where every pair of values gives it. */
function compareBands(left, op, right) {
  const bothUp = left.high !== null && right.low !== null;
  const bothDown = left.low !== null && right.high !== null;
  const below = bothUp && left.high < right.low;
  const above = bothDown && left.low > right.high;
  const notAbove = bothUp && left.high <= right.low;
  const notBelow = bothDown && left.low >= right.high;
  const same = left.low !== null && left.low === left.high && left.low === right.low && left.low === right.high;
  const [yes, no] = {
    "<": [below, notBelow],
    "<=": [notAbove, above],
    ">": [above, notAbove],
    ">=": [notBelow, below],
    "=": [same, below || above],
    "<>": [below || above, same],
  }[op];
  return yes ? TRUE : no ? FALSE : UNKNOWN;
}

/** Return a function that judges each member; one that may not exist at all is at most unknown and not sure. */
function membersOf(tree) {
  const test = compile(tree.condition);
  const children = tree.group === "子";
  return (scene) => {
    const home = scene.household;
    const members = children ? home.children : [home.applicant, ...home.children, ...home.others];
    const found = members.map((member) => ({ value: test({ ...scene, member }), sure: true }));
    if (!(children ? home.childrenComplete : home.membersComplete)) {
      const value = test({ ...scene, member: children ? NOBODY : home.rest });
      found.push({ value: tree.node === "Every" ? value : Math.min(UNKNOWN, value), sure: false });
    }
    return found;
  };
}

function birthOrder(tree, scene) {
  const own = scene.person.facts[BIRTH];
  let [low, high, afterOwn] = [1, 1, false];
  for (const child of scene.household.children) {
    if (child === scene.person) {
      afterOwn = true;
      continue;
    }
    const birth = child.facts[BIRTH];
    if (!(birth instanceof Day) || !(own instanceof Day)) {
      high += 1;
      continue;
    }
    const elder = birth.number < own.number || (birth.number === own.number && !afterOwn);
    if (elder && fiscalAge(birth.number, scene.today) <= tree.fiscal_age_limit) [low, high] = [low + 1, high + 1];
  }
  const top = scene.household.childrenComplete ? high : null;
  return compareBands(new Band(low, top), tree.op, new Band(tree.number, tree.number));
}
