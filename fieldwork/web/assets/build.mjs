// Bundles the pages' scripts, styles and typefaces: node build.mjs SOURCE OUTPUT, in the folder that holds node_modules.
// Every file of islands/ becomes one script of its own, loaded only by the pages that name it.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, output] = process.argv.slice(2);
const islands = readdirSync(join(source, "islands")).filter((name) => name.endsWith(".ts"));
mkdirSync(output, { recursive: true });

const { metafile } = await build({
  entryPoints: [
    { in: join(source, "app.ts"), out: "app" },
    { in: join(source, "theme.ts"), out: "theme" },
    { in: join(source, "app.css"), out: "app" },
    ...islands.map((name) => ({ in: join(source, "islands", name), out: name.replace(/\.ts$/, "") })),
  ],
  outdir: output,
  bundle: true,
  minify: true,
  metafile: true,
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  loader: { ".woff2": "file", ".woff": "empty", ".svg": "dataurl" },
  assetNames: "fonts/[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
});
copyFileSync(join(source, "icons.svg"), join(output, "icons.svg"));

// versions: a page asks for app.css?v=…, which may then be kept for ever
const versions = {};
for (const name of readdirSync(output).filter((file) => /\.(js|css|svg)$/.test(file))) {
  versions[name] = createHash("sha256").update(readFileSync(join(output, name))).digest("hex").slice(0, 12);
}
writeFileSync(join(output, "versions.json"), JSON.stringify(versions, null, 1));

// whose work is inside, with the licence texts as their authors ship them
const packages = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = [...input.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1);
  if (found) packages.add(found[1]);
}
const told = [...packages].sort().map((name) => {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|ofl|copying)/i.test(one));
  const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}`;
});
writeFileSync(join(output, "LICENSES.txt"), told.join("\n\n" + "-".repeat(100) + "\n\n") + "\n");
