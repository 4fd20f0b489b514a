// The one page for every adult who works with the child; to print.
import { html } from "../core/html.js";
import { get } from "../core/api.js";
import { useLoad } from "../core/load.js";
import { Problem } from "../parts/problem.js";
import { Title } from "../parts/title.js";

const PARTS = [
	["must_know", "Every adult must know"],
	["what_helps", "What helps"],
	["what_to_avoid", "What to avoid"],
	["strengths", "Strengths"],
	["pupil_voice", "In the child's own words"],
];

async function printIt(id) {
	// Asked for again, so that the record says it was printed.
	await get(`pupils/${id}/profile?print=1`).catch(() => {});
	print();
}

export function Profile({ id }) {
	const { data, error, again } = useLoad(`pupils/${id}/profile`);
	if (error)
		return html`<${Problem} error=${error} again=${again}/>`;
	if (!data)
		return html`<${Title}>One-page profile<//>`;
	const said = PARTS.filter(([key]) => data[key]);
	const about = [data.year && `Year ${data.year}`,
		(data.class_name ?? data.class) &&
		`class ${data.class_name ?? data.class}`]
		.filter(Boolean).join(", ");
	return html`<${Title} caption=${about}>${data.name}<//>
		<button class="govuk-button page-screen-only"
			onClick=${() => printIt(id)}>Print this page</button>
		${said.length === 0 && html`<p class="govuk-body">Nobody has
			written a profile for this child yet.</p>`}
		${said.map(([key, label]) => html`<section class="page-part"
			><h2 class="govuk-heading-m">${label}</h2>
			<p class="govuk-body page-lines">${data[key]}</p>
			</section>`)}`;
}
