// Chromium, and what every walk looks at on the way: axe-core finds nothing,
// nothing is wider than the window, and the page says nothing on the console.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../client/page/package.json",
	import.meta.url));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
	"best-practice"];
const PATIENCE_MS = 30000;
const NARROW = { width: 320, height: 800 };
const WIDE = { width: 1280, height: 900 };

export const address = process.env.PAGE;
export const passphrase = process.env.PASSPHRASE;
export { assert };

const told = createInterface({ input: process.stdin });

// Ask who started this walk for something, and wait until it is done.
export async function ask(word) {
	const answer = once(told, "line");
	process.stdout.write(`${word}\n`);
	await answer;
}

// What a refused request says on the console is the browser's, not ours.
function listen(page, faults) {
	page.on("pageerror", (error) => faults.push(error.message));
	page.on("console", (message) => {
		if (message.type() === "error" &&
		    !message.text().startsWith("Failed to load resource"))
			faults.push(message.text());
	});
}

// With SHOTS=FOLDER in the environment, to look at.
async function photograph(page, name) {
	const folder = process.env.SHOTS;
	if (folder)
		await page.screenshot({ path: `${folder}/${name}.png`,
			fullPage: true });
}

export async function walk(steps) {
	const browser = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--no-sandbox"] });
	const faults = [];
	try {
		const page = await browser.newPage({ viewport: WIDE });
		page.setDefaultTimeout(PATIENCE_MS);
		listen(page, faults);
		await page.goto(address);
		try {
			await steps(page);
		} catch (error) {
			await photograph(page, "failed");
			throw error;
		}
		assert.deepEqual(faults, []);
	} finally {
		await browser.close();
		told.close();
	}
}

// The screen with this heading is there, and is as it should be.
export async function look(page, heading) {
	await page.getByRole("heading", { level: 1, name: heading }).waitFor();
	const { violations } = await page.evaluate(`${axe};
		axe.run(document, { runOnly: ${JSON.stringify(TAGS)} })`);
	assert.deepEqual(violations.map(({ id, nodes }) =>
		`${id}: ${nodes[0].html}`), [], `axe-core on ${heading}`);
	await photograph(page, heading);
	await page.setViewportSize(NARROW);
	const width = await page.evaluate(
		"document.documentElement.scrollWidth");
	await page.setViewportSize(WIDE);
	assert.ok(width <= NARROW.width, `${heading} is ${width} wide`);
}

export const press = (page, name) =>
	page.getByRole("button", { name, exact: true }).click();

export const type = (page, label, text) =>
	page.getByLabel(label, { exact: true }).fill(text);

export async function logIn(page, login) {
	await type(page, "Login name", login);
	await type(page, "Passphrase", passphrase);
	await press(page, "Log in");
	await page.getByRole("button", { name: "Lock" }).waitFor();
}
