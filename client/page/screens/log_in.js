// Who is there.
import { html } from "../core/html.js";
import { post, refreshSession } from "../core/api.js";
import { ErrorSummary } from "../parts/error_summary.js";
import { Input } from "../parts/input.js";
import { Title } from "../parts/title.js";
import { useForm } from "../parts/use_form.js";

export function LogIn() {
	const form = useForm({ login: "", passphrase: "" }, async (values) => {
		await post("session", values);
		await refreshSession();
	});
	const wrong = form.error?.fields ?? {};
	return html`<${ErrorSummary} error=${form.error}
			fields=${{ login: "login", passphrase: "passphrase" }}/>
		<${Title}>Log in<//>
		<form onSubmit=${form.submit} novalidate>
		<${Input} id="login" label="Login name" error=${wrong.login}
			value=${form.values.login} onInput=${form.set("login")}
			autocomplete="username" autocapitalize="none"
			spellcheck=${false}/>
		<${Input} id="passphrase" label="Passphrase" type="password"
			error=${wrong.passphrase}
			value=${form.values.passphrase}
			onInput=${form.set("passphrase")}
			autocomplete="current-password"/>
		<button class="govuk-button" disabled=${form.busy}
			>${form.busy ? "Logging in" : "Log in"}</button>
		</form>
		<p class="govuk-body">If you have forgotten your passphrase,
		ask your head or safeguarding lead for a new account.</p>`;
}
