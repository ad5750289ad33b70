/** The process around a command line: pipes that close, and the real program's own lists. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const home = dirname(dirname(import.meta.dirname));
const main = join(home, 'src/entry/cli/main.ts');

test('a reader that goes away ends the program quietly', () => {
  const { stdout, stderr } = spawnSync('bash', ['-c', 'set -o pipefail; "$0" "$1" formats | head -c 1 >/dev/null; echo "status ${PIPESTATUS[0]}"', process.execPath, main], { encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(stdout, 'status 0\n');
});

test('a reader that was never there ends the program quietly', () => {
  const { stdout, stderr } = spawnSync('bash', ['-c', '{ sleep 1; "$0" "$1" formats; echo "status $?" >&2; } | true', process.execPath, main], { encoding: 'utf8' });
  assert.equal(stdout, '');
  assert.equal(stderr, 'status 0\n');
});

test('the real program lists its formats and detectors', () => {
  for (const [word, expected] of [['formats', /^cloudtrail/m], ['detectors', /^new-destination/m]] as const) {
    const { stdout, stderr, status } = spawnSync(process.execPath, [main, word], { encoding: 'utf8', cwd: '/', env: { ...process.env, NO_COLOR: '1' } });
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.match(stdout, expected);
  }
});

test('a path that is missing is a sentence and status 1', () => {
  const { stderr, status } = spawnSync(process.execPath, [main, 'replay', 'no-such-file'], { encoding: 'utf8', cwd: home });
  assert.match(stderr, /no-such-file.*\.\n$/);
  assert.doesNotMatch(stderr, /\n\s+at /);
  assert.equal(status, 1);
});
