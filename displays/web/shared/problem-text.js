// A problem, as the person at the page reads it.
//
// For: `tell(element, problem)`: the hall's own words if it gave some, else ours. Anything that is not a `Problem` is a
// fault of the page: said as such, and written to the console with its trace.

import { Problem } from "./api.js";
import { put, say } from "./texts.js";

export function tell(element, problem) {
  if (!(problem instanceof Problem)) {
    console.error(problem);
    say(element, "problem.page");
  } else if (problem.texts) {
    put(element, problem.texts);
  } else {
    say(element, problem.key, { status: problem.status });
  }
}
