// What a clerk can choose from, panel by panel: pure, from the newest scene.
//
// For: `panelOf(name, scene, chosen)` -> {title, field, groups}. A panel has groups of choices; a choice either asks the
// hall (`path`, `body`) or opens the next panel (`next`). A `field` is the reason that goes with the request; where it is
// `required`, no choice is sent without it. `moveOf(name)`: the move whose permission a panel needs.
// Not for: drawing (clerk.js).

const OUTCOMES = ["accepted", "materials_missing", "redirected", "consulted", "not_for_this_hall", "outage"];
const PARKINGS = ["visitor_holds", "window_holds", "outside"];
const MOVE = {
  "outcome": "finish", "call-why": "call", "row": "grant", "grant-class": "grant", "cover-why": "cover", "cover-me": "cover",
};
const CHIPS = {
  "call-why": ["reason.papers-ready", "reason.hard-to-wait", "reason.quick-question"],
  "grant-class": ["reason.card-shown", "reason.hard-to-wait"],
};

/** The move that must be allowed while a panel is open. */
export const moveOf = (name) => MOVE[name] || name;

/** @param chosen what was chosen on the way here: {ticket, clerk} */
export function panelOf(name, scene, chosen = {}) {
  const at = (verb) => `/windows/${scene.window}/${verb}`;
  const { desk } = scene;
  const titled = (groups, more = {}) => ({ title: [`clerk.choose.${name}`, more.values || {}], field: more.field || null, groups });
  const reason = (required) => ({ required, chips: CHIPS[name] || [] });
  const reasons = (clerk) => scene.pause_reasons.map(({ key, name: text }) => ({
    key, name: text, path: at("cover"), body: { ...(clerk ? { clerk } : {}), reason: key },
  }));
  switch (name) {
    case "outcome":
      return titled([{ choices: [
        ...(scene.ticket && scene.ticket.leaves_result ? [{ key: "result", text: "outcome.result", path: at("finish"), body: { result: true } }] : []),
        ...OUTCOMES.map((outcome) => ({ key: outcome, text: `outcome.${outcome}`, path: at("finish"), body: { outcome } })),
      ] }]);
    case "park":
      return titled([{ choices: PARKINGS.map((kind) => ({ key: kind, text: `park.${kind}`, path: at("park"), body: { kind } })) }]);
    case "pause":
      return titled([{ choices: scene.pause_reasons.map(({ key, name: text }) => ({ key, name: text, path: at("pause"), body: { reason: key } })) }]);
    case "transfer":
      return titled(transfers(scene, at), { field: { required: false, chips: [] } });
    case "call":
      return titled([{ choices: desk.queue.map((ticket) => ({ key: ticket.id, ticket, next: { panel: "call-why", chosen: { ticket } } })) }]);
    case "grant":
      return titled([{ choices: desk.queue.map((ticket) => ({ key: ticket.id, ticket, next: { panel: "grant-class", chosen: { ticket } } })) }]);
    case "row":
      return titled([{ choices: [
        ...(scene.may.includes("call") ? [{ key: "call", text: "clerk.call-this", next: { panel: "call-why", chosen } }] : []),
        { key: "grant", text: "move.grant", next: { panel: "grant-class", chosen } },
      ] }], { values: { number: chosen.ticket.number } });
    case "call-why":
      return titled([{ choices: [{ key: "go", text: "clerk.call-this", main: true, path: at("call"), body: { ticket: chosen.ticket.id } }] }],
        { field: reason(true), values: { number: chosen.ticket.number } });
    case "grant-class":
      return titled([{ choices: desk.classes.filter(({ key }) => key !== chosen.ticket.class_key).map(({ key, name: text }) => ({
        key, name: text, path: `/tickets/${encodeURIComponent(chosen.ticket.id)}/grant`, body: { priority_class: key },
      })) }], { field: reason(true), values: { number: chosen.ticket.number } });
    case "cover":
      return titled([{ choices: desk.backups.map(({ key, name: text }) => (scene.state === "paused" || desk.covers
        ? { key, name: text, path: at("cover"), body: { clerk: key } }
        : { key, name: text, next: { panel: "cover-why", chosen: { clerk: key } } })) }]);
    case "cover-why":
      return titled([{ choices: reasons(chosen.clerk) }]);
    case "cover-me":
      return titled([{ choices: reasons("") }]);
    case "away":
      return titled([{ choices: [
        ...scene.pause_reasons.map(({ key, name: text }) => ({ key, name: text, path: "/presence", body: { away: true, reason: key } })),
        { key: "other", text: "clerk.away.other", path: "/presence", body: { away: true } },
      ] }], { field: reason(false) });
    case "uncover":
      return titled([{ choices: [
        { key: "back", text: "clerk.uncover.back", path: at("uncover"), body: { back: true } },
        { key: "leave", text: "clerk.uncover.leave", path: at("uncover"), body: { back: false } },
      ] }]);
    default:
      return titled([]);
  }
}

function transfers(scene, at) {
  const to = (title, list, body) => ({
    title, choices: (list || []).map(({ key, name }) => ({ key: `${title}-${key}`, name, path: at("transfer"), body: body(key) })),
  });
  const groups = [
    to("clerk.to.window", scene.desk && scene.desk.windows, (key) => ({ window: Number(key) })),
    to("clerk.to.person", scene.people, (key) => ({ person: key })),
    to("clerk.to.service", scene.transfer_to, (key) => ({ service: key })),
  ];
  return groups.filter(({ choices }) => choices.length);
}
