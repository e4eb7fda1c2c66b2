// The plates of a window: who sits here (席位牌), and where everybody is (去向牌).
//
// For: `<seat-plate>` (?view=seat) and `<whereabouts-plate>` (?view=whereabouts; without a window it is the board of the
// hall, or with ?department= of one department). Names, photos and telephones are there if the hall shows them; the scene
// holds no more.
// Not for: the number that is called (the strip).

import { SceneView } from "../shared/scene-context.js";
import { flag, h, rows, write } from "../shared/dom.js";
import { line, lineOf, put, say } from "../shared/texts.js";
import { params } from "../shared/params.js";

const TURN = 10000; // ms that a page of the board stands, where there are more people than rows

/** Name, or the staff number where the hall shows no names. */
function called(element, seat) {
  if (seat.name.zh || seat.name.en) put(element, seat.name);
  else say(element, "window.plate.no", { n: seat.staff_no });
}

function photo(image, link) {
  image.hidden = !link;
  if (link && image.getAttribute("src") !== link) image.setAttribute("src", link);
}

const picture = () => h("img", { class: "photo", alt: "", hidden: true, onerror: (event) => flag(event.target, "hidden", true) });

export class SeatPlate extends SceneView {
  #photo = picture();
  #name = h("p", { class: "called stack" });
  #title = h("p", { class: "title stack" });
  #department = h("p", { class: "department stack" });
  #staff = h("p", { class: "staff" });
  #no = h("b", { class: "number" });
  #word = h("span", { class: "word stack" });
  #window = h("p", { class: "where stack" });
  #state = h("p", { class: "mark stack" });

  build() {
    say(this.#word, "hall.window");
    this.append(
      h("header", {}, h("h1", { class: "no" }, this.#no, this.#word), this.#window, this.#state),
      h("div", { class: "who", "data-fades": true }, this.#photo,
        h("div", { class: "text" }, this.#department, this.#name, this.#title, this.#staff)));
  }

  update(scene) {
    const { plate } = scene;
    write(this.#no, scene.no);
    put(this.#window, scene.name);
    flag(this, "data-state", scene.state);
    flag(this, "data-empty", !plate);
    if (scene.state === "paused" && scene.pause_reason) put(this.#state, scene.pause_reason);
    else say(this.#state, `window.${scene.state === "calling" || scene.state === "serving" || scene.state === "idle" ? "open" : scene.state}`);
    photo(this.#photo, plate ? plate.photo : "");
    for (const part of [this.#department, this.#title, this.#staff]) part.hidden = !plate;
    if (!plate) {
      say(this.#name, "window.plate.vacant");
      return;
    }
    called(this.#name, plate);
    put(this.#title, plate.title);
    put(this.#department, plate.department);
    this.#staff.hidden = !(plate.name.zh || plate.name.en);
    say(this.#staff, "window.plate.no", { n: plate.staff_no });
    document.title = `${scene.no} ${line("hall.window")} ${lineOf(plate.name)}`.trim();
  }
}

export class WhereaboutsPlate extends SceneView {
  #head = h("h1", { class: "stack" });
  #sub = h("p", { class: "department stack" });
  #list = h("ul");
  #none = h("p", { class: "called stack", hidden: true });
  #pages = h("p", { class: "pages number", hidden: true });
  #turn = 0;

  build() {
    say(this.#head, "window.whereabouts");
    say(this.#none, "window.plate.vacant");
    this.append(h("header", {}, this.#head, this.#pages, this.#sub), this.#none, this.#list);
    this.#list.setAttribute("data-fades", "");
    setInterval(() => {
      this.#turn += 1;
      if (this.context && this.context.scene) this.update(this.context.scene);
    }, TURN);
  }

  /** How many rows can be read at once on this screen. */
  #room() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const upright = innerHeight > innerWidth;
    return Math.max(1, Math.floor((innerHeight - (upright ? 16.5 : 13.5) * rem) / ((upright ? 7 : 3.6) * rem)));
  }

  update(scene) {
    const department = params.get("department") || "";
    const all = scene.whereabouts || scene.plates || [];
    const shown = department
      ? all.filter(({ seat }) => seat.department.zh === department || seat.department.en === department)
      : all;
    put(this.#sub, scene.whereabouts ? scene.name : department && shown.length ? shown[0].seat.department : scene.hall);
    this.#none.hidden = shown.length > 0;
    const room = this.#room();
    const pages = Math.max(1, Math.ceil(shown.length / room));
    const page = this.#turn % pages;
    this.#pages.hidden = pages < 2;
    write(this.#pages, `${page + 1} / ${pages}`);
    this.style.setProperty("--people", Math.max(1, Math.min(room, shown.length)));
    rows(this.#list, shown.slice(page * room, (page + 1) * room), ({ seat }) => seat.staff_no, () => this.#row(), (row, plate) => this.#fill(row, plate));
    document.title = line("window.whereabouts");
  }

  #row() {
    return h("li", {}, picture(),
      h("div", { class: "text" }, h("p", { class: "called stack" }), h("p", { class: "title" })),
      h("p", { class: "phone number" }),
      h("p", { class: "mark stack" }));
  }

  #fill(row, { seat, phone, state, says }) {
    const [image, text, telephone, mark] = row.children;
    photo(image, seat.photo);
    called(text.children[0], seat);
    const named = Boolean(seat.name.zh || seat.name.en);
    const parts = [seat.department, seat.title, named ? { zh: `工号 ${seat.staff_no}`, en: `No. ${seat.staff_no}` } : null]
      .filter((each) => each && (each.zh || each.en));
    const joined = (code) => parts.map((each) => each[code] || each.zh).join(" · ");
    put(text.children[1], { zh: joined("zh"), en: joined("en") });
    telephone.hidden = !phone;
    write(telephone, phone);
    put(mark, says);
    flag(row, "data-state", state);
  }
}
