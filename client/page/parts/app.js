// Which of the page's faces is shown: set-up, log in, locked, or the school's.
import { html } from "../core/html.js";
import { session } from "../core/api.js";
import { useStore } from "../core/store.js";
import { LogIn } from "../screens/log_in.js";
import { SetUp } from "../screens/set_up.js";
import { Unlock } from "../screens/unlock.js";
import { Frame } from "./frame.js";
import { Outside } from "./outside.js";

export function App() {
	const { state, login } = useStore(session);
	switch (state) {
	case "starting":
		return null;
	case "setup":
		return html`<${Outside}><${SetUp}/><//>`;
	case "none":
		return html`<${Outside}><${LogIn}/><//>`;
	default:
		return html`
			${state === "locked" && html`<${Unlock}/>`}
			<div hidden=${state === "locked"}
				inert=${state === "locked"}
				><${Frame} key=${login}/></div>`;
	}
}
