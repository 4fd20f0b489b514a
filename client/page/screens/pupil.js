// A pupil: everything this person may see, each part changed where it stands.
import { html } from "../core/html.js";
import { catalogue } from "../core/catalogue.js";
import { useLoad } from "../core/load.js";
import { useStore } from "../core/store.js";
import { countOf, insideSentence } from "../core/words.js";
import { Add } from "../parts/add.js";
import { isAddable } from "../parts/field.js";
import { Problem } from "../parts/problem.js";
import { Record } from "../parts/record.js";
import { Title } from "../parts/title.js";

const HOME = ["address_confidential", "saon", "paon", "street", "locality",
	"town", "administrative_area", "post_town", "uprn", "line1", "line2",
	"line3", "line4", "line5", "county", "postcode", "country",
	"phone_home", "phone_mobile", "phone_work", "phone_other",
	"phone_other_type", "email"];

const nameOf = ({ values }) => [values.preferred_forename ?? values.forename,
	values.preferred_surname ?? values.surname].filter(Boolean).join(" ");

function Part({ id, label, children }) {
	return html`<section aria-labelledby=${id} class="page-part">
		<h2 class="govuk-heading-m" id=${id} tabindex="-1">${label}</h2>
		${children}</section>`;
}

function Section({ section, known, dossier, again }) {
	const collection = known[section.collection];
	const label = insideSentence(section.label);
	if (!collection)
		return null;
	return html`<${Part} id=${section.collection} label=${section.label}>
		${section.records.map((record, i) => html`<div class="page-card"
			key=${record.id}><${Record} collection=${collection}
			record=${record} about=${`${label} ${i + 1}`}
			changed=${again}/></div>`)}
		${section.may_create && html`<${Add} collection=${collection}
			dossier=${dossier} done=${again}/>`}<//>`;
}

// What nothing is written in: a button each, at the end.
function Empty({ sections, known, dossier, again }) {
	const some = sections.filter(({ collection, may_create: may }) =>
		may && known[collection] && isAddable(known[collection]));
	if (some.length === 0)
		return null;
	return html`<${Part} id="empty" label="Not written yet">
		<div class="page-adds">${some.map(({ collection }) =>
			html`<${Add} key=${collection}
			collection=${known[collection]} dossier=${dossier}
			done=${again}/>`)}</div><//>`;
}

function jump(event, id) {
	event.preventDefault();
	const heading = document.getElementById(id);
	heading?.focus();
	heading?.scrollIntoView();
}

function Contents({ sections }) {
	return html`<nav aria-label="Parts of this page"
		class="page-contents page-screen-only">
		<ul class="govuk-list">${sections.map(({ collection, label,
			records }) => html`<li><a class="govuk-link"
			href=${`#${collection}`} onClick=${(event) =>
				jump(event, collection)}>${label}</a>${
			records?.length > 0 && html` <span class="page-quiet"
			>(${records.length})</span>`}</li>`)}</ul></nav>`;
}

function Same({ same }) {
	if (!same?.length)
		return null;
	return html`<div class="govuk-inset-text">This may be the same child as
		${same.map((other) => html` <a class="govuk-link"
			href=${`#/pupils/${other.id}`}>${other.name ??
			"another record"}</a>`)}.</div>`;
}

function Details({ pupil, known, again }) {
	const collection = known.pupil;
	const rest = collection.columns.map(({ name }) => name).filter((name) =>
		!HOME.includes(name));
	return html`
		<${Part} id="details" label="Details"><${Record}
			collection=${collection} record=${pupil} only=${rest}
			about="details" changed=${again}/><//>
		<${Part} id="home" label="Address and phones"><${Record}
			collection=${collection} record=${pupil} only=${HOME}
			about="address and phones" changed=${again}/><//>`;
}

export function Pupil({ id }) {
	const known = useStore(catalogue);
	const { data, error, again } = useLoad(`pupils/${id}`);
	if (error && !data)
		return html`<${Problem} error=${error} again=${again}/>`;
	if (!data || !known)
		return html`<${Title}>Pupil<//>`;
	const { pupil, same } = data;
	const others = data.sections.filter(({ collection }) =>
		collection !== "pupil");
	const sections = others.filter(({ records }) => records.length > 0);
	const empty = others.filter(({ records }) => records.length === 0);
	const conflicts = [pupil, ...sections.flatMap(({ records }) => records)]
		.reduce((sum, record) => sum + record.conflicts.length, 0);
	return html`<${Title} caption=${pupil.names?.[pupil.values.holder]}
			>${nameOf(pupil)}<//>
		<${Same} same=${same}/>
		${conflicts > 0 && html`<div class="govuk-inset-text">
			${countOf(conflicts, "answer")} to choose between.
			<a class="govuk-link" href="#/conflicts"
			>Choose</a></div>`}
		<div class="page-columns">
		<${Contents} sections=${[
			{ collection: "details", label: "Details" },
			{ collection: "home", label: "Address and phones" },
			...sections]}/>
		<div><${Details} pupil=${pupil} known=${known} again=${again}/>
		${sections.map((section) => html`<${Section}
			key=${section.collection} section=${section}
			known=${known} dossier=${pupil.dossier}
			again=${again}/>`)}
		<${Empty} sections=${empty} known=${known}
			dossier=${pupil.dossier} again=${again}/></div></div>`;
}
