// A value that components watch: they are drawn anew when it is set.
import { useEffect, useState } from "preact/hooks";

export function makeStore(first) {
	const watchers = new Set();
	let value = first;
	return {
		get: () => value,
		set(next) {
			value = next;
			for (const watcher of [...watchers])
				watcher(value);
		},
		watch(watcher) {
			watchers.add(watcher);
			return () => watchers.delete(watcher);
		},
	};
}

export function useStore(store) {
	const [value, setValue] = useState(store.get());
	useEffect(() => {
		setValue(store.get());
		return store.watch(setValue);
	}, [store]);
	return value;
}
