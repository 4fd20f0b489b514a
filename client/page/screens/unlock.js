// Laid over the page while it is locked: what was being typed stays beneath.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../core/html.js";
import { logOut, post, refreshSession, session } from "../core/api.js";
import { useStore } from "../core/store.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { Input } from "../parts/input.js";
import { useForm } from "../parts/use_form.js";

export function Unlock() {
	const { name, login } = useStore(session);
	const heading = useRef(null);
	useEffect(() => {
		document.title = "Locked - Throughline";
		heading.current?.focus();
	}, []);
	const form = useForm({ passphrase: "" }, async (values) => {
		await post("session/unlock", values);
		await refreshSession();
	});
	return html`<main class="govuk-width-container govuk-main-wrapper"
		id="main">
		<${ErrorSummary} error=${form.error}
			fields=${{ passphrase: "unlock" }}/>
		<h1 class="govuk-heading-l" tabindex="-1" ref=${heading}
			>This page is locked</h1>
		<p class="govuk-body">${name || login} is logged in. What you
		were doing is kept.</p>
		<form onSubmit=${form.submit} novalidate>
		<input type="text" hidden readonly autocomplete="username"
			value=${login}/>
		<${Input} id="unlock" label="Your passphrase" type="password"
			error=${form.error?.fields.passphrase}
			value=${form.values.passphrase}
			onInput=${form.set("passphrase")}
			autocomplete="current-password"/>
		<div class="govuk-button-group">
		<button class="govuk-button" disabled=${form.busy}
			>Unlock</button>
		<button type="button" class="govuk-button
			govuk-button--secondary" onClick=${logOut}
			>Log out, and lose what was not saved</button>
		</div></form></main>`;
}
