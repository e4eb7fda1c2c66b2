"""The page of the bench, and the index of a folder of slips: two pieces of HTML without anything to load.

For: a person who wants to see the simulated devices and touch them. The page asks `/devices` every second and draws a
state; buttons post to the back door that simulators/hallbench.py describes.
Not for: the hall's own pages (displays/web).
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

_STYLE = """
  body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 1.5rem; color: #1b2733; background: #f3f5f7 }
  h1 { font-size: 1.3rem } h2 { font-size: 1.05rem; margin: 0 } small, code { color: #566573 }
  section, figure { background: #fff; border: 1px solid #d5dbe1; border-radius: 6px; padding: 1rem; margin: 0 0 1rem }
  figure { display: inline-block; vertical-align: top; margin-right: 1rem }
  figure img { width: 288px; border: 1px solid #e5e8eb; padding: 0 12px; background: #fff }
  button { font: inherit; margin: .15rem; padding: .2rem .7rem; border: 1px solid #8796a5; border-radius: 4px; background: #fff }
  button:hover { background: #e8f0f8 } input { font: inherit; width: 6rem }
  table { border-collapse: collapse; margin: .5rem 0 } td { padding: 0 1rem 0 0 } .bad { color: #b03a2e; font-weight: 600 }
  .seen { display: flex; gap: 2rem; align-items: flex-start }
  .slips { display: flex; gap: 1rem; overflow-x: auto; padding-top: .5rem }
  .slips img { width: 216px; border: 1px solid #d5dbe1; padding: 0 9px; background: #fff; align-self: flex-start }
  .strip { image-rendering: pixelated; max-width: 100%; background: #000 }
"""

PAGE = (
    """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>设备台 Bench</title>
<link rel="icon" href="data:,">
<style>"""
    + _STYLE
    + """</style>
<h1>设备台 <small>Bench: simulated devices to see and touch</small></h1>
<main></main>
<p id="lost" class="bad" hidden>设备台没有回答 The bench does not answer.</p>
<script type="module">
const words = {
  take_out_paper: "取出纸卷", put_in_paper: "装入纸卷", shorten_paper: "只剩纸长", open_cover: "打开上盖", close_cover: "合上上盖",
  jam_cutter: "卡住切刀", clear_jam: "清除卡纸", heat_head: "打印头过热", cool_head: "打印头冷却", power_off: "断电", power_on: "通电",
  cut: "断开一次", unplug: "拔掉网线", plug_in: "插回网线", press: "按键", rate: "评价", lift: "拿走证件",
};
const main = document.querySelector("main");
const sections = new Map();
const path = (name, rest) => `/devices/${encodeURIComponent(name)}${rest}`;

function build(device) {
  const section = document.createElement("section");
  section.innerHTML = `<h2></h2><code></code><div class="doors"></div><div class="seen"><table></table><div class="shown"></div></div>`;
  section.querySelector("h2").textContent = device.name;
  section.querySelector("code").textContent = `${device.url} → ${device.served_at}`;
  for (const [door, needs] of Object.entries(device.doors)) {
    const button = document.createElement("button");
    button.textContent = words[door] ? `${words[door]} ${door}` : door;
    button.onclick = async () => {
      const given = {};
      for (const [need, how] of Object.entries(needs)) {
        if (need === "address") continue;
        const text = prompt(`${door}: ${need} (${how})`, "");
        if (text === null) return;
        if (text !== "") { try { given[need] = JSON.parse(text); } catch { given[need] = text; } }
      }
      const answer = await fetch(path(device.name, `/${door}`), { method: "POST", body: JSON.stringify(given) });
      if (!answer.ok) alert((await answer.json()).detail);
      update();
    };
    section.querySelector(".doors").append(button);
  }
  main.append(section);
  return section;
}

function draw(device) {
  if (!sections.has(device.name)) sections.set(device.name, build(device));
  const section = sections.get(device.name);
  const state = { plugged_in: device.plugged_in, connections: device.connections, ...device.state };
  section.querySelector("table").replaceChildren(...Object.entries(state).map(([key, value]) => {
    const row = document.createElement("tr");
    row.innerHTML = "<td></td><td></td>";
    row.cells[0].textContent = key;
    row.cells[1].textContent = typeof value === "object" ? JSON.stringify(value) : String(value);
    const bad = ["paper_out", "near_end", "cover_open", "cutter_error", "head_hot"].includes(key) && value
      || ["powered", "online", "plugged_in"].includes(key) && !value;
    row.cells[1].className = bad ? "bad" : "";
    return row;
  }));
  const shown = section.querySelector(".shown");
  if (device.slips) {
    shown.className = "shown slips";
    const wanted = device.slips.slice(-6).reverse();
    for (const img of [...shown.children]) if (!wanted.includes(Number(img.dataset.number))) img.remove();
    wanted.forEach((number, at) => {
      if (shown.children[at]?.dataset.number === String(number)) return;
      const img = document.createElement("img");
      img.dataset.number = number;
      img.alt = `小票 slip ${number}`;
      img.src = path(device.name, `/slips/${number}.png`);
      shown.insertBefore(img, shown.children[at] ?? null);
    });
  } else if (device.picture) {
    const img = shown.firstChild ?? shown.appendChild(Object.assign(document.createElement("img"), { className: "strip" }));
    img.src = path(device.name, `/picture.png?${Date.now()}`);
  }
}

async function update() {
  try {
    (await (await fetch("/devices")).json()).forEach(draw);
    document.querySelector("#lost").hidden = true;
  } catch { document.querySelector("#lost").hidden = false; }
}
update();
setInterval(() => { if (!document.hidden) update(); }, 1000);
</script>
"""
)


def index_page(files: Iterable[tuple[str, str, str]]) -> str:
    """An index of pictures of slips: (file name, printer, text), newest first."""
    figures = "\n".join(
        f'<figure><img src="{escape(quote(file))}" alt="{escape(text)}"><figcaption>{escape(name)}</figcaption></figure>'
        for file, name, text in files
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="5">\n'
        f"<title>小票 Slips</title>\n<style>{_STYLE}</style>\n<h1>小票 <small>Slips, newest first</small></h1>\n"
        f"{figures or '<p>还没有打印。 Nothing was printed yet.</p>'}\n"
    )
