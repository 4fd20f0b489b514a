// Every request of the page: the token of the session, what was read before
// by its ETag, and refusals as one kind of error.
import { makeStore } from "./store.js";

const BASE = "/api/1/";
const NO_PROGRAM = "Throughline is not running on this computer. Start it, " +
	"and this page goes on where it was.";

// As GET session says it; state "starting" until it was asked.
export const session = makeStore({ state: "starting" });

const read = new Map(); // path -> { etag, body }, until the session ends

export class Refusal extends Error {
	constructor(status, body) {
		super(body?.error ?? `The answer was ${status}. Try again.`);
		this.status = status;
		this.fields = body?.fields ?? {};
		this.body = body ?? {};
	}
}

async function ask(method, path, headers, body) {
	try {
		return await fetch(BASE + path, { method, headers, body,
			credentials: "same-origin", cache: "no-store" });
	} catch {
		throw new Refusal(0, { error: NO_PROGRAM });
	}
}

async function bodyOf(answer) {
	const type = answer.headers.get("Content-Type") ?? "";
	if (type.startsWith("application/json"))
		return answer.json();
	const text = await answer.text();
	return answer.ok ? text : { error: text };
}

function hearSession(status, body) {
	const now = session.get();
	if (status !== 401 || !["open", "locked"].includes(now.state))
		return;
	if (body?.locked)
		session.set({ ...now, state: "locked" });
	else
		leave();
}

function leave() {
	read.clear();
	session.set({ state: "none" });
}

async function call(method, path, body) {
	const headers = { Accept: "application/json" };
	const before = method === "GET" ? read.get(path) : undefined;
	if (before)
		headers["If-None-Match"] = before.etag;
	if (method !== "GET")
		headers["X-Throughline-Token"] = session.get().token ?? "";
	let sent = body;
	if (body !== undefined && !(body instanceof Blob)) {
		headers["Content-Type"] = "application/json";
		sent = JSON.stringify(body);
	} else if (body instanceof Blob) {
		headers["Content-Type"] = "application/octet-stream";
	}
	const answer = await ask(method, path, headers, sent);
	if (answer.status === 304 && before)
		return before.body;
	const said = await bodyOf(answer);
	if (!answer.ok) {
		hearSession(answer.status, said);
		throw new Refusal(answer.status, said);
	}
	const etag = answer.headers.get("ETag");
	if (method === "GET" && etag)
		read.set(path, { etag, body: said });
	return said;
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body ?? {});
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path, body) => call("DELETE", path, body);

// "pupils?find=an&after=x", without what is empty.
export function pathWith(path, query) {
	const pairs = Object.entries(query).filter(([, value]) =>
		value !== undefined && value !== null && value !== "");
	const text = new URLSearchParams(pairs).toString();
	return text ? `${path}?${text}` : path;
}

// What another tab or the program changed about who is here.
export async function refreshSession() {
	const next = await get("session");
	if (next.login !== session.get().login)
		read.clear();
	session.set(next);
}

export async function logOut() {
	await remove("session").catch(() => {});
	leave();
}

export const mayDo = (action) =>
	(session.get().may ?? []).includes(action);
