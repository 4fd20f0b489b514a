// One record by itself: of the partnership or the school.
import { html } from "../core/html.js";
import { catalogue } from "../core/catalogue.js";
import { useLoad } from "../core/load.js";
import { go } from "../core/route.js";
import { useStore } from "../core/store.js";
import { insideSentence } from "../core/words.js";
import { NotThere } from "./not_there.js";
import { Problem } from "../parts/problem.js";
import { Record } from "../parts/record.js";
import { Title } from "../parts/title.js";

export function OneRecord({ collection, id }) {
	const known = useStore(catalogue);
	const { data, error, again } = useLoad(`records/${collection}/${id}`,
		[collection]);
	const about = known?.[collection];
	if (error && !data)
		return html`<${Problem} error=${error} again=${again}/>`;
	if (known && !about)
		return html`<${NotThere}/>`;
	if (!data || !about)
		return html`<${Title}>Record<//>`;
	return html`<p class="govuk-body page-screen-only"><a class="govuk-link"
			href=${`#/records/${collection}`}>All
			${" "}${insideSentence(about.label)}</a></p>
		<${Title}>${about.label}<//>
		<${Record} collection=${about} record=${data} all=${true}
			about=${insideSentence(about.label)}
			changed=${(saved) => saved ? again() :
				go(`records/${collection}`)}/>`;
}
