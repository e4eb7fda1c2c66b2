// How the hall wants its pages set: languages and their order, size and direction, the theme, the logo.
//
// For: `lookOf(hall)` before the first word is said, and `dress(look)`. What the hall file and the site's folder say comes
// from `GET …/look`; a hall that cannot be asked now looks as it did last time on this computer, or as usual.
// On <html> stand then `data-places="below|beside"`, `data-second` and `--second` (the size of the second language where
// the hall wants another than the pages' own), `dir`, and `data-columns` where a language runs in columns.

const SLOT = "tidehall.look.";
const PATIENCE = 2000;

export async function lookOf(hall) {
  const breakOff = new AbortController();
  const limit = setTimeout(() => breakOff.abort(), PATIENCE);
  try {
    const answer = await fetch(`/api/v1/halls/${encodeURIComponent(hall)}/look`, { cache: "no-store", signal: breakOff.signal });
    if (!answer.ok) return {};
    const look = await answer.json();
    localStorage.setItem(SLOT + hall, JSON.stringify(look));
    return look;
  } catch (error) {
    return JSON.parse(localStorage.getItem(SLOT + hall) || "{}");
  } finally {
    clearTimeout(limit);
  }
}

const USUAL = 0.62; // base.css sets the second language so; pages set it to their own taste around it

export function dress({ second_size: size = USUAL, places = "below", theme = "", logo = "" }) {
  const root = document.documentElement;
  root.dataset.places = places;
  if (size !== USUAL) {
    root.dataset.second = size >= 1 ? "equal" : "other";
    root.style.setProperty("--second", `${size}em`);
  }
  if (theme) {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = theme;
    document.head.append(sheet);
  }
  logoAt = logo;
}

let logoAt = "";

/** `<site-logo>`: the hall's own sign, where it has one. */
class SiteLogo extends HTMLElement {
  connectedCallback() {
    if (!logoAt || this.firstChild) return;
    const picture = document.createElement("img");
    Object.assign(picture, { src: logoAt, alt: "", className: "logo" });
    this.append(picture);
  }
}

customElements.define("site-logo", SiteLogo);
