// Somebody wrote the same while this person typed: both values, and a choice.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { valueInWords } from "../core/words.js";

function Radio({ name, value, chosen, choose, label, text }) {
	const id = `${name}-${value}`;
	return html`<div class="govuk-radios__item">
		<input class="govuk-radios__input" type="radio" id=${id}
			name=${name} checked=${chosen === value}
			onChange=${() => choose(value)}/>
		<label class="govuk-label govuk-radios__label" for=${id}
			><strong>${text}</strong><br/>${label}</label></div>`;
}

function Choose({ column, mine, theirs, names, chosen, choose }) {
	const name = `clash-${column.name}`;
	return html`<fieldset class="govuk-fieldset govuk-form-group">
		<legend class="govuk-fieldset__legend
			govuk-fieldset__legend--s">${column.label}</legend>
		<div class="govuk-radios">
		<${Radio} name=${name} value="mine" chosen=${chosen}
			choose=${choose} label="What you typed"
			text=${valueInWords(column, mine, names)}/>
		<${Radio} name=${name} value="theirs" chosen=${chosen}
			choose=${choose} label="What is there now"
			text=${valueInWords(column, theirs, names)}/>
		</div></fieldset>`;
}

export function Clash({ collection, shown, theirs, edited, changed, settle }) {
	const heading = useRef(null);
	const [kept, setKept] = useState({});
	const columns = collection.columns.filter(({ name }) =>
		changed.includes(name));
	useEffect(() => heading.current?.focus(), []);
	function submit(event) {
		event.preventDefault();
		settle(kept);
	}
	return html`<form class="page-form" onSubmit=${submit}>
		<h3 class="govuk-heading-m" tabindex="-1" ref=${heading}
		>Somebody changed this while you were typing</h3>
		<p class="govuk-body">Nothing was saved yet. Choose what is
		right; then look at the form again and save it.</p>
		${columns.map((column) => html`<${Choose} key=${column.name}
			column=${column} names=${theirs.names}
			mine=${column.name in edited ? edited[column.name] :
				shown.values[column.name]}
			theirs=${theirs.values[column.name]}
			chosen=${kept[column.name]}
			choose=${(which) => setKept((before) =>
				({ ...before, [column.name]: which }))}/>`)}
		<button class="govuk-button" disabled=${columns.some(
			({ name }) => !kept[name])}>Continue</button>
		</form>`;
}
