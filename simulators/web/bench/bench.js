// The bench's page: every simulated device as a thing to look at and to touch.
//
// It asks /devices a little more than once a second and hands each device to its element's `update(device)`; what a person
// does is posted to the back door of simulators/hallbench.py. Nothing here knows what a device does.

const ASK_MS = 800;
const STRIP_MS = 600;

const path = (name, rest) => `/devices/${encodeURIComponent(name)}${rest}`;

async function post(name, action, given = {}) {
  const answer = await fetch(path(name, `/${action}`), { method: "POST", body: JSON.stringify(given) });
  if (!answer.ok) window.alert((await answer.json()).detail);
}

async function touch(name, action, given) {
  await post(name, action, given);
  await look();
}

function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const two = (zh, en) => [zh, make("small", { textContent: ` ${en}`, lang: "en" })];

// -- cables -------------------------------------------------------------------------------------------------------

const CABLES = [
  ["good", "良好 good", {}],
  ["slow", "迟缓 0.6 s late", { late: 0.6 }],
  ["bytes", "逐字节 byte by byte", { byte_by_byte: 1 }],
  ["lossy", "丢失 5 % lost", { lossy: 0.05 }],
  ["bad", "损坏 2 % damaged", { corrupted: 0.02 }],
  ["twice", "重复 10 % twice", { duplicated: 0.1 }],
  ["cut", "每 30 s 断开 cut", { cut_every: 30, lossy: 0.05 }],
  ["mid", "半帧断开 cut mid-frame", { cut_after: 333 }],
  ["out", "已拔掉 unplugged", null],
];

const kindOfCable = (device) => {
  if (!device.plugged_in) return "out";
  const now = JSON.stringify(Object.entries(device.cable).sort());
  const found = CABLES.find(([, , faults]) => faults && JSON.stringify(Object.entries(faults).sort()) === now);
  return found ? found[0] : "bad";
};

async function lay(names, chosen) {
  const faults = CABLES.find(([key]) => key === chosen)[2];
  await Promise.all(names.map(async (name) => {
    if (faults === null) return post(name, "unplug");
    await post(name, "plug_in");
    return post(name, "cable", faults);
  }));
  await look();
}

const cableSelect = (label) => make(
  "select",
  { ariaLabel: label, title: label },
  ...CABLES.map(([value, textContent]) => make("option", { value, textContent })),
);

// -- what all devices have ----------------------------------------------------------------------------------------

class Device extends HTMLElement {
  connectedCallback() {
    if (this.face) return;
    this.classList.add("device");
    this.face = make("div", { className: "face" });
    this.lamp = make("span", { className: "lamp" });
    this.label = make("span", { className: "name" });
    this.cable = cableSelect("线缆 cable");
    this.cable.onchange = () => lay([this.device.name], this.cable.value);
    this.more = make("details", {}, make("summary", { textContent: "更多 more" }));
    this.append(this.face, make("div", { className: "foot" }, this.lamp, this.label, this.cable), this.more);
    this.build();
  }

  update(device) {
    const first = !this.device;
    this.device = device;
    if (first) this.offer();
    const there = device.plugged_in && device.state.powered !== false;
    this.classList.toggle("gone", !there);
    this.lamp.className = `lamp ${there ? (device.connections ? "good" : "warn") : "bad"}`;
    this.lamp.title = device.connections ? "有连接 connected" : "无连接 nobody connected";
    this.label.textContent = device.name;
    this.label.title = `${device.url} → ${device.served_at}`;
    const kind = kindOfCable(device);
    if (document.activeElement !== this.cable) this.cable.value = kind;
    this.cable.className = kind === "good" ? "" : kind === "out" ? "unplugged" : "spoilt";
    this.draw(device);
  }

  offer() {
    for (const [door, needs] of Object.entries(this.device.doors)) {
      this.more.append(make("button", {
        type: "button",
        textContent: door,
        onclick: () => {
          const given = {};
          for (const [need, how] of Object.entries(needs)) {
            if (need === "address") continue;
            const text = window.prompt(`${door}: ${need} (${how})`, "");
            if (text === null) return;
            if (text !== "") {
              try { given[need] = JSON.parse(text); } catch { given[need] = text; }
            }
          }
          touch(this.device.name, door, given);
        },
      }));
    }
  }

  build() {}
  draw() {}
}

// -- printer ------------------------------------------------------------------------------------------------------

const FULL_ROLL_MM = 80000;

class Printer extends Device {
  build() {
    this.seen = 0;
    this.led = make("span", { className: "lamp led" });
    this.roll = make("button", { className: "roll", type: "button", title: "取出纸卷 take the roll out" });
    this.roll.onclick = () => touch(this.device.name, "take_out_paper");
    this.lid = make("button", { className: "lid", type: "button" }, make("span", {}, ...two("上盖", "cover")));
    this.lid.onclick = () => touch(this.device.name, this.device.state.cover_open ? "close_cover" : "open_cover");
    this.out = make("div", { className: "out" });
    this.facts = make("p", { className: "facts" });
    this.pile = make("div", { className: "pile" });
    this.levers = [
      [["取出纸卷", "take paper out"], ["装入纸卷", "put paper in"], (s) => s.paper_out, "take_out_paper", "put_in_paper"],
      [["打开上盖", "open cover"], ["合上上盖", "close cover"], (s) => s.cover_open, "open_cover", "close_cover"],
      [["卡住切刀", "jam cutter"], ["清除卡纸", "clear jam"], (s) => s.cutter_jammed, "jam_cutter", "clear_jam"],
      [["打印头过热", "heat head"], ["打印头冷却", "cool head"], (s) => s.head_hot, "heat_head", "cool_head"],
      [["断电", "power off"], ["通电", "power on"], (s) => !s.powered, "power_off", "power_on"],
    ].map(([doing, undoing, is, go, back]) => {
      const button = make("button", { type: "button" });
      button.onclick = () => touch(this.device.name, is(this.device.state) ? back : go);
      return { button, show: (state) => {
        const on = is(state);
        button.setAttribute("aria-pressed", String(on));
        const [zh, en] = on ? undoing : doing;
        button.replaceChildren(zh, make("small", { textContent: en }));
      } };
    });
    const thin = make("button", { type: "button", onclick: () => touch(this.device.name, "shorten_paper", { millimetres: 3000 }) },
      "只剩 3 m", make("small", { textContent: "3 m left" }));
    this.face.append(make("div", { className: "printer" },
      make("div", { className: "machine" },
        make("div", { className: "body" }, make("div", { className: "well" }, this.roll), this.lid, make("div", { className: "slot" }), this.led),
        this.out),
      make("div", { className: "side" },
        make("div", { className: "levers" }, ...this.levers.map(({ button }) => button), thin), this.facts, this.pile)));
  }

  draw({ name, state, slips }) {
    const share = Math.sqrt(Math.max(0, Math.min(1, state.paper_mm / FULL_ROLL_MM)));
    this.roll.hidden = state.paper_out;
    this.roll.style.width = this.roll.style.height = `${(2 + 4 * share).toFixed(2)}rem`;
    this.lid.classList.toggle("open", state.cover_open);
    this.led.className = `lamp led ${!state.powered ? "" : !state.online ? "bad" : state.near_end ? "warn" : "good"}`;
    this.levers.forEach(({ show }) => show(state));
    const troubles = [
      [state.paper_out, "缺纸 paper out"], [!state.paper_out && state.near_end, "纸将用完 paper low"],
      [state.cover_open, "上盖打开 cover open"], [state.cutter_error, "切刀故障 cutter error"],
      [state.head_hot, "打印头过热 head hot"], [!state.powered, "断电 no power"],
    ].filter(([is]) => is).map(([, text]) => text);
    this.facts.replaceChildren(
      `余纸 ${(state.paper_mm / 1000).toFixed(1)} m · 小票 ${state.slips} slips`,
      ...(state.waiting_bytes ? [` · 待印 ${state.waiting_bytes} bytes`] : []),
      ...(troubles.length ? [make("b", { textContent: ` · ${troubles.join(" · ")}` })] : []),
    );
    const newest = slips[slips.length - 1] || 0;
    if (newest && newest !== this.seen) {
      const img = picture(name, newest);
      if (this.seen) img.className = "new";
      this.out.replaceChildren(img);
      this.seen = newest;
    }
    const wanted = slips.slice(-9, -1).reverse();
    for (const img of [...this.pile.children]) if (!wanted.includes(Number(img.dataset.number))) img.remove();
    wanted.forEach((number, at) => {
      if (this.pile.children[at] && Number(this.pile.children[at].dataset.number) === number) return;
      this.pile.insertBefore(picture(name, number), this.pile.children[at] || null);
    });
  }
}

function picture(name, number) {
  const img = make("img", { alt: `小票 slip ${number}`, src: path(name, `/slips/${number}.png`), loading: "lazy" });
  img.dataset.number = number;
  img.onclick = () => {
    const sheet = make("button", { type: "button", className: "sheet", ariaLabel: "关闭 close" }, make("img", { src: img.src, alt: img.alt }));
    sheet.onclick = () => sheet.remove();
    sheet.onkeydown = (event) => { if (event.key === "Escape") sheet.remove(); };
    document.body.append(sheet);
    sheet.focus();
  };
  return img;
}

// -- strip --------------------------------------------------------------------------------------------------------

const visible = new IntersectionObserver((seen) => seen.forEach((each) => { each.target.inView = each.isIntersecting; }));

class Strip extends Device {
  build() {
    this.img = make("img", { alt: "" });
    this.face.append(make("div", { className: "strip" }, this.img));
    visible.observe(this);
    setInterval(() => this.refresh(), STRIP_MS);
  }

  draw({ state, picture }) {
    if (!picture) {
      this.img.replaceWith(this.words ||= make("p"));
      this.words.textContent = state.shown || "";
      return;
    }
    this.img.alt = `条屏 strip: ${state.shown || ""}`;
    if (!this.img.src) this.refresh(true);
  }

  async refresh(first = false) {
    if (!this.device?.picture || this.busy || document.hidden || !(this.inView || first)) return;
    this.busy = true;
    const next = new Image();
    next.src = path(this.device.name, `/picture.png?${performance.now()}`);
    try {
      await next.decode();
      this.img.src = next.src;
    } catch { /* the bench is gone; the page says so */ }
    this.busy = false;
  }
}

// -- callers and pads ---------------------------------------------------------------------------------------------

const KEYS = [
  ["0c", "呼叫", "next", "main"], ["0d", "重呼", "recall"], ["060f", "过号", "missed"], ["12", "暂停", "pause"], ["13", "转移", "transfer"],
  ["0b", "评价", "rate"], ["000f", "挂起", "park"], ["030f", "恢复", "return"], ["11", "一米线", "1 m line"], ["0e", "取消", "cancel"],
];
const LEVELS = { 5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意" };
const MOUTHS = { 5: "M9 18q7 8 14 0", 4: "M10 19q6 5 12 0", 3: "M10 20h12", 2: "M10 22q6-5 12 0", 1: "M9 23q7-8 14 0" };
const TINTS = { 5: "#2f9e62", 4: "#6aa84f", 3: "#c99b28", 2: "#d9772f", 1: "#c8472f" };

const faceOf = (level) => `<svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="14" fill="${TINTS[level]}"/>
<circle cx="11" cy="13" r="1.8" fill="#fff"/><circle cx="21" cy="13" r="1.8" fill="#fff"/>
<path d="${MOUTHS[level]}" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>`;

class Pad extends Device {
  build() {
    this.digits = make("div", { className: "digits" });
    this.keys = make("div", { className: "keys" }, this.digits, make("div", { className: "grid" }, ...KEYS.map(([keys, zh, en, main]) => make(
      "button", { type: "button", className: main || "", onclick: () => touch(this.device.name, "press", { keys }) }, zh, make("small", { textContent: en }),
    ))));
    this.word = make("p");
    this.faces = make("div", { className: "faces" });
    this.pad = make("div", { className: "pad" }, this.word, this.faces);
    this.face.append(this.keys, this.pad);
  }

  draw({ name, kind, url, address, state }) {
    const me = (state.devices || {})[address] || Object.values(state.devices || {})[0];
    if (!me) return;
    this.keys.hidden = kind === "pad";
    if (!this.faces.children.length) {
      const told = /[?&]levels=([^&]*)/.exec(url);
      const levels = told ? decodeURIComponent(told[1]).split(",") : ["5", "4", "3", "2", "1"];
      this.faces.append(...levels.map((level, value) => {
        const button = make("button", { type: "button", onclick: () => touch(name, "rate", { value }) });
        button.innerHTML = LEVELS[level] ? faceOf(level) + LEVELS[level] : "–";
        return button;
      }));
      this.pad.hidden = kind === "caller";
    }
    this.digits.replaceChildren(me.shown, make("small", { textContent: me.unacknowledged ? "等待应答 unanswered" : "" }));
    this.word.replaceChildren(
      make("span", { textContent: me.asks ? "请评价本次服务 How was it?" : "评价器 evaluation pad" }),
      make("span", { textContent: me.stars ? "★".repeat(me.stars) : me.unacknowledged ? "等待应答" : "" }),
    );
    this.pad.classList.toggle("asks", me.asks);
    for (const button of this.faces.children) button.disabled = !me.asks;
    if (this.beeps !== undefined && me.beeps > this.beeps) {
      this.face.classList.remove("beep");
      void this.face.offsetWidth;
      this.face.classList.add("beep");
    }
    this.beeps = me.beeps;
  }
}

// -- card reader --------------------------------------------------------------------------------------------------

const CARD_WORDS = { resident: "居民身份证", J: "港澳台居民居住证", I: "永久居留 2017", Y: "永久居留 2023" };
const STAGES = { empty: "空 empty", present: "已放上 laid down", found: "找到 found", selected: "选中 selected", read: "已读 read" };

class Reader extends Device {
  build() {
    this.field = make("div", { className: "field" });
    this.plate = make("div", { className: "plate" }, this.field);
    this.hand = make("div", { className: "hand" });
    this.facts = make("p", { className: "facts" });
    this.face.append(make("div", { className: "reader" }, make("div", {}, this.plate, this.facts), this.hand));
  }

  draw({ name, state, cards }) {
    if (!this.hand.children.length) {
      this.hand.append(...(cards || []).map((card) => {
        const button = this.card(card);
        button.dataset.name = card.name;
        button.onclick = () => touch(name, "press", { card: state.name === card.name ? "" : card.key });
        return button;
      }));
    }
    for (const button of this.hand.children) button.setAttribute("aria-pressed", String(button.dataset.name === state.name));
    const lying = (cards || []).find((card) => card.name === state.name);
    if (this.lies !== state.name) {
      this.lies = state.name;
      const card = lying && this.card(lying);
      if (card) card.onclick = () => touch(name, "lift");
      this.field.replaceChildren(card || "请放卡 lay a card here");
    }
    this.plate.classList.toggle("read", state.stage === "read");
    this.facts.textContent = STAGES[state.stage] || (state.name ? "已放上 laid down" : "空 empty");
  }

  card({ kind, name }) {
    return make("button", { type: "button", className: `card ${kind}` },
      make("b", { textContent: name.length > 14 ? `${name.slice(0, 13)}…` : name }), make("small", { textContent: CARD_WORDS[kind] || kind }));
  }
}

class Other extends Device {
  draw({ state }) { this.face.textContent = JSON.stringify(state); }
}

for (const [tag, made] of Object.entries({
  "bench-printer": Printer, "bench-strip": Strip, "bench-pad": Pad, "bench-reader": Reader, "bench-other": Other,
})) customElements.define(tag, made);

const ELEMENTS = { printer: "bench-printer", sign: "bench-strip", pad: "bench-pad", caller: "bench-pad", card_reader: "bench-reader" };
const ORDER = ["printer", "card_reader", "sign", "caller", "pad"];

// -- the table ----------------------------------------------------------------------------------------------------

const main = document.querySelector("main");
const summary = document.querySelector("#summary");
const lost = document.querySelector("#lost");
const elements = new Map();
const places = new Map();
let names = [];

const all = document.querySelector("#all select");
all.append(...cableSelect("").children);
all.value = "good";
all.onchange = () => lay(names, all.value);

function placeOf(device) {
  const key = device.kiosk ? `kiosk ${device.kiosk}` : device.window !== null ? `window ${device.window}` : `zone ${device.zone || device.name}`;
  if (!places.has(key)) {
    const title = device.kiosk ? two(`取号机 ${device.kiosk}`, "ticket machine")
      : device.window !== null ? two(`${device.window} 号窗口`, `window ${device.window}`)
      : two(device.zone || device.name, "zone");
    const section = make("section", { className: device.kiosk ? "kiosk" : "" }, make("h2", {}, ...title));
    places.set(key, section);
    main.append(section);
  }
  return places.get(key);
}

function show(devices) {
  for (const device of [...devices].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))) {
    if (!elements.has(device.name)) {
      const element = document.createElement(ELEMENTS[device.kind] || "bench-other");
      elements.set(device.name, element);
      placeOf(device).append(element);
    }
    elements.get(device.name).update(device);
  }
  // Ticket machines first, windows by number, then the rest; only when something came.
  if (names.length !== devices.length) {
    names = devices.map((device) => device.name);
    const rank = (key) => [key.startsWith("kiosk") ? 0 : key.startsWith("window") ? 1 : 2, Number(key.split(" ")[1]) || 0, key];
    main.append(...[...places].sort(([a], [b]) => {
      const [x, y] = [rank(a), rank(b)];
      return x[0] - y[0] || x[1] - y[1] || (x[2] < y[2] ? -1 : 1);
    }).map(([, section]) => section));
  }
  const silent = devices.filter((device) => !device.plugged_in || device.state.powered === false || device.state.online === false);
  summary.replaceChildren(
    `${devices.length} 台设备 devices · ${devices.filter((device) => device.connections).length} 有连接 connected`,
    ...(silent.length ? [" · ", make("b", { textContent: `${silent.length} 待处理 need somebody` })] : []),
  );
}

async function look() {
  try {
    const answer = await fetch("/devices");
    show(await answer.json());
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}

look();
setInterval(() => { if (!document.hidden) look(); }, ASK_MS);
