// Which screen is at which address, and which of them are in the navigation.
import { mayDo } from "../core/api.js";
import { Account } from "../screens/account.js";
import { Collections } from "../screens/collections.js";
import { Conflicts } from "../screens/conflicts.js";
import { Home } from "../screens/home.js";
import { NotThere } from "../screens/not_there.js";
import { Profile } from "../screens/profile.js";
import { Pupil } from "../screens/pupil.js";
import { Pupils } from "../screens/pupils.js";
import { OneRecord } from "../screens/one_record.js";
import { Records } from "../screens/records.js";
import { Refused } from "../screens/refused.js";
import { Staff } from "../screens/staff.js";

const screens = [
	{ path: "", Screen: Pupils },
	{ path: "home", Screen: Home },
	{ path: "pupils", Screen: Pupils, label: "Find a pupil" },
	{ path: "pupils/:id", Screen: Pupil },
	{ path: "pupils/:id/profile", Screen: Profile },
	{ path: "conflicts", Screen: Conflicts, label: "Conflicts",
		may: () => mayDo("resolve") },
	{ path: "refused", Screen: Refused, label: "Not taken",
		may: () => mayDo("refused") },
	{ path: "records", Screen: Collections,
		label: "Partnership and school" },
	{ path: "records/:collection", Screen: Records },
	{ path: "records/:collection/:id", Screen: OneRecord },
	{ path: "staff", Screen: Staff, label: "Accounts",
		may: () => mayDo("staff") },
	{ path: "account", Screen: Account, label: "Your account" },
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
