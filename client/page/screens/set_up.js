// The first account of a school; there is nothing else until it is made.
import { html } from "../core/html.js";
import { post, refreshSession } from "../core/api.js";
import { roles } from "../core/words.js";
import { PersonForm } from "../parts/person_form.js";
import { Title } from "../parts/title.js";

// Those who may make the accounts of the others.
const first = roles.filter(({ code }) =>
	["lead", "deputy_lead", "head"].includes(code));

async function send(values) {
	await post("setup", values);
	await refreshSession();
}

export function SetUp() {
	return html`<${PersonForm} roles=${first} send=${send}
		label="Make the account">
		<${Title}>Set up Throughline for your school<//>
		<p class="govuk-body-l">Make the first account. It is for the
		head or a safeguarding lead, who can then make accounts for
		everybody else.</p><//>`;
}
