// The state of sync in words, on every screen.
import { html } from "../core/html.js";
import { sync } from "../core/live.js";
import { useStore } from "../core/store.js";

export function SyncLine() {
	const state = useStore(sync);
	let text = state?.sentence ?? "Looking whether this school is synced";
	if (state?.broken)
		text = "What others change does not arrive on this page just " +
			"now. What you type stays here.";
	return html`<p class="page-sync" role="status">
		<span class=${`page-sync__mark ${state?.synced &&
			!state.broken ? "page-sync__mark--done" : ""}`}
			aria-hidden="true"></span>${text}</p>`;
}
