// Choosing: the service, the day, the time, and who is coming. What is chosen shrinks to one line, which opens again.
//
// For: `<book-choose>`: `offer(offer)` once, then `begin()` for a new booking or `begin(booking)` for another time of one.
// It says `booked` (the new booking) and `left` (back to the old one). With `staff` it books for somebody on the phone, who
// need not be named, and finds a booking by its number: `found`.
// What goes wrong: somebody else was quicker: the sentence of the hall, and the times anew; a number with a typing error:
// said at its field.

import { Problem, pressKey } from "../shared/api.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, put, putEach, say } from "../shared/texts.js";
import { tell } from "../shared/problem-text.js";
import { dayOf, hhmm, longDay, shortDay, weekdayName } from "./when.js";

const STEPS = ["service", "day", "slot", "who"];
const NOON = "12:00";

export class BookChoose extends HTMLElement {
  api = null;
  staff = false;
  #offer = null;
  #old = null; // the booking that gets another time
  #chosen = { service: null, day: null, slot: null };
  #step = "service";
  #slots = null;
  #looked = 0;
  #card = false; // booked by the card number instead of the phone
  #press = null; // {said, key} of the request that is under way or was lost
  #busy = false;

  #title = h("h1", { class: "stack", tabindex: "-1" });
  #lead = h("p", { class: "lead stack" });
  #parts = {};
  #problem = h("p", { class: "said stack", role: "alert", hidden: true });
  #services = h("ul", { class: "services" });
  #week = h("div", { class: "week", "aria-hidden": "true" });
  #days = h("div", { class: "days" });
  #release = h("p", { class: "hint stack" });
  #times = h("div", { class: "times" });
  #field = h("input", { name: "number", autocomplete: "off", spellcheck: "false", maxlength: 24, required: true, oninput: () => this.#typed() });
  #label = h("span", { class: "stack" });
  #other = h("button", { class: "link stack", type: "button", onclick: () => this.#useCard(!this.#card) });
  #go = h("button", { class: "main stack", type: "submit" });
  #form = h("form", { novalidate: true, onsubmit: (event) => this.#submit(event) });
  #wanted = h("input", { inputmode: "numeric", autocomplete: "off", maxlength: 9 });
  #unfound = h("p", { class: "said stack", role: "alert", hidden: true });
  #finder = h("form", { class: "finder", novalidate: true, hidden: true, onsubmit: (event) => this.#find(event) });
  #leave = h("button", { class: "quiet stack", hidden: true, onclick: () => this.dispatchEvent(new Event("left")) });

  connectedCallback() {
    if (this.firstChild) return;
    const inner = { service: this.#services, day: h("div", {}, this.#week, this.#days, this.#release), slot: this.#times, who: this.#form };
    for (const step of STEPS) this.#parts[step] = part(step, inner[step], () => this.#open(step));
    say(this.#lead, "book.lead");
    say(this.#leave, "book.back");
    const privacy = h("p", { class: "hint stack" });
    say(privacy, "book.private");
    this.#form.append(
      h("label", {}, this.#label, this.#field), this.#other, privacy, this.#problem, this.#go);
    const wanted = h("span", { class: "stack" });
    say(wanted, "book.find");
    const look = h("button", { class: "quiet", type: "submit" });
    say(look, "book.find.go");
    this.#finder.append(h("label", {}, wanted, this.#wanted), look, this.#unfound);
    this.append(this.#title, this.#lead, this.#finder, ...STEPS.map((step) => this.#parts[step].root), this.#leave);
  }

  offer(offer) {
    this.#offer = offer;
  }

  /** A new booking, or another time for `old`. */
  begin(old = null) {
    this.#old = old;
    const services = this.#offer.services;
    const wanted = old ? services.find((each) => each.code === old.service) : services.length === 1 ? services[0] : null;
    this.#chosen = { service: wanted || null, day: null, slot: null };
    this.#slots = null;
    this.#press = null;
    this.#field.value = "";
    this.#problem.hidden = true;
    this.#useCard(false);
    this.hidden = false;
    this.#step = wanted ? "day" : "service";
    this.update();
    scrollTo(0, 0);
    this.#title.focus({ preventScroll: true });
  }

  update() {
    const { service, day, slot } = this.#chosen;
    say(this.#title, this.#old ? "book.move" : this.staff ? "book.staff" : "book.title");
    this.#lead.hidden = Boolean(this.#old) || this.staff;
    this.#finder.hidden = Boolean(this.#old) || !this.staff;
    this.#leave.hidden = !this.#old;
    const only = Boolean(this.#old) || this.#offer.services.length === 1;
    for (const step of STEPS) {
      const { root, head, said } = this.#parts[step];
      const at = STEPS.indexOf(this.#step);
      const mine = STEPS.indexOf(step);
      const closed = mine > at || (step === "who" && mine !== at);
      root.hidden = closed && mine > at;
      flag(root, "data-open", mine === at);
      head.disabled = mine >= at || (step === "service" && only);
      said.hidden = mine >= at;
    }
    if (service) put(this.#parts.service.said, { zh: service.name, en: service.name_en });
    if (day) putEach(this.#parts.day.said, (tag) => longDay(tag, day.day));
    if (slot) write(this.#parts.slot.said, `${hhmm(slot.starts)}–${hhmm(slot.ends)}`);
    if (this.#step === "service") this.#drawServices();
    if (this.#step === "day") this.#drawDays();
    if (this.#step === "slot") this.#drawTimes();
    if (this.#step === "who") this.#drawWho();
  }

  #open(step) {
    this.#step = step;
    this.#problem.hidden = true;
    if (step === "slot") this.#look();
    this.update();
    const { root } = this.#parts[step];
    root.querySelector("h2").focus({ preventScroll: true });
    root.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }

  #drawServices() {
    rows(this.#services, this.#offer.services, (each) => each.code,
      () => h("li", {}, h("button", { class: "choice", onclick: (event) => this.#chooseService(event.currentTarget.service) },
        h("span", { class: "name stack" }), h("span", { class: "more stack" }))),
      (item, service) => {
        const button = item.firstChild;
        button.service = service;
        put(button.children[0], { zh: service.name, en: service.name_en });
        put(button.children[1], { zh: service.zone, en: service.zone_en });
      });
  }

  #chooseService(service) {
    if (this.#chosen.service !== service) this.#chosen = { service, day: null, slot: null };
    this.#open("day");
  }

  #drawDays() {
    const first = this.#offer.days[0];
    rows(this.#week, [0, 1, 2, 3, 4, 5, 6], (each) => each, () => h("span"), (element, weekday) => {
      putEach(element, (tag) => weekdayName(tag, weekday));
    });
    rows(this.#days, this.#offer.days, (each) => each.day,
      () => h("button", { class: "day", onclick: (event) => this.#chooseDay(event.currentTarget.day) },
        h("b", { class: "number" }), h("small", { class: "stack" })),
      (button, day) => {
        button.day = day;
        button.style.gridColumn = day === first ? String(day.weekday + 1) : "";
        write(button.children[0], shortDay(day.day, day === first));
        if (day.why) put(button.children[1], day.why);
        else if (day === first) say(button.children[1], "book.today");
        else put(button.children[1], null);
        flag(button, "data-month", button.children[0].textContent.includes("/"));
        button.disabled = !day.open;
        flag(button, "aria-pressed", String(this.#chosen.day === day));
        flag(button, "aria-label", [longDay(document.documentElement.lang, day.day), button.children[1].textContent].filter(Boolean).join(" "));
      });
    say(this.#release, "book.release", { at: this.#offer.rules.release_at });
  }

  #chooseDay(day) {
    if (this.#chosen.day !== day) {
      this.#chosen.day = day;
      this.#chosen.slot = null;
      this.#slots = null;
    }
    this.#open("slot");
  }

  async #look() {
    const look = (this.#looked += 1);
    const { service, day } = this.#chosen;
    try {
      const found = await this.api.get(`/bookings/slots?service=${encodeURIComponent(service.code)}&day=${day.day}`);
      if (look !== this.#looked) return;
      this.#slots = found;
    } catch (problem) {
      if (look !== this.#looked) return;
      this.#slots = { slots: [], problem };
    }
    if (this.#step === "slot") this.#drawTimes();
  }

  #drawTimes() {
    if (!this.#slots || !this.#slots.slots.length) {
      const text = h("p", { class: "hint stack" });
      if (!this.#slots) say(text, "book.loading");
      else if (this.#slots.problem) tell(text, this.#slots.problem);
      else put(text, this.#slots.why);
      rows(this.#times, [text.textContent], (each) => each, () => text, () => undefined);
      return;
    }
    const halves = [
      ["book.morning", this.#slots.slots.filter((each) => hhmm(each.starts) < NOON)],
      ["book.afternoon", this.#slots.slots.filter((each) => hhmm(each.starts) >= NOON)],
    ].filter(([, some]) => some.length);
    rows(this.#times, halves, ([key]) => key, () => h("section", {}, h("h3"), h("div", { class: "slots" })),
      (section, [key, some]) => {
        say(section.firstChild, key);
        rows(section.lastChild, some, (each) => each.starts,
          () => h("button", { class: "slot", onclick: (event) => this.#chooseSlot(event.currentTarget.offered) },
            h("b", { class: "number" }), h("small", { class: "stack" })),
          (button, slot) => {
            button.offered = slot; // `slot` itself is a property of every element
            write(button.children[0], hhmm(slot.starts));
            if (slot.free) say(button.children[1], "book.places", { n: slot.free });
            else say(button.children[1], slot.soon ? "book.soon" : "book.full");
            button.disabled = !slot.free;
            flag(button, "aria-pressed", String(Boolean(this.#chosen.slot) && this.#chosen.slot.starts === slot.starts));
          });
      });
  }

  #chooseSlot(slot) {
    this.#chosen.slot = slot;
    this.#open("who");
  }

  #drawWho() {
    const moving = Boolean(this.#old);
    for (const element of this.#form.children) {
      if (element !== this.#problem && element !== this.#go) element.hidden = moving;
    }
    say(this.#go, moving ? "book.confirm.move" : "book.confirm");
    this.#go.disabled = this.#busy;
  }

  #typed() {
    this.#field.removeAttribute("aria-invalid");
    this.#problem.hidden = true;
  }

  #useCard(card) {
    this.#card = card;
    say(this.#label, card ? "book.card" : "book.phone");
    say(this.#other, card ? "book.use-phone" : "book.use-card");
    this.#field.inputMode = card ? "text" : "tel";
    this.#typed();
    if (!this.hidden && this.#step === "who") this.#field.focus();
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#busy) return;
    const { service, slot } = this.#chosen;
    const number = this.#field.value.trim();
    this.#field.removeAttribute("aria-invalid");
    this.#problem.hidden = true;
    if (!this.#old && !number && !this.staff) {
      this.#refuse(() => say(this.#problem, this.#card ? "book.card.missing" : "book.phone.missing"), true);
      return;
    }
    const who = number ? { [this.#card ? "card" : "phone"]: number } : {};
    const body = this.#old
      ? { starts: slot.starts, ...(this.staff ? { by_staff: true } : {}) }
      : { service: service.code, starts: slot.starts, ...who };
    const path = this.#old ? `/bookings/${encodeURIComponent(this.#old.id)}/change` : this.staff ? "/bookings/staff" : "/bookings";
    const said = JSON.stringify([path, body]);
    if (!this.#press || this.#press.said !== said) this.#press = { said, key: pressKey() };
    this.#busy = true;
    this.#drawWho();
    try {
      const booking = await this.api.post(path, body, this.#press.key);
      this.#press = null;
      this.#field.value = "";
      this.dispatchEvent(new CustomEvent("booked", { detail: booking }));
    } catch (problem) {
      if (problem.status) this.#press = null;
      const field = ["phone", "card", "identity"].includes(problem.field);
      this.#refuse(() => {
        if (field) say(this.#problem, this.#card ? "book.card.wrong" : "book.phone.wrong");
        else tell(this.#problem, problem);
      }, field);
    } finally {
      this.#busy = false;
      this.#go.disabled = false;
    }
  }

  async #find(event) {
    event.preventDefault();
    const number = this.#wanted.value.replace(/\D/g, "");
    this.#unfound.hidden = true;
    try {
      const { bookings } = await this.api.get(`/bookings?number=${number.padStart(8, "0")}`);
      if (!bookings.length) throw new Problem({ key: "book.find.none" });
      this.#wanted.value = "";
      this.dispatchEvent(new CustomEvent("found", { detail: bookings[0] }));
    } catch (problem) {
      tell(this.#unfound, problem);
      this.#unfound.hidden = false;
    }
  }

  #refuse(tellIt, atField) {
    tellIt();
    this.#problem.hidden = false;
    if (!atField) return;
    this.#field.setAttribute("aria-invalid", "true");
    this.#field.focus();
  }

  /** The day of the chosen time, for whoever has to say it. */
  get day() {
    return this.#chosen.slot ? dayOf(this.#chosen.slot.starts) : "";
  }
}

function part(step, inner, open) {
  const title = h("h2", { tabindex: "-1" });
  say(title, `book.step.${step}`);
  const said = h("span", { class: "chosen stack", hidden: true });
  const again = h("span", { class: "again" });
  say(again, "book.edit");
  const head = h("button", { class: "head", disabled: true, onclick: open, "aria-label": "" }, said, again);
  head.removeAttribute("aria-label");
  const root = h("section", { class: "part", "data-step": step, hidden: true }, h("div", { class: "line" }, title, head), inner);
  root.setAttribute("aria-label", line(`book.step.${step}`));
  return { root, head, said };
}
