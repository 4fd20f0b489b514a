// The program that serves this page does not answer.
import { html } from "../core/html.js";
import { Outside } from "../parts/outside.js";
import { Title } from "../parts/title.js";

export function NoProgram({ error, again }) {
	return html`<${Outside}>
		<${Title}>Throughline does not answer<//>
		<p class="govuk-body">${error.message}</p>
		<button class="govuk-button" onClick=${again}>Try again</button>
		<//>`;
}
