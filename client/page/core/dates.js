// Dates between the forms of people and of the interface.
const two = (number) => String(number).padStart(2, "0");

// "21/7/2026" -> "2026-07-21"; anything else is left as it was typed.
export function isoOfDay(text) {
	const found = /^\s*(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})\s*$/.exec(text);
	if (!found)
		return text;
	return `${found[3]}-${two(found[2])}-${two(found[1])}`;
}

// "2026-07-21" -> "21/7/2026", as it is typed.
export function typedDay(text) {
	const found = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text ?? "");
	return found ? `${Number(found[3])}/${Number(found[2])}/${found[1]}` :
		text ?? "";
}

// A field of a form tells the computer's own time, the interface UTC.
export function isoOfMoment(text) {
	const at = new Date(text);
	return Number.isNaN(at.getTime()) ? text :
		at.toISOString().replace(/\.\d+Z$/, "Z");
}

export function localOfMoment(text) {
	const at = new Date(text ?? "");
	if (Number.isNaN(at.getTime()))
		return "";
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-` +
		`${two(at.getDate())}T${two(at.getHours())}:` +
		two(at.getMinutes());
}
