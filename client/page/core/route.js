// Where the person is: the part of the address behind #, so that no pupil's
// id is ever in a request for the page.
import { makeStore } from "./store.js";

function parse() {
	const text = location.hash.replace(/^#\/?/, "");
	const [path, query] = text.split("?");
	return {
		parts: path.split("/").filter(Boolean).map(decodeURIComponent),
		query: Object.fromEntries(new URLSearchParams(query ?? "")),
		text,
	};
}

export const route = makeStore(parse());

addEventListener("hashchange", () => route.set(parse()));

export function go(path) {
	location.hash = `#/${path}`;
}

// The query in the address changes, and nobody's "back" has to pass by it.
export function replaceQuery(path, query) {
	const pairs = Object.entries(query).filter(([, value]) => value);
	const text = new URLSearchParams(pairs).toString();
	history.replaceState(null, "",
		`#/${path}${text ? `?${text}` : ""}`);
}
