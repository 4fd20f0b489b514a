// The state of a form that is sent in one go.
import { useState } from "preact/hooks";

// send(values) may throw a Refusal, which error then is until the next try.
export function useForm(first, send) {
	const [values, setValues] = useState(first);
	const [error, setError] = useState(null);
	const [busy, setBusy] = useState(false);
	const set = (name) => (value) =>
		setValues((before) => ({ ...before, [name]: value }));
	async function submit(event) {
		event.preventDefault();
		if (busy)
			return;
		setBusy(true);
		setError(null);
		try {
			await send(values);
		} catch (refusal) {
			setError(refusal);
		}
		setBusy(false);
	}
	return { values, set, setValues, error, setError, busy, submit };
}
