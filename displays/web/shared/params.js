// What a page is told by its address: which hall, which window, which languages, and its token.
//
// For: `params` (the query), `hall()`, `takeToken(page)`, `keepToken`, `dropToken`.
// A token comes in the fragment (`#token=…`), because a fragment is sent to no server and stands in no log. It is
// moved to sessionStorage at once and taken out of the address bar, so that nobody reads it over a shoulder.
// Not for: what the token may do; the server knows that.

export const params = new URLSearchParams(location.search);

/** The code of the hall in the address, or "" if it names none. */
export function hallCode() {
  return params.get("hall") || "";
}

const slot = (page) => `tidehall.token.${page}`;

/** The page's token: out of the fragment if one is there, else the one kept since. "" if there is none. */
export function takeToken(page) {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("token");
  if (given) {
    keepToken(page, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(slot(page)) || "";
}

export function keepToken(page, token) {
  sessionStorage.setItem(slot(page), token);
}

export function dropToken(page) {
  sessionStorage.removeItem(slot(page));
}
