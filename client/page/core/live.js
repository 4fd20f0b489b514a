// What arrives by itself: one stream of events for the whole page.
import { useEffect, useRef } from "preact/hooks";
import { get, refreshSession, session } from "./api.js";
import { makeStore } from "./store.js";

const OPEN_AGAIN_MS = 2000;
const OPEN_AGAIN_MS_MAX = 30000;

// As GET state says it, or null before it was heard.
export const sync = makeStore(null);

const watchers = new Set(); // (names) => void
let source = null;
let wait = OPEN_AGAIN_MS;

function tell(names) {
	for (const watcher of [...watchers])
		watcher(names);
}

// The browser opens a stream again that broke off, but not one refused.
function failed() {
	sync.set({ ...sync.get(), broken: true });
	if (source?.readyState !== EventSource.CLOSED)
		return;
	close();
	setTimeout(open, wait);
	wait = Math.min(wait * 2, OPEN_AGAIN_MS_MAX);
}

function open() {
	if (source || session.get().state !== "open")
		return;
	source = new EventSource("/api/1/events");
	source.addEventListener("open", () => {
		wait = OPEN_AGAIN_MS;
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
