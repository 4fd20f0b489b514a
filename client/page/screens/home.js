// What needs this person today.
import { html } from "../core/html.js";
import { useLoad } from "../core/load.js";
import { dateInWords } from "../core/words.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

const pathOf = (link) => `#/${(link ?? "").replace(/^#?\/?/, "")}`;

function Item({ item }) {
	return html`<li class="page-task">
		<div>${item.link ? html`<a class="govuk-link"
			href=${pathOf(item.link)}>${item.title}</a>` :
			html`<strong>${item.title}</strong>`}
		${item.text && html`<p class="govuk-body-s page-quiet"
			>${item.text}</p>`}</div>
		${item.due_on && html`<p class="govuk-body-s">By
			${" "}${dateInWords(item.due_on)}</p>`}</li>`;
}

function Section({ section }) {
	const more = section.count - section.items.length;
	return html`<section class="page-part">
		<h2 class="govuk-heading-m">${section.title}
			${" "}<span class="page-quiet"
			>(${section.count})</span></h2>
		<ul class="govuk-list">${section.items.map((item) =>
			html`<${Item} item=${item}/>`)}</ul>
		${more > 0 && html`<p class="govuk-body page-quiet">And
			${" "}${more} more.</p>`}</section>`;
}

export function Home() {
	const { data, error, again } = useLoad("home");
	const sections = data?.sections.filter(({ count }) => count > 0);
	return html`<${Title}>What needs you today<//>
		${error && html`<${Problem} error=${error} again=${again}/>`}
		${sections?.length === 0 && html`<p class="govuk-body-l">Nothing
			is waiting for you.</p>`}
		${sections?.map((section) => html`<${Section}
			key=${section.kind} section=${section}/>`)}
		<p class="govuk-body page-screen-only"><a class="govuk-link"
			href="#/pupils">Find a pupil</a></p>`;
}
