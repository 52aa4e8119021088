// What mail programs make of pages' HTML and CSS, by caniemail.com's data as the package carries it.
// Arguments: files. Answer: per file a list of [errors or warnings, client, feature].
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";

const judged = (file) => {
  const { issues } = caniemail({ clients: ["*"], html: readFileSync(file, "utf8") });
  return ["errors", "warnings"].flatMap((kind) =>
    [...issues[kind]].flatMap(([client, found]) => found.map(({ title }) => [kind, client, title])),
  );
};

const files = process.argv.slice(2);
console.log(JSON.stringify(files.map(judged)));
