// What can be said of a form before it is sent; the program checks it again.
import { insideSentence } from "./words.js";

const DAY = /^\d{4}-\d\d-\d\d$/;

function wrongWith(column, value) {
	const label = insideSentence(column.label);
	if (value === null || value === undefined || value === "")
		return column.required ? `Enter ${label}` : null;
	switch (column.type) {
	case "date":
		return DAY.test(value) ? null :
			`Enter ${label} as a date, for example 21/7/2026`;
	case "integer":
	case "real":
		return typeof value === "number" && isInside(column, value) ?
			null : `Enter ${label} as a number${range(column)}`;
	case "text":
		return !column.max || [...value].length <= column.max ? null :
			`Shorten ${label} to ${column.max} characters`;
	default:
		return null;
	}
}

const isBounded = ({ max_value: most }) => typeof most === "number";

const isInside = (column, value) => !isBounded(column) ||
	(value >= column.min_value && value <= column.max_value);

// " from 1 to 9", or nothing where every number may stand
export const range = (column) => isBounded(column) ?
	` from ${column.min_value} to ${column.max_value}` : "";

// { COLUMN: sentence } of the values that a form would send.
export function check(columns, values) {
	const wrong = {};
	for (const column of columns) {
		if (!(column.name in values))
			continue;
		const sentence = wrongWith(column, values[column.name]);
		if (sentence)
			wrong[column.name] = sentence;
	}
	return wrong;
}
