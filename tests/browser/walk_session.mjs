// The first account, lock and unlock with what was typed, log out and in.
import { assert, look, passphrase, press, type, walk }
	from "./browser.mjs";

const PHRASE = "four other words do";

async function setUp(page) {
	await look(page, "Set up Throughline for your school");
	await type(page, "First name", "Ada");
	await type(page, "Last name", "Brandt");
	await page.getByLabel("Role").selectOption("head");
	await type(page, "Login name", "abrandt");
	await type(page, "Passphrase", PHRASE);
	await type(page, "Passphrase again", passphrase);
	await press(page, "Make the account");
	// The error summary leads to the field.
	await page.getByRole("link",
		{ name: "Type the same passphrase twice" }).click();
	assert.equal(await page.evaluate("document.activeElement.id"), "again");
	await type(page, "Passphrase again", PHRASE);
	await page.keyboard.press("Enter");
	await look(page, "Find a pupil");
}

async function lockAndUnlock(page) {
	await page.getByRole("link", { name: "Your account" }).click();
	await look(page, "Your account");
	await type(page, "New passphrase", "half a thought");
	await press(page, "Lock");
	await look(page, "This page is locked");
	// Nothing of the school is to be seen or reached.
	assert.equal(await page.getByRole("navigation").count(), 0);
	await type(page, "Your passphrase", "a guess");
	await press(page, "Unlock");
	await page.getByRole("alert").waitFor();
	await type(page, "Your passphrase", PHRASE);
	await press(page, "Unlock");
	await page.getByRole("heading", { name: "Your account" }).waitFor();
	assert.equal(await page.getByLabel("New passphrase",
		{ exact: true }).inputValue(), "half a thought");
}

async function accounts(page) {
	await page.getByRole("link", { name: "Accounts" }).click();
	await look(page, "Accounts of this school");
	await press(page, "Add an account");
	await type(page, "First name", "Idris");
	await type(page, "Last name", "Moss");
	await page.getByLabel("Role").selectOption("teacher");
	await type(page, "Login name", "imoss");
	await type(page, "Passphrase", PHRASE);
	await type(page, "Passphrase again", PHRASE);
	await look(page, "Accounts of this school");
	await press(page, "Add the account");
	await page.getByText("imoss, Teacher").waitFor();
	await page.getByRole("button", { name: /^Close account.* Moss/ })
		.click();
	await press(page, "Yes, close it");
	await page.getByText("imoss, Teacher, closed").waitFor();
}

async function logOutAndIn(page) {
	await press(page, "Log out");
	await look(page, "Log in");
	await type(page, "Login name", "abrandt");
	await type(page, "Passphrase", "a guess");
	await press(page, "Log in");
	await page.getByRole("alert").waitFor();
	// By the keyboard alone.
	await page.getByLabel("Login name").focus();
	await page.keyboard.press("Tab");
	await page.keyboard.press("Control+A");
	await page.keyboard.type(PHRASE);
	await page.keyboard.press("Enter");
	await page.getByRole("button", { name: "Lock" }).waitFor();
}

await walk(async (page) => {
	await setUp(page);
	await lockAndUnlock(page);
	await accounts(page);
	await logOutAndIn(page);
});
