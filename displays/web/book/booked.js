// A booking as it stands: its number, its QR, when to come and where; another time, give it back, check in.
//
// For: `<book-booked>`: `show(booking)`; it says `move` and `again`. The link of this page is the right to the booking, so
// the page asks nobody who they are. While it is looked at it asks the hall twice a minute how the booking stands.
// What goes wrong: too late to change (said before anybody presses), the hall cancelled (said, with another time offered).

import { flag, h, write } from "../shared/dom.js";
import { line, put, putEach, say } from "../shared/texts.js";
import { tell } from "../shared/problem-text.js";
import { dayOf, hhmm, longDay, near } from "./when.js";

const LOOK_EVERY = 30000; // ms

export class BookBooked extends HTMLElement {
  api = null;
  staff = false;
  #booking = null;
  #timer = 0;

  #status = h("p", { class: "status stack", tabindex: "-1" });
  #day = h("p", { class: "day stack" });
  #time = h("h1", { class: "time number" });
  #service = h("p", { class: "service stack" });
  #area = h("p", { class: "area stack" });
  #pass = h("div", { class: "pass" });
  #number = h("b", { class: "digits number" });
  #qr = h("img", { class: "qr", width: 176, height: 176, alt: "" });
  #come = h("p", { class: "come stack" });
  #why = h("p", { class: "why stack" });
  #warning = h("p", { class: "warning stack", hidden: true });
  #said = h("p", { class: "said stack", role: "alert", hidden: true });
  #checkIn = h("button", { class: "main stack", onclick: () => this.#arrive() });
  #ticket = h("a", { class: "main stack" });
  #again = h("button", { class: "main stack", onclick: () => this.dispatchEvent(new Event("again")) });
  #move = h("button", { class: "quiet stack", onclick: () => this.dispatchEvent(new Event("move")) });
  #cancel = h("button", { class: "quiet stack", onclick: () => this.#ask(true) });
  #sure = h("div", { class: "sure", hidden: true, role: "group" });
  #until = h("p", { class: "hint stack" });
  #keep = h("p", { class: "hint stack" });

  connectedCallback() {
    if (this.firstChild) return;
    const label = h("span", { class: "label stack" });
    say(label, "book.number");
    const how = h("p", { class: "hint stack" });
    say(how, "book.how");
    this.#qr.alt = line("book.qr");
    say(this.#checkIn, "book.check-in");
    say(this.#ticket, "book.ticket");
    say(this.#again, "book.again");
    say(this.#move, "book.move");
    say(this.#cancel, "book.cancel");
    say(this.#keep, "book.keep");
    const question = h("p", { class: "stack" });
    say(question, "book.cancel.sure");
    const no = h("button", { class: "quiet", onclick: () => this.#ask(false) });
    say(no, "book.cancel.no");
    const yes = h("button", { class: "alarm", onclick: () => this.#giveBack() });
    say(yes, "book.cancel.yes");
    this.#sure.append(question, h("div", { class: "pair" }, no, yes));
    this.#pass.append(this.#qr, h("div", { class: "code" }, label, this.#number, how));
    this.append(
      h("section", { class: "card" }, this.#status, this.#day, this.#time, this.#service, this.#area, this.#pass, this.#come, this.#why),
      this.#warning, this.#said,
      h("div", { class: "doing" }, this.#checkIn, this.#ticket, this.#again, this.#sure, h("div", { class: "pair" }, this.#move, this.#cancel), this.#until, this.#keep));
    document.addEventListener("visibilitychange", () => document.hidden || this.#look());
  }

  show(booking, focus = true) {
    this.#booking = booking;
    this.hidden = false;
    this.#sure.hidden = true;
    this.#said.hidden = true;
    this.update();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    if (!focus) return;
    scrollTo(0, 0);
    this.#status.focus({ preventScroll: true });
  }

  hide() {
    this.hidden = true;
    clearInterval(this.#timer);
  }

  update() {
    const booking = this.#booking;
    const open = booking.status === "booked";
    const day = dayOf(booking.starts);
    flag(this, "data-status", booking.status);
    say(this.#status, `book.status.${booking.status}`);
    putEach(this.#day, (tag) => longDay(tag, day));
    write(this.#time, `${hhmm(booking.starts)}–${hhmm(booking.ends)}`);
    put(this.#service, { zh: booking.service_name, en: booking.service_name_en });
    put(this.#area, { zh: booking.area, en: booking.area_en });
    this.#area.hidden = !open;
    this.#pass.hidden = !open;
    write(this.#number, `${booking.number.slice(0, 4)} ${booking.number.slice(4)}`);
    const code = this.api.where(`/bookings/${encodeURIComponent(booking.id)}/qr.svg`);
    if (open && this.#qr.getAttribute("src") !== code) this.#qr.src = code;
    this.#come.hidden = !open;
    say(this.#come, "book.come", { from: hhmm(booking.check_in_from), until: hhmm(booking.check_in_until) });
    const why = booking.because === "hall" ? "book.by-hall" : booking.status === "no_show" ? "book.missed" : "";
    this.#why.hidden = !why;
    if (why) say(this.#why, why);
    this.#warning.hidden = !booking.warning;
    put(this.#warning, booking.warning);
    const may = new Set(booking.may);
    if (this.staff && open) ["change", "cancel"].forEach((each) => may.add(each));
    this.#checkIn.hidden = !may.has("check-in");
    this.#ticket.hidden = booking.status !== "checked_in" || !booking.ticket_link;
    if (!this.#ticket.hidden) this.#ticket.href = booking.ticket_link;
    this.#again.hidden = !this.staff && (open || booking.status === "checked_in");
    say(this.#again, this.staff ? "book.next" : "book.again");
    this.#move.hidden = !may.has("change");
    this.#cancel.hidden = !may.has("cancel") || !this.#sure.hidden;
    this.#until.hidden = !open || this.staff;
    if (may.has("cancel")) say(this.#until, "book.until", { at: this.#untilWhen(booking, day) });
    else say(this.#until, "book.too-late");
    this.#keep.hidden = !open || this.staff;
    document.title = `${hhmm(booking.starts)} ${booking.number} ${line("book.title")}`;
  }

  #untilWhen(booking, day) {
    return {
      zh: near("zh-CN", booking.change_until, day),
      en: near("en-GB", booking.change_until, day),
    };
  }

  #ask(open) {
    this.#sure.hidden = !open;
    this.#said.hidden = true;
    this.update();
    (open ? this.#sure.querySelector(".quiet") : this.#cancel).focus();
  }

  async #do(asking, after) {
    const buttons = this.querySelectorAll("button");
    for (const button of buttons) button.disabled = true;
    try {
      after(await asking());
    } catch (problem) {
      tell(this.#said, problem);
      this.#said.hidden = false;
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }

  #giveBack() {
    return this.#do(() => this.api.post(`/bookings/${encodeURIComponent(this.#booking.id)}/cancel`, this.staff ? { by_staff: true } : undefined), (booking) => this.show(booking));
  }

  #arrive() {
    return this.#do(() => this.api.post(`/bookings/${encodeURIComponent(this.#booking.id)}/check-in`), (ticket) => location.assign(ticket.link));
  }

  async #look() {
    if (this.hidden || document.hidden || !this.#sure.hidden) return;
    try {
      const booking = await this.api.get(`/bookings/${encodeURIComponent(this.#booking.id)}`);
      if (booking.id !== this.#booking.id) return;
      this.#booking = booking;
      this.update();
    } catch (problem) {
      console.warn("How the booking stands cannot be asked:", problem);
    }
  }
}
