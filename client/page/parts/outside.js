// What stands around log in and set-up.
import { html } from "../core/html.js";

export function Outside({ children }) {
	return html`<header class="page-header">
		<div class="govuk-width-container">
		<span class="page-header__name">Throughline</span>
		</div></header>
		<div class="govuk-width-container">
		<main class="govuk-main-wrapper" id="main">${children}</main>
		</div>`;
}
