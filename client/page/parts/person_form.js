// The form of an account: the first one of a school, and those of the others.
import { html } from "../core/html.js";
import { Refusal } from "../core/api.js";
import { ErrorSummary } from "./error_summary.js";
import { Choice, Input } from "./input.js";
import { useForm } from "./use_form.js";

const names = ["forename", "surname", "role", "email", "login", "passphrase",
	"again"];
const fields = Object.fromEntries(names.map((name) => [name, name]));
const empty = Object.fromEntries(names.map((name) => [name, ""]));

// What was left empty is not sent.
async function sendWith(send, { again, ...values }) {
	if (again !== values.passphrase)
		throw new Refusal(422, {
			error: "The two passphrases are not the same",
			fields: { again: "Type the same passphrase twice" },
		});
	await send(Object.fromEntries(Object.entries(values).filter(
		([, value]) => value !== "")));
}

export function PersonForm({ roles, send, label, more, children }) {
	const form = useForm(empty, (values) => sendWith(send, values));
	const input = (id, text, rest) => html`<${Input} id=${id}
		label=${text} value=${form.values[id]} onInput=${form.set(id)}
		error=${form.error?.fields[id]} ...${rest}/>`;
	return html`<${ErrorSummary} error=${form.error} fields=${fields}/>
		${children}
		<form onSubmit=${form.submit} novalidate>
		${input("forename", "First name", { autocomplete: "off" })}
		${input("surname", "Last name", { autocomplete: "off" })}
		<${Choice} id="role" label="Role" choices=${roles}
			value=${form.values.role} onInput=${form.set("role")}
			error=${form.error?.fields.role}/>
		${input("email", "Email address (optional)",
			{ type: "email", autocomplete: "off" })}
		${input("login", "Login name", { autocomplete: "username",
			autocapitalize: "none", spellcheck: false,
			hint: "Short and without spaces, for example asmith" })}
		${input("passphrase", "Passphrase", { type: "password",
			autocomplete: "new-password",
			hint: "Four words that do not belong together are " +
			"easy to remember and hard to guess" })}
		${input("again", "Passphrase again", { type: "password",
			autocomplete: "new-password" })}
		<div class="govuk-button-group">
		<button class="govuk-button" disabled=${form.busy}
			>${label}</button>
		${more}</div></form>`;
}
