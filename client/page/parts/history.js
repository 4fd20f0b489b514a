// Who wrote what of a record, and when.
import { html } from "../core/html.js";
import { momentInWords, valueInWords } from "../core/words.js";
import { useList } from "./more.js";
import { Problem } from "./problem.js";

function Changes({ collection, changes }) {
	const columns = collection.columns.filter(({ name, type }) =>
		name in changes && type !== "blob");
	return html`<ul class="govuk-list">
		${columns.map((column) => html`<li>
			<strong>${column.label}:</strong> <span
			class="page-lines">${valueInWords(column,
				changes[column.name])}</span></li>`)}</ul>`;
}

// What was written in one go is one entry.
function together(items) {
	const entries = [];
	for (const item of items) {
		const last = entries.at(-1);
		if (last && item.change && last.change === item.change &&
		    last.redacted === item.redacted)
			last.changes = { ...last.changes, ...item.changes };
		else
			entries.push({ ...item });
	}
	return entries;
}

export function History({ collection, record }) {
	const list = useList(
		`records/${record.collection}/${record.id}/history`, {},
		[record.collection]);
	if (list.error)
		return html`<${Problem} ...${list}/>`;
	return html`<ol class="govuk-list page-history">
		${together(list.items ?? []).map((item) => html`<li>
			<p class="govuk-body-s page-quiet">
			${momentInWords(item.at)}, ${item.by ?? "the program"}${
			item.site ? ` on computer ${item.site}` : ""}${
			item.created ? ", who made it" : ""}</p>
			${item.redacted ? html`<p class="govuk-body">What was
				written here was taken out.</p>` :
				html`<${Changes} collection=${collection}
				changes=${item.changes ?? {}}/>`}</li>`)}
		</ol>${list.more}`;
}
