// The records of one collection, whichever it is.
import { html } from "../core/html.js";
import { catalogue, isShown } from "../core/catalogue.js";
import { go } from "../core/route.js";
import { useStore } from "../core/store.js";
import { valueInWords } from "../core/words.js";
import { Add } from "../parts/add.js";
import { useList } from "../parts/more.js";
import { NotThere } from "./not_there.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

const SHOWN = 4; // columns of a table; the rest is on the record's own page

function Row({ record, columns }) {
	const text = (column) => record.values[column.name] === null ? "" :
		valueInWords(column, record.values[column.name], record.names);
	const [first, ...rest] = columns;
	return html`<tr class="govuk-table__row">
		<th scope="row" class="govuk-table__header"><a
			class="govuk-link"
			href=${`#/records/${record.collection}/${record.id}`}
			>${text(first) || "No name"}</a></th>
		${rest.map((column) => html`<td class="govuk-table__cell
			page-lines">${text(column)}</td>`)}</tr>`;
}

function Table({ collection, items }) {
	const columns = collection.columns.filter((column) =>
		isShown(column) && column.type !== "id").slice(0, SHOWN);
	return html`<div class="page-scroll" role="region" tabindex="0"
		aria-label=${collection.label}>
		<table class="govuk-table">
		<thead class="govuk-table__head"><tr class="govuk-table__row">
		${columns.map(({ label }) => html`<th scope="col"
			class="govuk-table__header">${label}</th>`)}
		</tr></thead><tbody class="govuk-table__body">
		${items.map((record) => html`<${Row} key=${record.id}
			record=${record} columns=${columns}/>`)}
		</tbody></table></div>`;
}

function List({ collection }) {
	const { name, label } = collection;
	const list = useList(`records/${name}`, {}, [name]);
	return html`<${Title}>${label}<//>
		${collection.may_create && html`<${Add} collection=${collection}
			done=${(saved) => go(`records/${name}/${saved.id}`)}/>`}
		${list.error && html`<${Problem} ...${list}/>`}
		${list.items?.length === 0 && html`<p class="govuk-body">Nothing
			is written here yet.</p>`}
		${list.items?.length > 0 && html`<${Table}
			collection=${collection} items=${list.items}/>`}
		${list.more}`;
}

export function Records({ collection }) {
	const known = useStore(catalogue);
	if (!known)
		return html`<${Title}>Records<//>`;
	return known[collection] ?
		html`<${List} collection=${known[collection]}/>` :
		html`<${NotThere}/>`;
}
