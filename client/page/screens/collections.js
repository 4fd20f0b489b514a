// Every kind of record that is of no single child.
import { html } from "../core/html.js";
import { catalogue } from "../core/catalogue.js";
import { useStore } from "../core/store.js";
import { Title } from "../parts/title.js";

const KINDS = [["partnership", "What all schools share"],
	["school", "What is this school's alone"]];

export function Collections() {
	const all = Object.values(useStore(catalogue) ?? {});
	return html`<${Title}>Partnership and school<//>
		${KINDS.map(([kind, label]) => [kind, label,
			all.filter((each) => each.kind === kind)])
		.filter(([, , some]) => some.length > 0)
		.map(([kind, label, some]) => html`<section class="page-part"
			key=${kind}><h2 class="govuk-heading-m">${label}</h2>
			<ul class="govuk-list govuk-list--spaced">
			${some.map(({ name, label: text }) => html`<li><a
				class="govuk-link" href=${`#/records/${name}`}
				>${text}</a></li>`)}</ul></section>`)}`;
}
