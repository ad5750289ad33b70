/** What is known of a subject never leads to an owner or instance that the owners no longer have. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogRecord, Subject } from '#contract';
import { attribute } from '../../src/engine/attribute.ts';
import { KnownSubjects, type Whose } from '../../src/engine/known-subjects.ts';
import { minuteOf, standardLateness } from '../../src/engine/order.ts';
import { instanceMemoryMs, sight } from '../../src/engine/owners.ts';
import { newState, type WalkState } from '../../src/engine/state.ts';
import { logRecord } from '../support/events.ts';

const start = Date.UTC(2026, 0, 5);
const task = 'a'.repeat(32);
const bare: Subject = { cluster: 'shop', service: 'pay', task };
const full: Subject = { ...bare, account: '111122223333', region: 'eu-west-1' };

class Walked {
  readonly state: WalkState = newState();
  readonly known = new KnownSubjects();

  /** As a row of the walk: gives the row too, to ask with. */
  walk(subject: Subject, timeMs = start): LogRecord {
    const { facts, owners } = this.state;
    const row = logRecord({ subject, timeMs });
    facts.note(row, standardLateness);
    const whose = attribute(row, facts, standardLateness);
    const owner = owners.of(whose.owner, timeMs);
    const instance = owners.instance(owner, whose.container, whose.instance, timeMs);
    sight(instance, row.feed, minuteOf(timeMs), 1);
    this.known.note(row, whose, instance, this.state, minuteOf(timeMs));
    return row;
  }

  ask(subject: Subject, timeMs = start, feed: LogRecord['feed'] = 'firelens'): Whose | undefined {
    return this.known.get({ ...logRecord({ subject, timeMs }), feed }, this.state, minuteOf(timeMs));
  }
}

describe('a subject attributed before', () => {
  test('is known in later minutes, of its feed', () => {
    const walked = new Walked();
    walked.walk(full);
    const whose = walked.ask(full, start + 3_600_000);
    assert.equal(whose?.instance, [...[...walked.state.owners.records.values()].find(({ owner }) => owner.kind === 'service')!.instances.values()][0]);
    assert.equal(walked.ask(full, start, 'log'), undefined);
    assert.equal(walked.ask({ ...full }), undefined, 'by the object: another may have other names');
  });

  test('is attributed anew when a fact changed', () => {
    const walked = new Walked();
    walked.walk(full);
    walked.walk({ ...full, task: 'b'.repeat(32) });
    assert.equal(walked.ask(full), undefined);
  });

  test('is attributed anew when its task was learnt to be of another revision', () => {
    const walked = new Walked();
    walked.walk(full);
    walked.state.facts.note(logRecord({ subject: { task, revision: '7' }, timeMs: start }), standardLateness);
    assert.equal(walked.ask(full), undefined);
  });

  test('is attributed anew when its instance was forgotten', () => {
    const walked = new Walked();
    walked.walk(full);
    walked.state.owners.forgetInstances(start);
    assert.notEqual(walked.ask(full), undefined);
    walked.state.owners.forgetInstances(start + 1);
    assert.equal(walked.ask(full), undefined);
  });

  test('is attributed anew after a pause in which a task is forgotten, tidied or not, and from then on is the new one', () => {
    const walked = new Walked();
    walked.walk(full);
    const before = walked.ask(full, start + instanceMemoryMs)?.instance;
    assert.notEqual(before, undefined);
    const laterMs = start + instanceMemoryMs + 1;
    assert.equal(walked.ask(full, laterMs), undefined);
    walked.walk({ ...full }, laterMs);
    assert.equal(walked.ask(full, laterMs), undefined, 'the instance it was is no longer there');
    walked.walk(full, laterMs);
    const { instance } = walked.ask(full, laterMs)!;
    assert.notEqual(instance, before);
    assert.ok([...instance.owner.instances.values()].includes(instance));
  });

  test('is attributed anew when its owner was let go', () => {
    const walked = new Walked();
    const { owners } = walked.state;
    owners.recall = () => undefined;
    walked.walk(full);
    owners.letGo(start + 1);
    assert.notEqual(walked.ask(full), undefined, 'not saved yet, so it stays');
    for (const record of owners.records.values()) record.isChanged = false;
    owners.letGo(start + 1);
    assert.ok([...owners.records.values()].every(({ owner }) => owner.kind !== 'service'));
    assert.equal(walked.ask(full), undefined);
  });

  test('is attributed anew when its name without an account turns out to be that of two', () => {
    const walked = new Walked();
    walked.walk(full);
    walked.walk(bare);
    assert.equal(walked.ask(bare)?.instance.owner.owner.account, '111122223333');
    walked.state.owners.of({ kind: 'service', account: '444455556666', region: 'eu-west-1', cluster: 'shop', name: 'pay' }, start);
    assert.equal(walked.ask(bare), undefined);
  });

  test('holds for its minute alone where an address told whose it is', () => {
    const walked = new Walked();
    const subject: Subject = { address: '10.0.0.1' };
    walked.walk(subject);
    assert.notEqual(walked.ask(subject, start + 59_999), undefined);
    assert.equal(walked.ask(subject, start + 60_000), undefined);
  });
});
