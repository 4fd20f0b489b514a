// The input of one column of the catalogue, whatever its type.
import { html } from "../core/html.js";
import { range } from "../core/check.js";
import { isTyped } from "../core/catalogue.js";
import { useLoad } from "../core/load.js";
import { isoOfDay, isoOfMoment, localOfMoment,
	typedDay } from "../core/dates.js";
import { Choice, describedBy, Group, Input } from "./input.js";

const LONG_FROM = 500; // characters: from here on it is a box of lines
const REFERABLE = ["school", "staff", "organisation", "site",
	"transition_event", "training_session", "card"];

function nameOf(record) {
	const { name, surname, forename, title } = record.values;
	const whole = [forename, surname].filter(Boolean).join(" ");
	return name ?? title ?? (whole || record.id);
}

function Long({ column, id, hint, error, label, value, onInput }) {
	return html`<${Group} ...${{ id, label, hint, error }}>
		<textarea class=${`govuk-textarea ${error ?
			"govuk-textarea--error" : ""}`} id=${id}
			rows=${column.max > LONG_FROM ? 5 : 2}
			aria-describedby=${describedBy({ id, hint, error })}
			onInput=${(event) => onInput(event.target.value)}
			value=${value ?? ""}></textarea><//>`;
}

function Reference({ column, value, names, ...rest }) {
	const known = REFERABLE.includes(column.refers);
	const list = useLoad(known ?
		`records/${column.refers}?limit=200` : null, [column.refers]);
	const choices = (list.data?.items ?? []).map((record) =>
		({ code: record.id, label: nameOf(record) }));
	if (value && !choices.some(({ code }) => code === value))
		choices.unshift({ code: value,
			label: names?.[value] ?? value });
	return html`<${Choice} ...${rest} value=${value} choices=${choices}/>`;
}

// A code that came as we do not know it stays what it is.
function Code({ column, value, ...rest }) {
	const codes = [...column.codes ?? []];
	if (value && !codes.some(({ code }) => code === value))
		codes.unshift({ code: value, label: `${value} (unknown)` });
	return html`<${Choice} ...${rest} value=${value} choices=${codes}/>`;
}

// Whether its form can be filled in: each required column has an input (what is
// arbitrated the program fills in), and it is no step of a transfer.
export const isAddable = ({ name, columns }) =>
	!["transfer", "package"].includes(name) && columns.every((column) =>
		!column.required || column.arbitrated ||
			(isTyped(column) && isTypable(column)));

export function isTypable(column) {
	return column.type !== "reference" || REFERABLE.includes(column.refers);
}

// Value and onInput are as the interface has them: null is "not known".
export function Field({ column, id, value, error, names, onInput }) {
	const label = column.required ? column.label :
		`${column.label} (optional)`;
	const set = (text) => onInput(text === "" ? null : text);
	const same = { id, label, error, value: value ?? "", onInput: set };
	switch (column.type) {
	case "code":
		return html`<${Code} ...${same} column=${column}/>`;
	case "reference":
		return html`<${Reference} ...${same} column=${column}
			names=${names}/>`;
	case "date":
		return html`<${Input} ...${same}
			hint="For example 21/7/2026" value=${typedDay(value)}
			onInput=${(text) => set(isoOfDay(text))}/>`;
	case "moment":
		return html`<${Input} ...${same} type="datetime-local"
			value=${localOfMoment(value)}
			onInput=${(text) => set(isoOfMoment(text))}/>`;
	case "integer":
	case "real":
		return html`<${Input} ...${same} inputmode="decimal"
			hint=${`A number${range(column)}`}
			onInput=${(text) => set(numberOr(text))}/>`;
	default:
		if (column.max >= LONG_FROM)
			return html`<${Long} ...${same} column=${column}/>`;
		return html`<${Input} ...${same}/>`;
	}
}

// What is no number is sent as it was typed, and refused with a sentence.
function numberOr(text) {
	const number = Number(text);
	return text.trim() === "" || Number.isNaN(number) ||
		text.endsWith(".") ? text : number;
}
