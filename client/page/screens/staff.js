// Who has an account at this school: add, change a role, close.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { patch, post, remove } from "../core/api.js";
import { roleInWords, roles } from "../core/words.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { Choice } from "../parts/input.js";
import { useList } from "../parts/more.js";
import { PersonForm } from "../parts/person_form.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

function Role({ account, act, close }) {
	const [role, setRole] = useState(account.role);
	async function save(event) {
		event.preventDefault();
		await act(() => patch(`staff/${account.id}`, { role }));
		close();
	}
	return html`<form class="page-form" onSubmit=${save}>
		<${Choice} id=${`role-${account.id}`} label="Role"
			choices=${roles} value=${role} onInput=${setRole}/>
		<div class="govuk-button-group">
		<button class="govuk-button">Save</button>
		<button type="button" class="govuk-button
			govuk-button--secondary" onClick=${close}
			>Cancel</button></div></form>`;
}

function Sure({ account, act, close }) {
	async function yes() {
		await act(() => remove(`staff/${account.id}`));
		close();
	}
	return html`<div class="govuk-inset-text">
		<p class="govuk-body">Close this account? ${account.name} can
		no longer log in at any computer of the school. What they wrote
		stays.</p>
		<div class="govuk-button-group">
		<button class="govuk-button govuk-button--warning"
			onClick=${yes}>Yes, close it</button>
		<button class="govuk-button govuk-button--secondary"
			onClick=${close}>No</button></div></div>`;
}

function Account({ account, act }) {
	const [doing, setDoing] = useState(null);
	const close = () => setDoing(null);
	const hidden = html`<span class="govuk-visually-hidden"
		> ${account.name}</span>`;
	const role = [account.role, account.second_role].filter(Boolean)
		.map(roleInWords).join(", ");
	return html`<li class="page-card">
		<p class="govuk-body"><strong>${account.name}</strong>
		${" "}<span class="page-quiet">${account.login}, ${role}${
			account.disabled_on ? ", closed" : ""}</span></p>
		${!account.disabled_on && html`<ul class="page-acts">
			<li><button class="page-act govuk-link"
				onClick=${() => setDoing("role")}
				>Change role${hidden}</button></li>
			<li><button class="page-act govuk-link"
				onClick=${() => setDoing("close")}
				>Close account${hidden}</button></li></ul>`}
		${doing === "role" && html`<${Role} ...${{ account, act,
			close }}/>`}
		${doing === "close" && html`<${Sure} ...${{ account, act,
			close }}/>`}</li>`;
}

function NewAccount({ done }) {
	const [isOpen, setOpen] = useState(false);
	async function send(values) {
		await post("staff", values);
		setOpen(false);
		done();
	}
	if (!isOpen)
		return html`<button class="govuk-button"
			onClick=${() => setOpen(true)}>Add an account</button>`;
	return html`<div class="page-form"><${PersonForm} roles=${roles}
		send=${send} label="Add the account" more=${html`<button
		type="button" class="govuk-button govuk-button--secondary"
		onClick=${() => setOpen(false)}>Cancel</button>`}>
		<p class="govuk-body">Tell them their passphrase in person. They
		change it under "Your account".</p><//></div>`;
}

export function Staff() {
	const list = useList("staff", {}, ["login", "staff"]);
	const [error, setError] = useState(null);
	async function act(what) {
		setError(null);
		try {
			await what();
		} catch (refusal) {
			setError(refusal);
		}
		list.again();
	}
	return html`<${ErrorSummary} error=${error}/>
		<${Title}>Accounts of this school<//>
		<${NewAccount} done=${list.again}/>
		${list.error && html`<${Problem} ...${list}/>`}
		<ul class="govuk-list">${list.items?.map((account) =>
			html`<${Account} key=${account.id} account=${account}
			act=${act}/>`)}</ul>${list.more}`;
}
