/** Builds what `bin/fargazer` needs (dist/fargazer.mjs, and the answers to --help and --version as text), and the Lambda function, dist/lambda.mjs. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { home } from './find-node.mjs';
import { readReportAssets } from '../src/web/report/assets.ts';
import { buildLambda } from './bundle-lambda.mjs';
import { hashSources, stampFile } from './freshness.mjs';

/** Whole or not at all: somebody may run the program while it is built. */
function replaceFile(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, file);
}

const dist = join(home, 'dist');
mkdirSync(dist, { recursive: true });
// Taken before the build: a source saved meanwhile makes the bundle stale, never falsely fresh.
const hash = hashSources();
const { outputFiles } = await build({
  entryPoints: [join(home, 'src/entry/cli/main.ts')],
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  write: false,
  outfile: join(dist, 'fargazer.mjs'),
  // The report's style, script and chart library travel within the bundle.
  define: { REPORT_ASSETS: JSON.stringify(readReportAssets()) },
  // Names stay, so that a trace of FARGAZER_DEBUG can be read; white space and syntax are halved for a faster start.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  // Packages written as CommonJS (commander's and cli-progress's kin) call require for Node's own modules.
  banner: { js: "import { createRequire as fargazerRequire } from 'node:module'; const require = fargazerRequire(import.meta.url);" },
  logLevel: 'warning',
});
for (const { path, contents } of outputFiles) replaceFile(path, contents);
replaceFile(join(dist, 'lambda.mjs'), await buildLambda());

const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
const help = execFileSync(process.execPath, [join(dist, 'fargazer.mjs'), '--help'], {
  encoding: 'utf8',
  env: { ...process.env, NO_COLOR: '1' },
});
replaceFile(join(dist, 'help.txt'), help);
replaceFile(join(dist, 'version.txt'), `${version}\n`);
replaceFile(stampFile, hash);
