// What could not be read, in a sentence, instead of a screen's content.
import { html } from "../core/html.js";
import { NotThere } from "../screens/not_there.js";

export function Problem({ error, again }) {
	if (error.status === 404)
		return html`<${NotThere}/>`;
	return html`<div class="govuk-inset-text" role="alert">
		<p class="govuk-body">${error.message}</p>
		<button class="govuk-button govuk-button--secondary"
			onClick=${again}>Try again</button></div>`;
}
