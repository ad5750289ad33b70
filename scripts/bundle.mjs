/** Builds what `bin/fargazer` needs (dist/fargazer.mjs, what it loads when it is needed in dist/chunks, and the answers to --help and --version as text), and the Lambda function, dist/lambda. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { home } from './find-node.mjs';
import { readReportAssets } from '../src/web/report/assets.ts';
import { buildLambda, oneLanguage, ownSources, ownText } from './bundle-lambda.mjs';
import { hashSources, stampFile } from './freshness.mjs';

/** Whole or not at all: somebody may run the program while it is built. */
function replaceFile(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

/** A run that began before this build may load its own chunks yet: those of a day ago are let go. */
function removeOld(folder, built) {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (!built.has(name) && Date.now() - statSync(file).mtimeMs > 86_400_000) rmSync(file, { force: true });
  }
}

const takenApart = {
  name: 'taken-apart',
  setup(builder) {
    builder.onLoad({ filter: ownSources }, ({ path }) => ({ contents: ownText(path), loader: 'ts' }));
  },
};

/**
 * Node.js gives the names of its HTTP module to an import all at once, and with them a client and sockets of the web that
 * take fourteen megabytes when they are first looked at; asked for by name they come when they are used.
 */
const httpByName = {
  name: 'http-by-name',
  setup(builder) {
    const namespace = 'http-by-name';
    const names = 'createServer, get, request, Agent, Server, IncomingMessage, ServerResponse, ClientRequest, OutgoingMessage, STATUS_CODES, METHODS, globalAgent, validateHeaderName, validateHeaderValue, maxHeaderSize';
    const own = { http: names, https: 'createServer, get, request, Agent, Server, globalAgent' };
    builder.onResolve({ filter: /^(?:node:)?https?$/ }, ({ path, kind }) => (kind === 'require-call' ? undefined : { path: path.replace('node:', ''), namespace }));
    builder.onLoad({ filter: /.*/, namespace }, ({ path }) => ({ contents: `const named = process.getBuiltinModule('node:${path}'); export const { ${own[path]} } = named; export default named;`, loader: 'js' }));
  },
};

const dist = join(home, 'dist');
const chunks = join(dist, 'chunks');
mkdirSync(chunks, { recursive: true });
// Taken before the build: a source saved meanwhile makes the bundle stale, never falsely fresh.
const hash = hashSources();
const settings = {
  bundle: true,
  // Kits of vendors, the HTTP server and the report are files of their own: a plain replay neither parses nor loads them.
  splitting: true,
  outExtension: { '.js': '.mjs' },
  metafile: true,
  // Of packages that ship both forms the ES modules: what is imported on demand has its names only then.
  mainFields: ['module', 'main'],
  platform: 'node',
  target: 'node24',
  format: 'esm',
  write: false,
  // A library of machine code, found beside the bundle or not at all.
  external: ['koffi'],
  absWorkingDir: home,
  plugins: [oneLanguage, takenApart, httpByName],
  // The report's style, script and chart library travel within the bundle.
  define: { REPORT_ASSETS: JSON.stringify(readReportAssets()) },
  // Names stay, so that a trace of FARGAZER_DEBUG can be read; white space and syntax are halved for a faster start.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  // Packages written as CommonJS (commander's and cli-progress's kin) call require for Node's own modules.
  banner: { js: "import { createRequire as fargazerRequire } from 'node:module'; const require = fargazerRequire(import.meta.url);" },
  logLevel: 'warning',
};
const { outputFiles, metafile } = await build({ ...settings, entryPoints: { fargazer: join(home, 'src/entry/cli/main.ts') }, chunkNames: 'chunks/[name]-[hash]', outdir: dist });
// Workers are started from the file that holds them, and only the first file starts anything.
if (metafile.outputs['dist/fargazer.mjs']?.inputs['src/entry/program/workers.ts'] === undefined) throw new Error('src/entry/program/workers.ts is not in dist/fargazer.mjs: workers would not start.');
// A CommonJS package that is imported on demand has its default alone in the bundle, where Node.js itself finds its names.
const byDefault = ['fastify', 'yaml'];
for (const { entryPoint = '', exports } of Object.values(metafile.outputs)) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(entryPoint)?.[1];
  if (name !== undefined && exports.join() === 'default' && !byDefault.includes(name)) throw new Error(`${name} is imported on demand and would come without its names; import its default, and name it here.`);
}
// What the first file names is there before it is.
for (const { path, contents } of outputFiles.toSorted((left, right) => Number(right.path.startsWith(chunks)) - Number(left.path.startsWith(chunks)))) replaceFile(path, contents);
removeOld(chunks, new Set(outputFiles.map(({ path }) => basename(path))));

// The sidecar's own program: a guest is small, so it holds nothing else, and short names.
const small = join(dist, 'sidecar');
mkdirSync(small, { recursive: true });
const guest = await build({ ...settings, entryPoints: { sidecar: join(home, 'src/entry/cli/sidecar-main.ts') }, chunkNames: '[name]-[hash]', outdir: small, minify: true });
/** What is loaded at the start: the first file, and what it imports not on demand. */
const atStart = new Set();
const follow = (name) => {
  if (atStart.has(name)) return;
  atStart.add(name);
  for (const { path, kind } of guest.metafile.outputs[name]?.imports ?? []) if (kind !== 'dynamic-import') follow(path);
};
follow('dist/sidecar/sidecar.mjs');
for (const { path, contents } of guest.outputFiles) {
  if (!atStart.has(path.slice(home.length + 1))) continue;
  // One sign beyond Latin 1 and the engine holds the whole text in two bytes a sign.
  const beyond = [...Buffer.from(contents).toString()].find((sign) => sign > '\u00ff');
  if (beyond !== undefined) throw new Error(`${basename(path)} holds “${beyond}” as it is: write it as an escape, or the sidecar takes twice the memory for its own text.`);
}
for (const { path, contents } of guest.outputFiles.toSorted((left) => (left.path.endsWith('/sidecar.mjs') ? 1 : -1))) replaceFile(path, contents);
removeOld(small, new Set(guest.outputFiles.map(({ path }) => basename(path))));

// A folder of its own, which is deployed as it is: only what this build made is in it.
const lambda = join(dist, 'lambda');
const draft = `${lambda}.${process.pid}`;
for (const [path, contents] of (await buildLambda()).files) {
  mkdirSync(dirname(join(draft, path)), { recursive: true });
  writeFileSync(join(draft, path), contents);
}
rmSync(lambda, { recursive: true, force: true });
renameSync(draft, lambda);
// Of builds before it was a folder.
rmSync(join(dist, 'lambda.mjs'), { force: true });

const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const help = execFileSync(process.execPath, [join(dist, 'fargazer.mjs'), '--help'], {
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' },
});
replaceFile(join(dist, 'help.txt'), help);
replaceFile(join(dist, 'version.txt'), `${version}\n`);
replaceFile(stampFile, hash);
