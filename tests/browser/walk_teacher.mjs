// A teacher sees the one-page profile's part of a child, and no more.
import { assert, logIn, look, walk } from "./browser.mjs";

await walk(async (page) => {
	await logIn(page, "teacher");
	await look(page, "Find a pupil");
	await page.getByRole("link", { name: /Quill/ }).click();
	await look(page, "Ottoline Quill");
	assert.equal(await page.getByText("Idris").count(), 0);
	assert.equal(await page.getByText("UPN", { exact: true }).count(), 0);
	assert.equal(await page.getByRole("link",
		{ name: "Accounts" }).count(), 0);
	await page.goto(new URL("#/records/login", page.url()).href);
	await look(page, "There is nothing at this address");
});
