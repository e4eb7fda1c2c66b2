// The few things every view does to the page.
//
// For: `h` (make an element), `write` (text, only if it changed), `rows` (a keyed list: a row that stays keeps its
// element, and with it focus, animation and scroll), `flag` (an attribute that is there or not).
// Law: data becomes text through `textContent` and nothing else. There is no markup from strings in these pages, so a
// service called `<script>` is a service with a strange name.

/** `h("p", {class: "x", onclick: f, "aria-label": "y"}, child, "text")`. Functions become listeners. */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Set an element's text. Unchanged text is left alone: a screen reader would read it again. */
export function write(element, text) {
  const wanted = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Set or remove an attribute; `true` sets it empty. Nothing is touched if it is so already. */
export function flag(element, name, value) {
  if (value === false || value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const wanted = value === true ? "" : String(value);
  if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted);
}

const keyed = new WeakMap();

/**
 * Make the children of `parent` the rows of `items`, in their order.
 * @param key item -> a value that is the same while it is the same thing
 * @param make item -> a new element
 * @param update (element, item, index) -> nothing
 */
export function rows(parent, items, key, make, update) {
  const before = keyed.get(parent) || new Map();
  const after = new Map();
  let place = null;
  items.forEach((item, index) => {
    const id = key(item);
    let element = after.has(id) ? null : before.get(id);
    if (!element) element = make(item);
    after.set(id, element);
    update(element, item, index);
    const next = place ? place.nextSibling : parent.firstChild;
    if (next !== element) parent.insertBefore(element, next);
    place = element;
  });
  for (const [id, element] of before) if (after.get(id) !== element) element.remove();
  keyed.set(parent, after);
}
