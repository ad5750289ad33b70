/** Whom a record is about: facts of ECS events, names and flows, as walked so far. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ecsTaskEvent, flowLine, resolverLine, taskId, type FargazerEvent, type NetworkActivity } from '#contract';
import { networkActivity } from '../support/events.ts';
import { eventsOf } from '../support/run-case.ts';
import { observationsOf, only, type Watched } from './watching.ts';

const start = Date.UTC(2026, 0, 5);
const at = (minute: number): number => start + minute * 60_000;

function flow(minute: number, change: Partial<NetworkActivity> = {}): NetworkActivity {
  return networkActivity({ timeMs: at(minute), startMs: at(minute) - 30_000, id: `${minute}${change.serverAddress ?? ''}`, subject: { account: '111122223333', networkInterface: `eni-${taskId(7).slice(0, 17)}` }, ...change });
}

const whose = (watched: readonly Watched[]): string[] => only(watched, 'network-minute').map(({ entity }) => `${entity.owner.kind} ${entity.owner.name} ${entity.instance}`);

/** A task of checkout, as ECS tells of it. */
const running = (minute: number, task: number, id = `run-${task}`): FargazerEvent[] => eventsOf([ecsTaskEvent({ at: at(minute), id, service: 'checkout', task, lastStatus: 'RUNNING' })]);
const stopped = (minute: number, task: number): FargazerEvent[] => eventsOf([ecsTaskEvent({ at: at(minute), id: `stop-${task}`, service: 'checkout', task, lastStatus: 'STOPPED', desiredStatus: 'STOPPED' })]);

test('an ECS event names the task of a flow of its interface, whichever was read first', () => {
  const events = [flow(5), ...running(0, 7)];
  assert.deepEqual(whose(observationsOf(events)), [`service checkout ${taskId(7)}`]);
  assert.deepEqual(whose(observationsOf(events.toReversed())), [`service checkout ${taskId(7)}`]);
});

test('without such an event, or long before it, the flow is of the interface itself', () => {
  const own = `interface eni-${taskId(7).slice(0, 17)} `;
  assert.deepEqual(whose(observationsOf([flow(5)])), [own]);
  assert.deepEqual(whose(observationsOf([flow(5), ...running(40, 7)])), [own]);
});

test('an address given to a new task is the new one from then on, and the old one before', () => {
  const address = '10.0.0.7';
  const by = (minute: number): NetworkActivity => flow(minute, { subject: { account: '111122223333', address } });
  const second = running(60, 8).map((event) => (event.kind === 'task' ? { ...event, addresses: [address] } : event));
  const watched = observationsOf([...running(0, 7), ...stopped(50, 7), ...second, by(10), by(49), by(70)]);
  assert.deepEqual(whose(watched), [`service checkout ${taskId(7)}`, `service checkout ${taskId(7)}`, `service checkout ${taskId(8)}`]);
});

test('an address is not given back to the task before, whose end nobody told', () => {
  const address = '10.0.0.7';
  const second = [...running(60, 8), ...stopped(80, 8)].map((event) => (event.kind === 'task' ? { ...event, addresses: [address] } : event));
  const late = flow(100, { subject: { account: '111122223333', address } });
  assert.deepEqual(whose(observationsOf([...running(0, 7), ...second, late])), [`host ${address} `]);
});

test('a DNS answer names an address from then on for a day', () => {
  const [lookup] = eventsOf([resolverLine({ at: at(10), task: 7, name: 'api.partner.example', answers: ['52.1.2.3'] })]);
  const peers = only(observationsOf([flow(5), flow(12), flow(12, { serverAddress: '52.1.2.4' }), flow(60 * 26), lookup!]), 'destination').map(({ observation }) => [observation.peerKind, observation.peer]);
  assert.deepEqual(peers, [['network', '52.1.2.0/24'], ['name', 'partner.example'], ['network', '52.1.2.0/24'], ['network', '52.1.2.0/24']]);
});

test("an interface's own address is the one that is in all of its flows", () => {
  const from = (minute: number, clientAddress: string, serverAddress: string): NetworkActivity => flow(minute, { clientAddress, serverAddress, side: 'unknown', clientSentBytes: 10, serverSentBytes: 1_000 });
  const watched = observationsOf([from(1, '10.0.0.1', '10.0.0.2'), from(2, '10.0.0.3', '10.0.0.2'), from(3, '10.0.0.2', '10.0.0.4')]);
  const sums = only(watched, 'network-minute').map(({ observation }) => [observation.sentBytes, observation.receivedBytes]);
  // Of the first flow nobody can tell; then the own address is known, whichever side it is on.
  assert.deepEqual(sums.slice(1), [[1_000, 10], [10, 1_000]]);
  assert.deepEqual(only(watched, 'destination').map(({ observation }) => observation.addresses).at(-1), ['10.0.0.4']);
});

test('a flow log that names service and task needs no facts, and gives them to flows that do not', () => {
  const named = eventsOf([flowLine({ at: at(1), service: 'checkout', task: 7, to: '52.1.2.3', port: 443, bytes: 10 })]);
  const own = named[0]!.kind === 'network' ? named[0]!.clientAddress : '';
  const bare = networkActivity({ timeMs: at(1) + 30_000, startMs: at(1), subject: { account: '111122223333', address: own }, id: 'bare' });
  assert.deepEqual(new Set(whose(observationsOf([...named, bare]))), new Set([`service checkout ${taskId(7)}`]));
});
