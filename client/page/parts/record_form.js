// A record's form, made of the catalogue: new, or as it is changed.
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { patch, post, Refusal } from "../core/api.js";
import { isTyped } from "../core/catalogue.js";
import { check } from "../core/check.js";
import { Clash } from "./clash.js";
import { ErrorSummary } from "./error_summary.js";
import { Field, isTypable } from "./field.js";

// Columns of one field go together, also those that were not touched.
function withTies(columns, edited, values) {
	const ties = new Set(columns.filter(({ name, tie }) =>
		tie && name in edited).map(({ tie }) => tie));
	const whole = { ...edited };
	for (const { name, tie } of columns)
		if (ties.has(tie) && !(name in whole))
			whole[name] = values[name] ?? null;
	return whole;
}

function refuseIfWrong(columns, values) {
	const fields = check(columns, values);
	if (Object.keys(fields).length > 0)
		throw new Refusal(422,
			{ error: "Look at these again", fields });
}

async function create(collection, columns, dossier, edited) {
	const all = Object.fromEntries(columns.map(({ name }) =>
		[name, edited[name] ?? null]));
	refuseIfWrong(columns, all);
	const values = Object.fromEntries(Object.entries(all).filter(
		([, value]) => value !== null));
	return post(`records/${collection.name}`, dossier ?
		{ dossier, values } : { values });
}

async function change(record, columns, edited, was) {
	const values = withTies(columns, edited, record.values);
	refuseIfWrong(columns, values);
	return patch(`records/${record.collection}/${record.id}`, { values,
		was: Object.fromEntries(Object.keys(values).map((name) =>
			[name, was[name] ?? null])) });
}

function writable(collection, record, first) {
	const may = record ? (column) =>
		record.may_write.includes(column.name) &&
			!(column.once && record.values[column.name] !== null) :
		isTyped;
	const columns = collection.columns.filter((column) =>
		may(column) && isTyped({ ...column, may_write: true }) &&
		isTypable(column));
	return first ? columns.filter(({ name }) => first.includes(name)) :
		columns;
}

// record: what is changed, or null; only: names of columns, or all of them.
// was follows what the person saw, not what arrived while they typed.
export function RecordForm({ collection, record, dossier, only, done,
	cancel }) {
	const prefix = useId();
	const [shown, setShown] = useState(record);
	const [edited, setEdited] = useState({});
	const [error, setError] = useState(null);
	const [busy, setBusy] = useState(false);
	const form = useRef(null);
	useEffect(() => form.current?.querySelector(
		"input, select, textarea")?.focus(), []);
	const columns = writable(collection, shown, only);
	const id = (name) => `${prefix}-${name}`;
	const value = (name) => name in edited ? edited[name] :
		shown?.values[name] ?? null;

	async function submit(event) {
		event?.preventDefault();
		if (busy)
			return;
		setBusy(true);
		setError(null);
		try {
			const saved = shown ? Object.keys(edited).length === 0 ?
				shown : await change(shown, columns, edited,
					shown.values) :
				await create(collection, columns, dossier,
					edited);
			done(saved);
		} catch (refusal) {
			setError(refusal);
		}
		setBusy(false);
	}
	// They chose between what they typed and what another wrote.
	function settle(kept) {
		const left = Object.fromEntries(Object.entries(edited).filter(
			([name]) => kept[name] !== "theirs"));
		setShown(error.body.record);
		setEdited(left);
		setError(null);
	}

	if (error?.status === 409 && error.body.record)
		return html`<${Clash} collection=${collection} shown=${shown}
			theirs=${error.body.record} edited=${edited}
			changed=${error.body.changed} settle=${settle}/>`;
	return html`<form class="page-form" ref=${form} onSubmit=${submit}
		novalidate>
		<${ErrorSummary} error=${error} fields=${Object.fromEntries(
			columns.map(({ name }) => [name, id(name)]))}/>
		${columns.map((column) => html`<${Field} key=${column.name}
			column=${column} id=${id(column.name)}
			value=${value(column.name)} names=${shown?.names}
			error=${error?.fields[column.name]}
			onInput=${(next) => setEdited((before) =>
				({ ...before, [column.name]: next }))}/>`)}
		<div class="govuk-button-group">
		<button class="govuk-button" disabled=${busy}
			>${busy ? "Saving" : "Save"}</button>
		<button type="button" class="govuk-button
			govuk-button--secondary" onClick=${cancel}
			>Cancel</button>
		</div></form>`;
}
