// What is wrong with a form, above it, with a link to each field.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../core/html.js";

function point(event, id) {
	event.preventDefault();
	const field = document.getElementById(id);
	field?.focus();
	field?.scrollIntoView({ block: "center" });
}

// error: a Refusal or null; fields: { NAME: id of its input }
export function ErrorSummary({ error, fields = {} }) {
	const box = useRef(null);
	useEffect(() => {
		if (error)
			box.current?.focus();
	}, [error]);
	if (!error)
		return null;
	const known = Object.entries(error.fields ?? {}).filter(([name]) =>
		fields[name]);
	const rest = Object.entries(error.fields ?? {}).filter(([name]) =>
		!fields[name]);
	return html`<div class="govuk-error-summary" ref=${box} tabindex="-1"
		role="alert" aria-labelledby="error-title">
		<h2 class="govuk-error-summary__title" id="error-title">
			There is a problem</h2>
		<div class="govuk-error-summary__body">
		<ul class="govuk-list govuk-error-summary__list">
		${known.length === 0 && html`<li>${error.message}</li>`}
		${known.map(([name, sentence]) => html`<li><a
			href=${`#${fields[name]}`}
			onClick=${(event) => point(event, fields[name])}
			>${sentence}</a></li>`)}
		${rest.map(([, sentence]) => html`<li>${sentence}</li>`)}
		</ul></div></div>`;
}
