/** A configuration that changes while alerts wait, and states that cannot be read. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FargazerError, type JsonValue } from '#contract';
import { Pipeline } from '../../../src/alerting/pipeline.ts';
import { outputsOf } from '../../../src/alerting/receivers.ts';
import { alertOf, lineOf, matchers, minute, pending, second, settings, startMs } from './making.ts';

const before = settings({ route: { receiver: 'team', routes: [{ matchers: matchers('severity="high"'), receiver: 'pager' }] } });

function waiting(): JsonValue {
  const pipeline = new Pipeline(before);
  pipeline.take(pending([alertOf('a')]));
  assert.deepEqual(pipeline.walkTo(startMs + 10 * second), []);
  return pipeline.pack();
}

describe('while an alert waits', () => {
  test('its receiver is removed: it is routed anew and told to who is left', () => {
    const pipeline = Pipeline.unpack(settings(), waiting());
    assert.deepEqual(pipeline.walkTo(startMs + minute).map(lineOf), ['40 team first notification #1: a']);
    assert.deepEqual(pipeline.decisionsOf('a').map(({ reason }) => reason).slice(3, 5), ['its route is gone', 'to team']);
  });

  test('its route only waits longer: it goes on', () => {
    const pipeline = Pipeline.unpack({ ...before, route: { ...before.route, routes: [{ ...before.route.routes![0]!, groupIntervalMs: minute }, { matchers: matchers('kind="host"') }] } }, waiting());
    assert.deepEqual(pipeline.walkTo(startMs + minute).map(lineOf), ['30 pager first notification #1: a']);
  });

  test('its message was told before: who gets it now is told from the beginning, and once', () => {
    const told = Pipeline.unpack(before, waiting());
    assert.deepEqual(told.walkTo(startMs + minute).map(lineOf), ['30 pager first notification #1: a']);
    const after = Pipeline.unpack(settings(), told.pack());
    assert.deepEqual(after.walkTo(startMs + 4 * minute).map(lineOf), ['60 team first notification #1: a']);
  });

  test('a digest of its route is told by the root', () => {
    const tight = { ...before, caps: { messagesPerHour: 1, digestAfterMs: 5 * minute } };
    const pipeline = new Pipeline(tight);
    pipeline.take(pending(['a', 'b', 'c'].map((id) => alertOf(id, { entity: { name: id, instance: '' } }))));
    assert.equal(pipeline.walkTo(startMs + minute).length, 1);
    const [digest] = Pipeline.unpack(settings(), pipeline.pack()).walkTo(startMs + 10 * minute).filter(({ notification }) => notification.reason === 'digest');
    assert.deepEqual([digest?.notification.receiver, digest?.notification.digest?.bySeverity], ['team', { high: 2 }]);
  });
});

test('what was meant for a receiver that is gone goes to the outputs of the root', () => {
  assert.deepEqual(outputsOf(before, 'pager'), { outputs: ['pagerduty'], isReplaced: false });
  assert.deepEqual(outputsOf(before, 'gone'), { outputs: ['slack'], isReplaced: true });
  assert.deepEqual(outputsOf({ ...before, route: {} }, 'constructor'), { outputs: [], isReplaced: true });
});

describe('a state', () => {
  test('of a newer version is refused, and so is one that is damaged', () => {
    const whole = waiting() as Record<string, JsonValue>;
    const codeOf = (packed: JsonValue): string => {
      try {
        Pipeline.unpack(before, packed);
      } catch (error) {
        if (error instanceof FargazerError) return error.code;
        throw error;
      }
      return 'taken';
    };
    assert.equal(codeOf(whole), 'taken');
    assert.equal(codeOf({ ...whole, version: 2 }), 'state-newer');
    for (const packed of [null, [], 'text', {}, { ...whole, alerts: {} }, { ...whole, groups: [{}] }, { ...whole, through: null }, { ...whole, ties: 3 }]) assert.equal(codeOf(packed as JsonValue), 'state-damaged');
  });

  test('is a copy: walking on changes no state that was given away', () => {
    const packed = waiting();
    const text = JSON.stringify(packed);
    Pipeline.unpack(before, packed).walkTo(startMs + 90 * minute);
    assert.equal(JSON.stringify(packed), text);
  });
});
