/* Why a verdict is as it is, and which facts are still missing. The same choices as the server's `explain`. */

import { BIRTH, FALSE, MUNICIPALITY, NOBODY, RECEIVED, TRUE, UNKNOWN, VACCINATED, compile, factsOf } from "./engine.js";

const tests = new WeakMap();

function truthOf(tree, scene) {
  if (!tests.has(tree)) tests.set(tree, compile(tree));
  return tests.get(tree)(scene);
}

/** Put a municipality's own part in the place of 自治体条件 where it is known. */
function resolved(tree, scene) {
  if (tree.node !== "SubCondition") return tree;
  return scene.rulebook.parts.get(`${tree.name}|${scene.household.facts[MUNICIPALITY]}`) ?? tree;
}

/** Return the smallest set of atoms that decides, as {atom, truth, negated}: all that hold, one that fails, or the open ones. */
export function decisive(tree, scene, negated = false) {
  const node = resolved(tree, scene);
  const truth = truthOf(node, scene);
  if (node.node === "Not") return decisive(node.item, scene, !negated);
  if (node.node !== "And" && node.node !== "Or") return [{ atom: node, truth, negated }];
  const same = node.items.filter((item) => truthOf(item, scene) === truth);
  const parts = same.map((item) => decisive(item, scene, negated));
  if (truth !== (node.node === "And" ? FALSE : TRUE)) return parts.flat();
  return parts.reduce((least, part) => (part.length < least.length ? part : least));
}

/** Return the facts that could still decide, as texts "whose/attribute", for one person of a role. */
export function missing(tree, scene, role, found = new Set()) {
  const node = resolved(tree, scene);
  if (truthOf(node, scene) !== UNKNOWN) return found;
  if (node.node === "And" || node.node === "Or") node.items.forEach((item) => missing(item, scene, role, found));
  else if (node.node === "Not") missing(node.item, scene, role, found);
  else if (node.condition) ofGroup(node, scene, found);
  else if (node.node === "BirthOrder") found.add(`子/${BIRTH}`);
  else attributes(node).filter((attr) => isOpen(attr, scene)).forEach((attr) => found.add(`${whose(attr.owner, role)}/${attr.name}`));
  return found;
}

function ofGroup(node, scene, found) {
  const home = scene.household;
  const groups = [["子", home.children]];
  if (node.group === "子") {
    if (!home.childrenComplete) found.add(`子/${BIRTH}`);
  } else {
    groups.push(["申請者", [home.applicant]], ["世帯員", home.others]);
    if (!home.membersComplete) groups.push(["世帯員", [home.rest]]);
  }
  for (const [role, people] of groups) {
    for (const member of people) missing(node.condition, { ...scene, member }, role, found);
  }
}

function isOpen(attr, scene) {
  if (attr.owner === "児童か申請者") {
    return !(attr.name in scene.person.facts) || !(attr.name in scene.household.applicant.facts);
  }
  const value = factsOf(attr.owner, scene)[attr.name];
  return typeof value !== "boolean" && typeof value !== "string";
}

function whose(owner, role) {
  if (owner === "世帯") return "世帯";
  return owner === "申請者" || owner === "児童か申請者" ? "申請者" : role;
}

function attributes(atom) {
  if (atom.node === "Limit") return [atom.attr, atom.by];
  if (atom.attr) return [atom.attr];
  const name = { Age: BIRTH, Reached: BIRTH, Receives: RECEIVED, Doses: VACCINATED }[atom.node];
  if (name) return [{ owner: atom.owner, name }];
  return atom.node === "InTokyo" || atom.node === "SubCondition" ? [{ owner: "世帯", name: MUNICIPALITY }] : [];
}

/** Return the facts of a household that a possible programme still needs. */
export function openFacts(rule, result, household, today, rulebook) {
  const found = new Set();
  for (const { role, index, person } of result.persons) {
    const scene = { today, household, person, rulebook, member: NOBODY };
    if (index >= 0) missing(rule.tree, scene, role, found);
    else if (truthOf(rule.tree, scene) !== FALSE) found.add(`${role}/${BIRTH}`);
  }
  return found;
}
