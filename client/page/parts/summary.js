// A record as rows of label and value.
import { html } from "../core/html.js";
import { isShown } from "../core/catalogue.js";
import { valueInWords } from "../core/words.js";

const isEmpty = (value) => value === null || value === undefined ||
	value === "";

function Value({ column, record }) {
	const value = record.values[column.name];
	if (column.type === "reference" && column.refers === "pupil" && value)
		return html`<a class="govuk-link" href=${`#/pupils/${value}`}
			>${valueInWords(column, value, record.names)}</a>`;
	return html`<span class="page-lines">${valueInWords(column, value,
		record.names)}</span>`;
}

// all: also rows without a value, which are otherwise left out.
export function Summary({ collection, record, all, only }) {
	const rows = collection.columns.filter((column) => isShown(column) &&
		column.type !== "id" &&
		(!only || only.includes(column.name)) &&
		!record.hidden.includes(column.name) &&
		(all || !isEmpty(record.values[column.name]) ||
			record.conflicts.includes(column.name)));
	return html`<dl class="govuk-summary-list">
		${rows.map((column) => html`<div key=${column.name}
			class="govuk-summary-list__row">
			<dt class="govuk-summary-list__key">${column.label}</dt>
			<dd class="govuk-summary-list__value">
			<${Value} column=${column} record=${record}/>
			${record.conflicts.includes(column.name) && html` <a
				class="govuk-tag govuk-tag--red"
				href="#/conflicts"
				>Two answers: choose one</a>`}
			</dd></div>`)}
		</dl>
		${record.waiting && html`<p class="govuk-body page-quiet">Waits
			for the hub's answer.</p>`}`;
}
