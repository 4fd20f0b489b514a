// Find a pupil as you type: by any name, UPN, year or school.
import { useEffect, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { catalogue } from "../core/catalogue.js";
import { go, replaceQuery } from "../core/route.js";
import { useStore } from "../core/store.js";
import { countOf, dateInWords } from "../core/words.js";
import { Add } from "../parts/add.js";
import { useList } from "../parts/more.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

const WATCHED = ["pupil", "enrolment", "transfer"];
const SAY_AFTER_MS = 700; // a screen reader hears the count, not each letter

function Row({ pupil }) {
	const known = pupil.preferred && pupil.preferred !== pupil.forename;
	return html`<tr class="govuk-table__row">
		<th scope="row" class="govuk-table__header">
		<a class="govuk-link" href=${`#/pupils/${pupil.id}`}
			>${pupil.name}</a>
		${known && html`<br/><span class="page-quiet"
			>known as ${pupil.preferred}</span>`}</th>
		<td class="govuk-table__cell"
			>${dateInWords(pupil.birth_date)}</td>
		<td class="govuk-table__cell">${pupil.year ?? ""}</td>
		<td class="govuk-table__cell">${pupil.holder?.name ?? ""}</td>
		</tr>`;
}

function Table({ items }) {
	return html`<div class="page-scroll" role="region" tabindex="0"
		aria-label="Pupils">
		<table class="govuk-table">
		<thead class="govuk-table__head"><tr class="govuk-table__row">
		${["Name", "Date of birth", "Year", "School"].map((text) =>
			html`<th scope="col" class="govuk-table__header"
				>${text}</th>`)}
		</tr></thead>
		<tbody class="govuk-table__body">${items.map((pupil) =>
			html`<${Row} key=${pupil.id} pupil=${pupil}/>`)}
		</tbody></table></div>`;
}

function useLater(text) {
	const [said, setSaid] = useState("");
	useEffect(() => {
		const timer = setTimeout(() => setSaid(text), SAY_AFTER_MS);
		return () => clearTimeout(timer);
	}, [text]);
	return said;
}

export function Pupils({ query }) {
	const [find, setFind] = useState(query.find ?? "");
	const [year, setYear] = useState(query.year ?? "");
	const known = useStore(catalogue);
	const list = useList("pupils", { find: find.trim(), year }, WATCHED);
	const said = useLater(!list.items ? "" : list.items.length === 0 ?
		"No pupils found" : list.more ?
		`More than ${list.items.length} pupils found` :
		`${countOf(list.items.length, "pupil")} found`);
	useEffect(() => {
		replaceQuery("pupils", { find, year });
	}, [find, year]);
	return html`<${Title}>Find a pupil<//>
		<form role="search" class="page-find"
			onSubmit=${(event) => event.preventDefault()}>
		<div class="govuk-form-group page-find__words">
		<label class="govuk-label" for="find">Name or UPN</label>
		<input class="govuk-input" id="find" type="search" value=${find}
			autocomplete="off" spellcheck=${false}
			onInput=${(event) => setFind(event.target.value)}/>
		</div>
		<div class="govuk-form-group">
		<label class="govuk-label" for="year">Year</label>
		<select class="govuk-select page-select" id="year"
			onChange=${(event) => setYear(event.target.value)}>
		<option value="" selected=${!year}>Any</option>
		${["N1", "N2", "R", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
			.map(String).map((each) => html`<option value=${each}
				selected=${each === year}>${each}</option>`)}
		</select></div></form>
		<p class="govuk-visually-hidden" role="status">${said}</p>
		${list.error && html`<${Problem} ...${list}/>`}
		${list.items?.length === 0 && html`<p class="govuk-body">No
			pupil of yours is called that. Try part of a name, or
			look at any year.</p>`}
		${list.items?.length > 0 && html`<${Table}
			items=${list.items}/>`}
		${list.more}
		${known?.pupil?.may_create && html`<${Add}
			collection=${known.pupil}
			done=${(saved) => go(`pupils/${saved.id}`)}/>`}`;
}
