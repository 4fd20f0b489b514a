// Tells the program that a person is there, and asks whether it has locked.
import { useEffect } from "preact/hooks";
import { post, refreshSession, session } from "../core/api.js";

const TELL_EVERY_MS = 30000;
const ASK_EVERY_MS = 15000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"];

export function useIdle() {
	useEffect(() => {
		let told = Date.now();
		const sign = () => {
			if (Date.now() - told < TELL_EVERY_MS ||
			    session.get().state !== "open")
				return;
			told = Date.now();
			post("session/touch").catch(() => {});
		};
		// Events tell of a lock too, but not while the line of events
		// is broken.
		const asking = setInterval(() => {
			if (session.get().state === "open")
				refreshSession().catch(() => {});
		}, ASK_EVERY_MS);
		for (const name of SIGNS)
			addEventListener(name, sign, { passive: true });
		return () => {
			clearInterval(asking);
			for (const name of SIGNS)
				removeEventListener(name, sign);
		};
	}, []);
}
