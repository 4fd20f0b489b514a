// A child is made, found as one types, written about, corrected; what another
// computer wrote meanwhile is shown and chosen from; nothing waits for the hub.
import { ask, assert, logIn, look, press, type, walk } from "./browser.mjs";

async function make(page) {
	await look(page, "Find a pupil");
	await press(page, "Add to pupils");
	await type(page, "Surname", "Quill");
	await press(page, "Save");
	// The summary names what is missing, and leads there.
	await page.getByRole("link", { name: "Enter forename" }).click();
	await page.keyboard.type("Ottoline");
	await type(page, "Birth date", "19/1/2016");
	await press(page, "Save");
	await look(page, "Ottoline Quill");
}

async function find(page) {
	await page.getByRole("link", { name: "Find a pupil" }).click();
	await type(page, "Name or UPN", "ottol");
	await page.getByRole("link", { name: /Quill/ }).click();
	await page.getByText("19 January 2016").waitFor();
}

async function writeAbout(page) {
	await press(page, "Add to contacts");
	await look(page, "Ottoline Quill");
	await type(page, "Surname", "Moss");
	await type(page, "Forename (optional)", "Idris");
	await page.getByLabel("Relationship (optional)").selectOption("CAR");
	await press(page, "Save");
	await page.getByText("Carer").waitFor();
	await page.getByRole("button", { name: "History contacts 1" }).click();
	await page.getByText("who made it").first().waitFor();
	await look(page, "Ottoline Quill");
}

// Another computer of the school writes while this form is open.
async function clash(page) {
	await press(page, "Change details");
	await type(page, "Middle names (optional)", "Ash");
	await ask("write the middle names");
	await press(page, "Save");
	await page.getByRole("heading",
		{ name: "Somebody changed this while you were typing" })
		.waitFor();
	await page.getByText("Elm").waitFor();
	await look(page, "Ottoline Quill");
	await page.getByLabel(/What you typed/).check();
	await press(page, "Continue");
	await press(page, "Save");
	await page.getByRole("button", { name: "Change details" }).waitFor();
	assert.ok(await page.getByText("Ash", { exact: true }).isVisible());
}

async function lists(page) {
	await page.getByRole("link", { name: "Partnership and school" })
		.click();
	await look(page, "Partnership and school");
	await page.getByRole("link", { name: "Organisations",
		exact: true }).click();
	await look(page, "Organisations");
	await press(page, "Add to organisations");
	await type(page, "Name", "Wexcombe Brass");
	await page.getByLabel("Kind", { exact: true }).selectOption("arts");
	await press(page, "Save");
	await page.getByText("Wexcombe Brass").waitFor();
	await page.getByRole("button", { name: "Delete organisations" })
		.click();
	await press(page, "Yes, delete it");
	await page.getByText("Nothing is written here yet.").waitFor();
}

await walk(async (page) => {
	await logIn(page, "office");
	await make(page);
	await ask("stop the hub");
	await page.getByText(/^Offline since/).waitFor();
	await find(page);
	await ask("write the year");
	// It arrives by itself.
	await page.getByText("Year 5").waitFor();
	await writeAbout(page);
	await clash(page);
	await lists(page);
	await ask("start the hub");
	await page.goto(new URL("#/conflicts", page.url()).href);
	await look(page, "Two answers: choose one");
	await page.getByRole("link", { name: "Not taken" }).click();
	await look(page, "Entries that were not taken");
});
