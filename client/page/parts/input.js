// One labelled input of a fixed form (log in, set up, accounts).
import { html } from "../core/html.js";

// Label, hint and error around a field; what describes it, for the field.
export function Group({ id, label, hint, error, children }) {
	return html`<div class=${`govuk-form-group ${error ?
		"govuk-form-group--error" : ""}`}>
		<label class="govuk-label" for=${id}>${label}</label>
		${hint && html`<div class="govuk-hint" id=${`${id}-hint`}
			>${hint}</div>`}
		${error && html`<p class="govuk-error-message"
			id=${`${id}-error`}>
			<span class="govuk-visually-hidden">Error: </span
			>${error}</p>`}
		${children}</div>`;
}

export function describedBy({ id, hint, error }) {
	return [hint && `${id}-hint`, error && `${id}-error`]
		.filter(Boolean).join(" ") || undefined;
}

export function Input({ id, label, hint, error, value, onInput, type = "text",
	...more }) {
	return html`<${Group} ...${{ id, label, hint, error }}>
		<input class=${`govuk-input page-short ${error ?
			"govuk-input--error" : ""}`} id=${id} name=${id}
			type=${type} value=${value}
			aria-describedby=${describedBy({ id, hint, error })}
			onInput=${(event) => onInput(event.target.value)}
			...${more}/><//>`;
}

export function Choice({ id, label, hint, error, value, onInput, choices }) {
	return html`<${Group} ...${{ id, label, hint, error }}>
		<select class=${`govuk-select ${error ?
			"govuk-select--error" : ""}`} id=${id} name=${id}
			aria-describedby=${describedBy({ id, hint, error })}
			onChange=${(event) => onInput(event.target.value)}>
			<option value="" selected=${!value}>Choose</option>
			${choices.map(({ code, label: text }) => html`<option
				value=${code} selected=${code === value}
				>${text || code}</option>`)}
		</select><//>`;
}
