/** The Dockerfile, as far as it can be checked without an engine: what it copies, what runs in it, and that its layout works. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { healthCommand } from '../lib/sidecar-container.ts';

const home = join(import.meta.dirname, '..', '..');
const textOf = (file: string): string => readFileSync(join(home, file), 'utf8');
const text = textOf('Dockerfile');
/** Without comments, continued lines joined. */
const lines = text.replace(/^#.*$/gm, '').replaceAll('\\\n', ' ').split('\n').map((line) => line.trim()).filter((line) => line !== '');
const stages = lines.join('\n').split(/^(?=FROM )/m);
const final = stages.at(-1) ?? '';
const launcher = textOf('bin/fargazer');

interface Copy {
  from?: string;
  sources: string[];
  target: string;
}
const copiesIn = (stage: string): Copy[] =>
  [...stage.matchAll(/^COPY (?:--from=(\S+) )?(.+)$/gm)].map(([, from, paths = '']) => {
    const all = paths.split(/\s+/);
    return { ...(from === undefined ? {} : { from }), sources: all.slice(0, -1), target: all.at(-1) ?? '' };
  });

describe('the Dockerfile', () => {
  test('copies only what is there and what the build may see', () => {
    const shown = new Set(textOf('.dockerignore').split('\n').filter((line) => line.startsWith('!')).map((line) => line.slice(1)));
    const sources = stages.flatMap((stage) => copiesIn(stage)).filter(({ from }) => from === undefined).flatMap((copy) => copy.sources);
    assert.ok(sources.length > 8);
    for (const source of sources) {
      const path = source.replace(/^\.\//, '');
      assert.ok(existsSync(join(home, path)), `${path} is not there`);
      assert.ok(shown.has(path.split('/')[0] ?? ''), `.dockerignore hides ${path}`);
    }
    assert.deepEqual([...shown].filter((path) => !sources.includes(path) && !sources.includes(`./${path}`)), [], 'shown to the build for nothing');
  });

  test('gives the build all that the bundle is made of', () => {
    const build = stages.find((stage) => stage.includes('bundle.mjs')) ?? '';
    const copied = copiesIn(build).flatMap(({ sources }) => sources);
    const ingredients = /const ingredients = \[([^\]]+)\]/.exec(textOf('scripts/freshness.mjs'))?.[1]?.match(/'[^']+'/g)?.map((name) => name.slice(1, -1).split('/')[0] ?? '') ?? [];
    assert.ok(ingredients.length > 4);
    for (const name of ingredients) assert.ok(copied.includes(name), name);
  });

  test('installs what the lock file says, runs nothing of what it installs, and knows both platforms', () => {
    for (const [install] of text.matchAll(/npm \w+[^&\n]*/g)) assert.match(install, /^npm ci .*--ignore-scripts/);
    const { packages } = JSON.parse(textOf('package-lock.json')) as { packages: Record<string, { integrity?: string }> };
    for (const cpu of ['x64', 'arm64']) assert.match(packages[`node_modules/@koromix/koffi-linux-${cpu}`]?.integrity ?? '', /^sha512-/, cpu);
    assert.match(text, /amd64\) cpu=x64 ;; arm64\) cpu=arm64 ;;/);
  });

  test('stands on the Node.js that fargazer needs, named by a tag', () => {
    const major = /\d+/.exec((JSON.parse(textOf('package.json')) as { engines: { node: string } }).engines.node)?.[0];
    for (const stage of stages.filter((one) => one.startsWith('FROM'))) assert.match(stage, new RegExp(`^FROM (?:--platform=\\S+ )?node:${major}-[a-z]+-slim`));
  });

  test('runs nothing of another platform in its last stage', () => {
    assert.doesNotMatch(final, /^RUN/m);
    assert.match(final, /^STOPSIGNAL SIGTERM$/m);
    assert.match(final, /^USER root$/m);
  });

  test('starts by the launcher, which alone knows the flags of a small guest', () => {
    assert.match(final, /^ENTRYPOINT \["\/opt\/fargazer\/bin\/fargazer"\]$/m);
    assert.match(final, /^WORKDIR \/opt\/fargazer$/m);
    assert.match(final, /^CMD \["sidecar"\]$/m);
    for (const flag of ['--max-semi-space-size=', '--max-old-space-size=', 'MALLOC_ARENA_MAX=', 'UV_THREADPOOL_SIZE=', 'ulimit -c 0']) {
      assert.ok(launcher.includes(flag), `bin/fargazer has no ${flag}`);
      assert.ok(!lines.join('\n').includes(flag), `${flag} stands in the Dockerfile too, and will differ one day`);
    }
    // Signals reach it because the launcher becomes it.
    assert.match(launcher, /exec node \$flags/);
  });

  test('is checked as the task definition does it, with no client', () => {
    const check = /^HEALTHCHECK .*?CMD (.+)$/m.exec(final)?.[1] ?? '';
    assert.equal(check.replace('test -z "$FARGAZER_STATE" || ', '').replaceAll('"$FARGAZER_STATE"', '/state'), healthCommand[1]);
    assert.doesNotMatch(check, /curl|wget|node/);
  });
});

test('what the image holds is enough to run, with the library found', { skip: existsSync(join(home, 'dist', 'fargazer.mjs')) ? false : 'dist/ is not built: npm run setup' }, (context) => {
  const image = layOut(context);
  const version = execFileSync(join(image, 'bin', 'fargazer'), ['--version'], { encoding: 'utf8' });
  assert.equal(version.trim(), (JSON.parse(textOf('package.json')) as { version: string }).version);
  const { stdout, stderr, status } = spawnSync(join(image, 'bin', 'fargazer'), ['sidecar', '--check'], { encoding: 'utf8', timeout: 20_000, env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` } });
  const said = stdout + stderr;
  assert.ok(status === 0 || status === 1, said);
  assert.match(said, /pid-bell: /);
  if (process.platform === 'linux') assert.doesNotMatch(said, /foreign-function library/);
});

/** A folder with what the last stage copies, of this machine's build and platform. */
function layOut(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'fargazer-image-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const { from, sources, target } of copiesIn(final)) {
    for (const source of sources) {
      if (from === 'library') {
        cpSync(join(home, 'node_modules', 'koffi'), join(folder, target, 'koffi'), { recursive: true });
        cpSync(join(home, 'node_modules', '@koromix'), join(folder, target, '@koromix'), { recursive: true });
        continue;
      }
      const path = source.replace(/^\/build\//, '').replace(/^\.\//, '');
      const to = target.endsWith('/') ? join(folder, target, basename(path)) : join(folder, target);
      mkdirSync(dirname(to), { recursive: true });
      cpSync(join(home, path), to, { recursive: true });
    }
  }
  // What the build takes away from its own output.
  const removed = /bundle\.mjs && rm -rf ([^\n]+)/.exec(text)?.[1]?.split(' ') ?? [];
  assert.ok(removed.includes('dist/lambda'));
  for (const path of removed) rmSync(join(folder, path), { recursive: true, force: true });
  // What the Dockerfile leaves out of the library is left out here.
  const left = [...text.matchAll(/\/kept\/koffi\/(\w+)/g)].map(([, name = '']) => name);
  for (const name of left) rmSync(join(folder, 'node_modules', 'koffi', name), { recursive: true, force: true });
  return folder;
}
