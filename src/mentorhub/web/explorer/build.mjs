// Bundles the explorer: node build.mjs EXAMPLES OUTPUT. Run it through scripts/build_explorer.py, which knows when to.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { parse } from "graphql";

const ROLES = ["anyone", "mentee", "mentor", "administrator", "integrator"];

const [examplesFolder, output] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const assets = join(output, "explorer/assets");

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none", // licences.txt has them whole
  logLevel: "warning",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  outdir: assets,
  target: ["es2022"],
  define: { "process.env.NODE_ENV": '"production"' },
};

const workers = await build({
  ...common,
  format: "iife",
  entryPoints: [
    "monaco-editor/esm/vs/editor/editor.worker.js",
    "monaco-editor/esm/vs/language/json/json.worker.js",
    "monaco-graphql/esm/graphql.worker.js",
  ],
});

const page = await build({
  ...common,
  format: "esm",
  splitting: true,
  jsx: "automatic",
  loader: { ".svg": "copy" },
  // GraphiQL asks for these by names that lead to UMD files, of which import() would show the default export only.
  alias: { "prettier/parser-babel": "prettier/plugins/babel", "prettier/parser-graphql": "prettier/plugins/graphql" },
  entryPoints: ["client/main.jsx", "client/icon.svg"],
  define: {
    ...common.define,
    EDITOR_WORKER: JSON.stringify(`./${fileOf(workers, /^editor\.worker-/)}`),
    JSON_WORKER: JSON.stringify(`./${fileOf(workers, /^json\.worker-/)}`),
    GRAPHQL_WORKER: JSON.stringify(`./${fileOf(workers, /^graphql\.worker-/)}`),
  },
  plugins: [examples(), fontsAsFiles(), stylesOnce()],
});

writeFileSync(
  join(output, "index.html"),
  readFileSync(join(here, "client/index.html"), "utf8")
    .replace("{icon}", `explorer/assets/${fileOf(page, /^icon-.*\.svg$/)}`)
    .replace("{style}", `explorer/assets/${fileOf(page, /^main-.*\.css$/)}`)
    .replace("{script}", `explorer/assets/${fileOf(page, /^main-.*\.js$/)}`),
);
writeFileSync(join(output, "licences.txt"), licences());

function fileOf(result, name) {
  const [file, ...others] = Object.keys(result.metafile.outputs).map((path) => basename(path)).filter((path) => name.test(path));
  if (!file || others.length) throw new Error(`expected one file like ${name}`);
  return file;
}

/** `import examples from "examples"`: each operation with its variables, by role. */
function examples() {
  const rank = ({ role }) => (ROLES.indexOf(role) + 1 || ROLES.length + 1);
  const load = () =>
    readdirSync(examplesFolder, { recursive: true })
      .filter((path) => path.endsWith(".graphql"))
      .sort()
      .map(example)
      .sort((one, other) => rank(one) - rank(other));
  return {
    name: "examples",
    setup(bundler) {
      bundler.onResolve({ filter: /^examples$/ }, () => ({ path: "examples", namespace: "examples" }));
      bundler.onLoad({ filter: /.*/, namespace: "examples" }, () => ({ contents: JSON.stringify(load()), loader: "json" }));
    },
  };
}

function example(path) {
  const query = readFileSync(join(examplesFolder, path), "utf8");
  const [{ name, operation: kind }] = parse(query).definitions;
  const [role] = path.split(/[\\/]/);
  const note = query.split("\n").filter((line) => line.startsWith("#")).map((line) => line.slice(2)).join(" ");
  return { role, operation: name.value, kind, note, query, variables: variables(path) };
}

function variables(path) {
  try {
    return readFileSync(join(examplesFolder, path.replace(/\.graphql$/, ".variables.json")), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

/** GraphiQL's style sheet carries its fonts as data: URLs. As files, only those in use are fetched, and font-src is 'self'. */
function fontsAsFiles() {
  const fonts = [];
  return {
    name: "fonts as files",
    setup(bundler) {
      bundler.onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, ({ path }) => ({
        contents: readFileSync(path, "utf8").replace(
          /url\(["']?data:font\/(\w+);(?:charset=[\w-]+;)?base64,([^)"']+)["']?\)/g,
          (_url, type, data) => `url("font:font-${fonts.push(Buffer.from(data, "base64")) - 1}.${type}")`,
        ),
        loader: "css",
      }));
      bundler.onResolve({ filter: /^font:/ }, ({ path }) => ({ path: path.slice(5), namespace: "font" }));
      bundler.onLoad({ filter: /.*/, namespace: "font" }, ({ path }) => ({ contents: fonts[/\d+/.exec(path)], loader: "file" }));
    },
  };
}

/** graphiql/style.css holds Monaco's styles already; those that its modules import would only double them. */
function stylesOnce() {
  return {
    name: "styles once",
    setup(bundler) {
      bundler.onLoad({ filter: /monaco-editor[\\/].*\.css$/ }, () => ({ contents: "", loader: "empty" }));
    },
  };
}

/** The licence of every package that went into the bundle, as it asks to be passed on. */
function licences() {
  const inputs = [workers, page].flatMap((result) => Object.keys(result.metafile.inputs));
  const packages = inputs.map((path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(Boolean);
  return [...new Set(packages)].sort().map(licence).join("\n\n");
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
  const files = readdirSync(join(here, folder)).filter((file) => /^(licen[cs]e|notice|thirdpartynotices)/i.test(file));
  const text = files.map((file) => readFileSync(join(here, folder, file), "utf8").trim()).join("\n\n");
  return `==== ${name} ${version} (${license})\n\n${text}\n`;
}
