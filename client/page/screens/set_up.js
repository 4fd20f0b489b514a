// The first account of a school; there is nothing else until it is made.
import { html } from "../core/html.js";
import { post, Refusal, refreshSession } from "../core/api.js";
import { roles } from "../core/words.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { Choice, Input } from "../parts/input.js";
import { Title } from "../parts/title.js";
import { useForm } from "../parts/use_form.js";

const names = ["forename", "surname", "role", "email", "login", "passphrase",
	"again"];
const fields = Object.fromEntries(names.map((name) => [name, name]));
// Those who may make the accounts of the others.
const first = roles.filter(({ code }) =>
	["lead", "deputy_lead", "head"].includes(code));
const empty = Object.fromEntries(names.map((name) => [name, ""]));

async function send({ again, ...values }) {
	if (again !== values.passphrase)
		throw new Refusal(422, {
			error: "The two passphrases are not the same",
			fields: { again: "Type the same passphrase twice" },
		});
	await post("setup", values);
	await refreshSession();
}

export function SetUp() {
	const form = useForm(empty, send);
	const input = (id, label, more) => html`<${Input} id=${id}
		label=${label} value=${form.values[id]} onInput=${form.set(id)}
		error=${form.error?.fields[id]} ...${more}/>`;
	return html`<${ErrorSummary} error=${form.error} fields=${fields}/>
		<${Title}>Set up Throughline for your school<//>
		<p class="govuk-body-l">Make the first account. It is for the
		head or a safeguarding lead, who can then make accounts for
		everybody else.</p>
		<form onSubmit=${form.submit} novalidate>
		${input("forename", "First name",
			{ autocomplete: "given-name" })}
		${input("surname", "Last name",
			{ autocomplete: "family-name" })}
		<${Choice} id="role" label="Your role" choices=${first}
			value=${form.values.role} onInput=${form.set("role")}
			error=${form.error?.fields.role}/>
		${input("email", "Email address (optional)",
			{ type: "email", autocomplete: "email" })}
		${input("login", "Login name", { autocomplete: "username",
			autocapitalize: "none", spellcheck: false,
			hint: "Short and without spaces, for example asmith" })}
		${input("passphrase", "Passphrase", { type: "password",
			autocomplete: "new-password",
			hint: "Four words that do not belong together are " +
			"easy to remember and hard to guess" })}
		${input("again", "Passphrase again", { type: "password",
			autocomplete: "new-password" })}
		<button class="govuk-button" disabled=${form.busy}>
			${form.busy ? "Making the account" :
			"Make the account"}</button>
		</form>`;
}
