// A button that opens the form of a new record.
import { useState } from "preact/hooks";
import { html } from "../core/html.js";
import { insideSentence } from "../core/words.js";
import { isAddable } from "./field.js";
import { RecordForm } from "./record_form.js";

export function Add({ collection, dossier, done }) {
	const [isOpen, setOpen] = useState(false);
	if (!isAddable(collection))
		return null;
	if (!isOpen)
		return html`<button class="govuk-button govuk-button--secondary
			page-screen-only" onClick=${() => setOpen(true)}
			>Add to ${insideSentence(collection.label)}</button>`;
	return html`<${RecordForm} collection=${collection} dossier=${dossier}
		cancel=${() => setOpen(false)} done=${(saved) => {
			setOpen(false);
			done(saved);
		}}/>`;
}
