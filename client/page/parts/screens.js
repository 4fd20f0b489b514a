// Which screen is at which address, and which of them are in the navigation.
import { NotThere } from "../screens/not_there.js";
import { Pupils } from "../screens/pupils.js";

const screens = [
	{ path: "", Screen: Pupils },
	{ path: "pupils", Screen: Pupils, label: "Find a pupil" },
];

export const navigation = () => screens.filter(({ label, may }) =>
	label && (!may || may()));

// "pupils/:id" takes its :words from the address, as properties.
function match(path, parts) {
	const wanted = path.split("/").filter(Boolean);
	const params = {};
	if (wanted.length !== parts.length)
		return null;
	for (const [i, word] of wanted.entries()) {
		if (word.startsWith(":"))
			params[word.slice(1)] = parts[i];
		else if (word !== parts[i])
			return null;
	}
	return params;
}

export function screenOf({ parts }) {
	for (const { path, Screen } of screens) {
		const params = match(path, parts);
		if (params)
			return { Screen, params };
	}
	return { Screen: NotThere, params: {} };
}
