// What arrives by itself: one stream of events for the whole page.
import { useEffect, useRef } from "preact/hooks";
import { get, refreshSession, session } from "./api.js";
import { makeStore } from "./store.js";

const OPEN_AGAIN_MS = 2000;

// As GET state says it, or null before it was heard.
export const sync = makeStore(null);

const watchers = new Set(); // (names) => void
let source = null;

function tell(names) {
	for (const watcher of [...watchers])
		watcher(names);
}

function failed() {
	const state = sync.get();
	sync.set({ ...state, broken: true });
	if (source?.readyState !== EventSource.CLOSED)
		return; // the browser opens it again by itself
	close();
	setTimeout(open, OPEN_AGAIN_MS);
}

function open() {
	if (source || session.get().state !== "open")
		return;
	source = new EventSource("/api/1/events");
	source.addEventListener("open", () => {
		get("state").then(sync.set, () => {});
		tell(null);
	});
	source.addEventListener("state", (event) =>
		sync.set(JSON.parse(event.data)));
	source.addEventListener("changed", (event) =>
		tell(JSON.parse(event.data).collections));
	source.addEventListener("session", () =>
		refreshSession().catch(() => {}));
	source.addEventListener("error", failed);
}

function close() {
	source?.close();
	source = null;
}

session.watch((now) => {
	if (now.state === "open") {
		open();
	} else {
		close();
		sync.set(null);
	}
});

// Call again() when something of these collections was written, here or
// elsewhere; of any, where none is named.
export function useChanges(again, collections) {
	const latest = useRef(again);
	latest.current = again;
	useEffect(() => {
		const watcher = (names) => {
			if (!names || !collections ||
			    names.some((name) => collections.includes(name)))
				latest.current();
		};
		watchers.add(watcher);
		return () => watchers.delete(watcher);
	}, [collections?.join()]);
}
