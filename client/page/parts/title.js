// The heading of a screen: also the title of the tab, and what a screen reader
// hears when the screen changes.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../core/html.js";

export function Title({ children, caption }) {
	const heading = useRef(null);
	const text = [children].flat(3).join("");
	useEffect(() => {
		document.title = `${text} - Throughline`;
	}, [text]);
	useEffect(() => {
		// Whoever types already keeps their place.
		if (!document.activeElement?.closest("form"))
			heading.current?.focus({ preventScroll: true });
		scrollTo(0, 0);
	}, []);
	return html`
		${caption && html`<span class="govuk-caption-l"
			>${caption}</span>`}
		<h1 class="govuk-heading-l" tabindex="-1" ref=${heading}
			>${children}</h1>`;
}
