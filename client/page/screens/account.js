// One's own account: the passphrase.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { post, Refusal, session } from "../core/api.js";
import { useStore } from "../core/store.js";
import { roleInWords } from "../core/words.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { Input } from "../parts/input.js";
import { Title } from "../parts/title.js";
import { useForm } from "../parts/use_form.js";

const empty = { old: "", new: "", again: "" };
const fields = { old: "old", new: "new", again: "again" };

export function Account() {
	const { name, login, roles } = useStore(session);
	const [isDone, setDone] = useState(false);
	const form = useForm(empty, async ({ again, ...values }) => {
		setDone(false);
		if (again !== values.new)
			throw new Refusal(422, { error: "Look at these again",
				fields: { again: "Type the same passphrase " +
					"twice" } });
		await post("session/passphrase", values);
		form.setValues(empty);
		setDone(true);
	});
	const input = (id, label, autocomplete) => html`<${Input} id=${id}
		label=${label} type="password" autocomplete=${autocomplete}
		value=${form.values[id]} onInput=${form.set(id)}
		error=${form.error?.fields[id]}/>`;
	return html`<${ErrorSummary} error=${form.error} fields=${fields}/>
		<${Title}>Your account<//>
		<p class="govuk-body">${name}, login name ${login}:
		${" "}${(roles ?? []).map(roleInWords).join(", ")}</p>
		<h2 class="govuk-heading-m">Change your passphrase</h2>
		<p role="status" class="govuk-body">${isDone &&
			"Your passphrase is changed."}</p>
		<form onSubmit=${form.submit} novalidate>
		<input type="text" hidden readonly autocomplete="username"
			value=${login}/>
		${input("old", "Passphrase now", "current-password")}
		${input("new", "New passphrase", "new-password")}
		${input("again", "New passphrase again", "new-password")}
		<button class="govuk-button" disabled=${form.busy}
			>Change it</button></form>`;
}
