// What MJML's own packages allow: elements, attributes, what stands in what, names of colours.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";

const require = createRequire(import.meta.url);
const folder = new URL("node_modules/", import.meta.url);
const names = readdirSync(folder).filter((name) => /^mjml-/.test(name) && name !== "mjml-cli");
const elements = {};
for (const name of names) {
  const found = require(name);
  for (const one of [found, found.default, ...Object.values(found)]) {
    if (one?.componentName) {
      elements[one.componentName] = { attributes: one.allowedAttributes ?? {}, ending: !!one.endingTag };
    }
  }
}
const inside = require("mjml-preset-core/lib/dependencies.js");
const colours = require("mjml-core/lib/types/helpers/colors.js");
console.log(JSON.stringify({ elements, inside: inside.default ?? inside, colours: colours.default ?? colours }));
