// What stands around every screen of somebody who is logged in.
import { html } from "../core/html.js";
import { logOut, post, refreshSession, session } from "../core/api.js";
import { route } from "../core/route.js";
import { useStore } from "../core/store.js";
import { navigation, screenOf } from "./screens.js";
import { SyncLine } from "./sync_line.js";
import { useIdle } from "./idle.js";

async function lock() {
	await post("session/lock").catch(() => {});
	await refreshSession().catch(() => {});
}

function skip(event) {
	event.preventDefault();
	document.querySelector("#main h1")?.focus();
}

function Header({ school, name }) {
	return html`<header class="page-header page-screen-only">
		<div class="govuk-width-container page-header__row">
		<a class="page-header__name" href="#/"
			>${school?.name ?? "Throughline"}</a>
		<div class="page-header__row">
		<span>${name}</span>
		<button class="page-header__button" onClick=${lock}
			>Lock</button>
		<button class="page-header__button" onClick=${logOut}
			>Log out</button>
		</div></div></header>`;
}

function Navigation({ here }) {
	return html`<nav class="govuk-service-navigation page-screen-only"
		aria-label="Main">
		<div class="govuk-width-container">
		<ul class="page-navigation">
		${navigation().map(({ path, label }) => html`<li
			class=${`page-navigation__item ${path === here ?
				"page-navigation__item--here" : ""}`}>
			<a class="govuk-link govuk-link--no-visited-state
				govuk-link--no-underline" href=${`#/${path}`}
				aria-current=${path === here && "page"}
				>${label}</a></li>`)}
		</ul></div></nav>`;
}

export function Frame() {
	const { school, name } = useStore(session);
	const at = useStore(route);
	const { Screen, params } = screenOf(at);
	useIdle();
	return html`<a href="#main" class="govuk-skip-link" onClick=${skip}
			>Skip to main content</a>
		<${Header} school=${school} name=${name}/>
		<${Navigation} here=${at.parts[0] ?? ""}/>
		<div class="govuk-width-container">
		<${SyncLine}/>
		<main class="govuk-main-wrapper page-main" id="main">
			<${Screen} key=${at.parts.join("/")} ...${params}
				query=${at.query}/>
		</main></div>`;
}
