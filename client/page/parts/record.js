// One record on a screen: read, changed in place, its history, deleted.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { remove } from "../core/api.js";
import { ErrorSummary } from "./error_summary.js";
import { History } from "./history.js";
import { RecordForm } from "./record_form.js";
import { Summary } from "./summary.js";

function Act({ label, about, onClick, expanded }) {
	return html`<li><button class="page-act govuk-link"
		aria-expanded=${expanded} onClick=${onClick}>${label}<span
		class="govuk-visually-hidden"> ${about}</span></button></li>`;
}

function Sure({ about, yes, no }) {
	const button = useRef(null);
	useEffect(() => button.current?.focus(), []);
	return html`<div class="govuk-inset-text" role="group"
		aria-label=${`Delete ${about}`}>
		<p class="govuk-body">Delete this? Its history is kept.</p>
		<div class="govuk-button-group">
		<button class="govuk-button govuk-button--warning" ref=${button}
			onClick=${yes}>Yes, delete it</button>
		<button class="govuk-button govuk-button--secondary"
			onClick=${no}>No</button></div></div>`;
}

// about: what it is, for those who hear the page; changed() after a write.
export function Record({ collection, record, about, only, all, changed }) {
	const [doing, setDoing] = useState(null); // edit, history, delete
	const [error, setError] = useState(null);
	const acts = useRef(null);
	const before = useRef(null);
	useEffect(() => {
		// Whoever closes the form is where they opened it.
		if (before.current === "edit" && !doing)
			acts.current?.querySelector("button")?.focus();
		before.current = doing;
	}, [doing]);
	const toggle = (what) => () => setDoing(doing === what ? null : what);
	const isEditable = record.may_write.some((name) =>
		!only || only.includes(name));
	async function drop() {
		try {
			const { id, version } = record;
			await remove(`records/${record.collection}/${id}`,
				{ version });
			changed(null);
		} catch (refusal) {
			setError(refusal);
			setDoing(null);
		}
	}
	if (doing === "edit")
		return html`<${RecordForm} collection=${collection}
			record=${record} only=${only} cancel=${toggle("edit")}
			done=${(saved) => {
				setDoing(null);
				changed(saved);
			}}/>`;
	return html`<${ErrorSummary} error=${error}/>
		<${Summary} ...${{ collection, record, only, all }}/>
		<ul class="page-acts page-screen-only" ref=${acts}>
		${isEditable && html`<${Act} label="Change" about=${about}
			onClick=${toggle("edit")}/>`}
		<${Act} label="History" about=${about}
			expanded=${doing === "history"}
			onClick=${toggle("history")}/>
		${record.may_delete && html`<${Act} label="Delete"
			about=${about} onClick=${toggle("delete")}/>`}</ul>
		${doing === "delete" && html`<${Sure} about=${about} yes=${drop}
			no=${toggle("delete")}/>`}
		${doing === "history" && html`<${History}
			collection=${collection} record=${record}/>`}`;
}
