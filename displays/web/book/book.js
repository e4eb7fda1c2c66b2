// Booking a visit: choose a service, a day and a time; then the booking with its QR, to change, to cancel, to check in.
//
// For: `/book/?hall=CODE`, and `/book/?hall=CODE&id=ID`, the page of one booking. The id is unguessable and is the only key.
// `/book/?hall=CODE&by=staff`, opened from the console or a clerk's page, whose sign-in it uses: the same for somebody on the
// phone, who may be found again by the number.
// What goes wrong: a hall without bookings, a booking that is gone: said so, with what to do instead.

import { Api } from "../shared/api.js";
import { params, takeToken } from "../shared/params.js";
import { tell } from "../shared/problem-text.js";
import { start } from "../shared/start.js";
import { put, say } from "../shared/texts.js";
import { BookBooked } from "./booked.js";
import { BookChoose } from "./choose.js";

start(async (hall) => {
  customElements.define("book-choose", BookChoose);
  customElements.define("book-booked", BookBooked);
  const staff = params.get("by") === "staff";
  const api = new Api(hall, staff ? ["book", "console", "clerk"].map(takeToken).find(Boolean) || "" : "");
  const choose = document.querySelector("book-choose");
  const booked = document.querySelector("book-booked");
  const nothing = document.getElementById("nothing");
  let offer = null;
  let shown = null;
  choose.api = booked.api = api;
  choose.staff = booked.staff = staff;

  function address(id) {
    const query = new URLSearchParams(location.search);
    query.set("hall", hall);
    if (id) query.set("id", id);
    else query.delete("id");
    history.replaceState(null, "", `${location.pathname}?${query}`);
  }

  function show(booking) {
    shown = booking;
    choose.hidden = true;
    nothing.hidden = true;
    address(booking.id);
    booked.show(booking);
  }

  async function ask() {
    offer = await api.get("/bookings/offer");
    put(document.getElementById("hall"), { zh: offer.name, en: offer.name_en });
  }

  async function look(old = null) {
    try {
      await ask();
    } catch (problem) {
      choose.hidden = true;
      tell(nothing, problem);
      nothing.hidden = false;
      return;
    }
    if (!old && ((!offer.web && !staff) || !offer.services.length)) {
      say(nothing, "book.none");
      nothing.hidden = false;
      return;
    }
    booked.hide();
    nothing.hidden = true;
    choose.offer(offer);
    choose.begin(old);
  }

  choose.addEventListener("booked", (event) => show(event.detail));
  choose.addEventListener("found", (event) => show(event.detail));
  choose.addEventListener("left", () => show(shown));
  booked.addEventListener("move", () => look(shown));
  booked.addEventListener("again", () => {
    address("");
    look();
  });

  const id = params.get("id");
  if (!id) {
    await look();
    return;
  }
  try {
    show(await api.get(`/bookings/${encodeURIComponent(id)}`));
    await ask();
  } catch (problem) {
    tell(nothing, problem);
    nothing.hidden = false;
  }
});
