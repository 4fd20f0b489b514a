// The school's page begins here.
import { render } from "preact";
import { html } from "./core/html.js";
import { refreshSession, session } from "./core/api.js";
import { App } from "./parts/app.js";
import { NoProgram } from "./screens/no_program.js";

const place = document.getElementById("page");

async function begin() {
	try {
		await refreshSession();
		render(html`<${App}/>`, place);
	} catch (error) {
		render(html`<${NoProgram} error=${error} again=${begin}/>`,
			place);
	}
}

// Another tab of this browser may have logged in, out, or another person in.
addEventListener("focus", () => {
	if (session.get().state !== "starting")
		refreshSession().catch(() => {});
});

place.replaceChildren();
begin();
