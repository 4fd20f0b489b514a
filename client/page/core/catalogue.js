// The catalogue as this person may see it: asked for once a session.
import { get, session } from "./api.js";
import { makeStore } from "./store.js";

export const catalogue = makeStore(null); // collections by name, or null

let asked = null; // the login it was asked for

session.watch(async (now) => {
	if (now.state === "none")
		asked = null;
	if (now.state !== "open" || asked === now.login)
		return;
	asked = now.login;
	catalogue.set(null);
	try {
		const { collections } = await get("catalogue");
		catalogue.set(Object.fromEntries(collections.map((each) =>
			[each.name, each])));
	} catch {
		asked = null; // at the next sign of the session
	}
});

// What the page never shows by itself: files, keys, and what the program
// keeps for its own use.
export const isShown = (column) => column.type !== "blob" && !column.off;

// What a person can fill in.
export const isTyped = (column) => column.may_write &&
	isShown(column) && column.type !== "id" && !column.arbitrated;
