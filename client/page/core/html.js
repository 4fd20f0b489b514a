// Templates for preact, written as HTML in the source.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
