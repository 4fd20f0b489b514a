// What the hub did not take: why, and what to do about it.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { post, remove } from "../core/api.js";
import { momentInWords } from "../core/words.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { useList } from "../parts/more.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

function Entry({ item, act }) {
	const about = item.name ?? "an entry";
	const hidden = html`<span class="govuk-visually-hidden"
		>: ${about}</span>`;
	return html`<section class="page-part">
		<h2 class="govuk-heading-m">${item.name ?? "Entry"}</h2>
		<p class="govuk-body">${item.why}</p>
		${item.advice && html`<p class="govuk-body">${item.advice}</p>`}
		<p class="govuk-body-s page-quiet">Written
			${" "}${momentInWords(item.at)}</p>
		<div class="govuk-button-group">
		<button class="govuk-button govuk-button--secondary"
			onClick=${() => act(() =>
				post(`refused/${item.id}/retry`))}
			>Send it again${hidden}</button>
		<button class="govuk-button govuk-button--warning"
			onClick=${() => act(() => remove(`refused/${item.id}`))}
			>Give it up${hidden}</button></div></section>`;
}

export function Refused() {
	const list = useList("refused", {});
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
		<${Title}>Entries that were not taken<//>
		${list.error && html`<${Problem} ...${list}/>`}
		${list.items?.length === 0 && html`<p class="govuk-body-l">All
			that this school wrote was taken.</p>`}
		${list.items?.map((item) => html`<${Entry} key=${item.id}
			item=${item} act=${act}/>`)}
		${list.more}`;
}
