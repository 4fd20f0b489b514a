// What a screen shows of one path: asked for, and again when it changed.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get } from "./api.js";
import { useChanges } from "./live.js";

// { data, error, again }.  path null: nothing is asked.  What was there stays
// until the answer to the new path came, so that nothing flickers.
export function useLoad(path, collections) {
	const [shown, setShown] = useState({ path: null });
	const wanted = useRef(path);
	wanted.current = path;
	const again = useCallback(async () => {
		if (path === null)
			return;
		let next;
		try {
			next = { path, data: await get(path) };
		} catch (error) {
			next = { path, error };
		}
		// Locked meanwhile: what is on the screen stays as it is.
		if (wanted.current === path && next.error?.status !== 401)
			setShown(next);
	}, [path]);
	useEffect(() => {
		again();
	}, [again]);
	useChanges(again, collections);
	return { data: shown.data, error: shown.error, again,
		isOld: shown.path !== path };
}
