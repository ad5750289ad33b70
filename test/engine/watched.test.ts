/** Whose silence would be heard goes on from a state, whether the records tell the container or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinPieces } from '../../src/decode/log/join-pieces.ts';
import { Walk } from '../../src/engine/run.ts';
import { engineSettings } from '../../src/engine/settings.ts';
import { logRecord } from '../support/events.ts';

for (const container of ['app', '']) {
  test(`a task ${container === '' ? 'without' : 'with'} a container's name is watched again`, () => {
    const before = new Walk(engineSettings({ detectors: [] }), joinPieces);
    before.gate.take(logRecord({ subject: { cluster: 'shop', family: 'checkout', task: 'a'.repeat(32), ...(container === '' ? {} : { container }) } }));
    before.finish();
    const [watched] = [...before.watched()];
    const { feed, instance } = watched!;
    const after = new Walk(engineSettings({ detectors: [] }), joinPieces, before.state);
    after.watch(feed, instance.owner.owner, instance.container, instance.id);
    assert.deepEqual([...after.watched()], [watched]);
  });
}
