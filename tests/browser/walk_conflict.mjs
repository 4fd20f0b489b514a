// Two computers wrote the same while apart: one click chooses, one undoes.
import { assert, logIn, look, press, walk } from "./browser.mjs";

await walk(async (page) => {
	await logIn(page, "office");
	await page.getByRole("link", { name: "Conflicts" }).click();
	await page.getByText("Elm", { exact: true }).waitFor();
	await look(page, "Two answers: choose one");
	await page.getByRole("button", { name: /Keep this.*Elm/ }).click();
	await page.getByText("Middle names is now Elm.").waitFor();
	await page.getByText("There is nothing to choose.").waitFor();
	await look(page, "Two answers: choose one");
	await press(page, "Undo");
	await page.getByRole("button", { name: "Undo" })
		.waitFor({ state: "detached" });
	assert.equal(await page.getByRole("alert").count(), 0);
});
