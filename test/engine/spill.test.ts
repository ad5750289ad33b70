/** The temporary file of the tape: what cannot be written is told in a sentence. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tape } from '../../src/engine/tape.ts';
import { logRecord } from '../support/events.ts';

test('a temporary folder that is missing is named with its cure', () => {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = '/no/such/folder';
  try {
    const tape = new Tape({ liveLimit: 1, pageBytesLimit: 1 });
    assert.throws(
      () => {
        for (let index = 0; index < 4; index += 1) tape.take(logRecord({ templateId: `t${index}` }));
      },
      { code: 'temporary-failed', message: /^\/no\/such\/folder: .*TMPDIR/ },
    );
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
});
