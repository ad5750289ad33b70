/** Words that are wrong: the nearest right one is named, the configuration's fault has its place, and nothing is read. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fargazer } from '../support/stories.ts';
import { assertClean, connections, folder, text } from './recording.ts';

const wrong: [string[], RegExp][] = [
  [['repaly', 'X'], /^fargazer: there is no command repaly; did you mean replay\? See fargazer --help\.\n$/],
  [['replay', 'X', '--lern-for', '3m'], /^fargazer replay: there is no option --lern-for; did you mean --learn-for\? /],
  [['replay', 'X', '--format', 'clodtrail'], /^There is no format clodtrail; did you mean cloudtrail\?\n$/],
  [['inspect', 'X', '--format', 'vpc-flow'], /^There is no format vpc-flow; /],
  [['replay', 'X', '--output', 'jsonlines'], /^fargazer replay: --output <kind>: expected one of table, jsonl/],
  [['replay', 'X', '--fail-on', 'hihg'], /did you mean high\?/],
  [['baseline', 'shwo', '--state', 'X'], /^fargazer baseline: there is no command shwo; did you mean show\?/],
];
for (const [words, sentence] of wrong) {
  test(`"${words.join(' ')}" is answered by the nearest right word and status 2`, async (context) => {
    const path = folder(context, { 'a.ndjson': text(connections) });
    const { out, messages, status } = await fargazer(...words.map((word) => (word === 'X' ? path : word)));
    assert.equal(status, 2);
    assert.equal(out, '');
    assert.match(messages, sentence);
    assertClean(messages, 'the sentence');
  });
}

test('a path that is missing among others ends the run before anything is read', async (context) => {
  const path = folder(context, { 'a.ndjson': text(connections) });
  const { out, messages, status } = await fargazer('replay', path, join(path, 'none.log'));
  assert.equal(status, 1);
  assert.equal(out, '');
  assert.match(messages, /^There is no file or folder ".*none\.log"\. Nothing was read\. Check the spelling and the folder you are in\.\n$/);
});

const configs: [string, string, RegExp][] = [
  ['an unknown detector', 'detectors:\n  egress-volum: {}\n', /:2, detectors\.egress-volum: there is no detector egress-volum; did you mean egress-volume\?/],
  ['an unknown option', 'detectors:\n  egress-volume:\n    floorByte: 10\n', /:3, detectors\.egress-volume\.floorByte: there is no option floorByte; did you mean floorBytes\?/],
  ['a wrong type', 'detectors:\n  egress-volume:\n    floorBytes: ten\n', /:3, detectors\.egress-volume\.floorBytes: expected a number, found "ten"/],
  ['a wrong severity', 'detectors:\n  egress-volume:\n    severity: hihg\n', /:3, detectors\.egress-volume\.severity: expected one of low, medium, high, critical, found "hihg"; did you mean high\?/],
  ['an unknown section', 'detectores: {}\n', /:1, detectores: there is no option detectores; did you mean detectors\?/],
  ['no YAML', 'detectors: [\n', /bad\.yaml:\d+: this is not YAML/],
  ['another value', '- 1\n', /bad\.yaml.*expected/],
  ['a key of the prototype', '__proto__:\n  polluted: true\n', /bad\.yaml:1, __proto__/],
  ['escapes', 'detectors:\n  "\\e[2J\\e[31m": {}\n', /bad\.yaml:2/],
  ['aliases that multiply', `a: &a [x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]`).join('\n')}\n`, /bad\.yaml/],
  ['200,000 nested brackets', `detectors: ${'['.repeat(200_000)}`, /bad\.yaml:1: this is not YAML that can be read \(nested too deeply\)\./],
];
for (const [title, yaml, sentence] of configs) {
  test(`a configuration with ${title} is told with file, path and what was expected, status 2`, async (context) => {
    const path = folder(context, { 'a.ndjson': text(connections), 'bad.yaml': yaml });
    const file = join(path, 'bad.yaml');
    for (const words of [['replay', join(path, 'a.ndjson'), '--config', file], ['config', 'check', file]]) {
      const { out, messages, status } = await fargazer(...words);
      assert.equal(status, 2, `${out}${messages}`);
      assert.match(messages, sentence);
      assert.ok(messages.includes(file));
      assertClean(out + messages, 'the sentence');
    }
  });
}

test('a configuration that is missing is a sentence and status 2', async () => {
  const { messages, status } = await fargazer('replay', 'package.json', '--config', 'no-such.yaml');
  assert.equal(status, 2);
  assert.equal(messages, 'no-such.yaml: there is no such file.\n');
});
