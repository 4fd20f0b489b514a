// A list that is read a page at a time.
import { useEffect, useState } from "preact/hooks";
import { html } from "../core/html.js";
import { get, pathWith } from "../core/api.js";
import { useLoad } from "../core/load.js";

// { items, error, again, isOld, more }: more is the button, or null.
export function useList(path, query, collections) {
	const first = pathWith(path, query);
	const loaded = useLoad(first, collections);
	const [rest, setRest] = useState([]);
	const [error, setError] = useState(null);
	useEffect(() => {
		setRest([]);
		setError(null);
	}, [loaded.data]);
	const last = rest.at(-1) ?? loaded.data;
	async function go() {
		try {
			const page = await get(pathWith(path,
				{ ...query, after: last.next }));
			setRest((before) => [...before, page]);
		} catch (refusal) {
			setError(refusal);
		}
	}
	const items = loaded.data &&
		[loaded.data, ...rest].flatMap((page) => page.items);
	const more = last?.next && html`
		${error && html`<p class="govuk-error-message" role="alert"
			>${error.message}</p>`}
		<button class="govuk-button govuk-button--secondary"
			onClick=${go}>Show more</button>`;
	return { ...loaded, items, more };
}
