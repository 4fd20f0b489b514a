// Values as people read them.
const MONTHS = ["January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December"];

// "2026-07-21" -> "21 July 2026"
export function dateInWords(text) {
	const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(text ?? "");
	if (!found)
		return text ?? "";
	return `${Number(found[3])} ${MONTHS[found[2] - 1]} ${found[1]}`;
}

// A moment in the computer's own time: "21 July 2026 at 09:30".
export function momentInWords(text) {
	const at = new Date(text);
	if (!text || Number.isNaN(at.getTime()))
		return text ?? "";
	const two = (number) => String(number).padStart(2, "0");
	return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}` +
		` at ${two(at.getHours())}:${two(at.getMinutes())}`;
}

// "1 record", "2 records"
export function countOf(count, one, many = `${one}s`) {
	return `${count} ${count === 1 ? one : many}`;
}

// "upn", "first language": how a label stands inside a sentence.
export function insideSentence(label) {
	return /^[A-Z][A-Z]/.test(label) ? label :
		label.charAt(0).toLowerCase() + label.slice(1);
}

const NOT_CHOSEN = "Not known";

// A record's value of a column of the catalogue.
export function valueInWords(column, value, names = {}) {
	if (value === null || value === undefined || value === "")
		return NOT_CHOSEN;
	switch (column.type) {
	case "date":
		return dateInWords(value);
	case "moment":
		return momentInWords(value);
	case "code":
		return labelOfCode(column, value);
	case "reference":
		return names[value] ?? "A record that is not on this computer";
	default:
		return String(value);
	}
}

export function labelOfCode(column, value) {
	const known = column.codes?.find((code) => code.code === value);
	return known?.label || (known ? value.replaceAll("_", " ") :
		`${value} (not a code that we know)`);
}

const ROLES = {
	lead: "Safeguarding lead", deputy_lead: "Deputy safeguarding lead",
	head: "Head", senco: "SENCO", head_of_year: "Head of year",
	transition_lead: "Transition lead", office: "Office",
	teacher: "Teacher", teaching_assistant: "Teaching assistant",
	other: "Other",
};

export const roles = Object.entries(ROLES).map(([code, label]) =>
	({ code, label }));

export const roleInWords = (code) => ROLES[code] ?? code;
