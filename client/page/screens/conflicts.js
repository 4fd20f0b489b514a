// Two people wrote the same while they could not see each other: choose one,
// and take the choice back.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { get, patch, post } from "../core/api.js";
import { catalogue } from "../core/catalogue.js";
import { useStore } from "../core/store.js";
import { momentInWords } from "../core/words.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { useList } from "../parts/more.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

// The columns of a field: itself, or all that are tied by that name.
const fieldOf = (known, { collection, column }) =>
	known[collection].columns.filter(({ name, tie }) =>
		(tie ?? name) === column).map(({ name }) => name);

const valuesOf = (record, names) => Object.fromEntries(names.map((name) =>
	[name, record.values[name]]));

async function choose(known, item, keep) {
	const path = `records/${item.collection}/${item.record}`;
	const other = item.values.find((value) => value.keep !== keep);
	await post(`conflicts/${item.record}/${item.column}`,
		{ keep, version: item.version });
	const after = await get(path);
	// What takes it back: the first of those that were not kept.
	return { path, values: other.value,
		was: valuesOf(after, fieldOf(known, item)) };
}

function Value({ item, value, take, busy }) {
	return html`<div class="page-choice">
		<p class="govuk-body page-lines"><strong>${value.text ??
			"Nothing"}</strong></p>
		<p class="govuk-body-s page-quiet">${value.by ?? "Somebody"}${
			value.site ? ` on computer ${value.site}` : ""}${
			value.at ? `, ${momentInWords(value.at)}` : ""}</p>
		<button class="govuk-button govuk-button--secondary"
			disabled=${busy} onClick=${take}>Keep this<span
			class="govuk-visually-hidden">: ${item.label},
			${" "}${value.text}</span></button></div>`;
}

function Conflict({ item, settle, busy }) {
	const of = item.pupil?.name;
	return html`<section class="page-part">
		<h2 class="govuk-heading-m">${of ? html`<a class="govuk-link"
			href=${`#/pupils/${item.pupil.id}`}>${of}</a>: ` : ""}${
			item.label}</h2>
		<div class="page-choices">${item.values.map((value) =>
			html`<${Value} key=${value.keep} item=${item}
			value=${value} busy=${busy}
			take=${() => settle(item, value)}/>`)}</div></section>`;
}

function Settled({ done, undo }) {
	return html`<div class="govuk-notification-banner
		govuk-notification-banner--success" role="status">
		<div class="govuk-notification-banner__header">
		<p class="govuk-notification-banner__title">Settled</p></div>
		<div class="govuk-notification-banner__content">
		<p class="govuk-notification-banner__heading">${done.label} is
			now ${done.text ?? "empty"}.</p>
		<button class="govuk-button govuk-button--secondary"
			onClick=${undo}>Undo</button></div></div>`;
}

export function Conflicts() {
	const known = useStore(catalogue);
	const list = useList("conflicts", {});
	const [done, setDone] = useState(null);
	const [error, setError] = useState(null);
	const [busy, setBusy] = useState(false);
	async function act(what) {
		setBusy(true);
		setError(null);
		try {
			await what();
		} catch (refusal) {
			setError(refusal);
		}
		setBusy(false);
		list.again();
	}
	const settle = (item, value) => act(async () => {
		const back = await choose(known, item, value.keep);
		setDone({ label: item.label, text: value.text, back });
	});
	const undo = () => act(async () => {
		const { path, values, was } = done.back;
		await patch(path, { values, was });
		setDone(null);
	});
	return html`<${ErrorSummary} error=${error}/>
		${done && html`<${Settled} done=${done} undo=${undo}/>`}
		<${Title}>Two answers: choose one<//>
		<p class="govuk-body">Two people wrote the same thing while
		their computers could not see each other. Both are kept until
		you choose.</p>
		${list.error && html`<${Problem} ...${list}/>`}
		${list.items?.length === 0 && html`<p class="govuk-body-l">There
			is nothing to choose.</p>`}
		${known && list.items?.map((item) => html`<${Conflict}
			key=${`${item.record}/${item.column}`} item=${item}
			settle=${settle} busy=${busy}/>`)}
		${list.more}`;
}
