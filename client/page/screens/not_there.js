// An address that leads nowhere.
import { html } from "../core/html.js";
import { Title } from "../parts/title.js";

export function NotThere() {
	return html`<${Title}>There is nothing at this address<//>
		<p class="govuk-body">It may be a record that you cannot see,
		or that this computer does not hold. <a class="govuk-link"
		href="#/">Go to the start</a>.</p>`;
}
