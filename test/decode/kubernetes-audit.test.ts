/** Kubernetes audit: one call is one event, who called, and secrets that stay out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesAuditLine } from '#contract';
import type { JsonObject, JsonValue } from '#contract';
import { kubernetesAudit } from '../../src/decode/kubernetes-audit.ts';
import { eventsOf, jsonRecord, oneEvent, sampleLines, sampleValue } from './sample.ts';

function audit(options: Partial<Parameters<typeof kubernetesAuditLine>[0]> = {}): JsonObject {
  return JSON.parse(
    kubernetesAuditLine({ at: '2024-05-01T10:00:00Z', id: 'a-1', user: 'jane', verb: 'create', resource: 'pods', namespace: 'shop', ...options }),
  ) as JsonObject;
}

test('a shell in a pod is one event at its start, with the command', () => {
  const event = oneEvent(kubernetesAudit, sampleValue('falco-k8s-audit/exec_pod.json'), 'api');
  assert.deepEqual(
    [event.operation, event.service, event.resource, event.namespace, event.isReadOnly, event.outcome],
    ['create pods/exec', 'core', 'nginx-deployment-7998647bdf-phvq7', 'default', false, 'success'],
  );
  assert.deepEqual([event.request['command'], event.request['container']], [['bash'], 'nginx1']);
  assert.deepEqual([event.timeMs, event.timeNs], [Date.parse('2018-10-26T13:38:34.867Z'), 116_000]);
  assert.deepEqual([event.id, event.origin.eventId], ['ca1ed9f4-7bf4-4c85-81a8-1b11253d1ba6', event.id]);
  assert.deepEqual(event.actor, { type: 'User', principal: 'minikube-user', groups: ['system:masters', 'system:authenticated'] });
  assert.equal(event.sourceAddress, '192.168.99.1');
});

test('the end of a shell has the id and the time of its start', () => {
  const started = sampleValue('falco-k8s-audit/attach_pod.json') as JsonObject;
  const complete = { ...started, stage: 'ResponseComplete', stageTimestamp: '2018-10-26T15:00:00.000000Z' };
  const [first, second] = [started, complete].map((value) => oneEvent(kubernetesAudit, value, 'api'));
  assert.deepEqual([first!.id, first!.timeMs, first!.timeNs], [second!.id, second!.timeMs, second!.timeNs]);
});

test('stages before the answer are skipped', () => {
  const run = kubernetesAudit.open({});
  for (const stage of ['RequestReceived', 'ResponseStarted']) {
    assert.ok('skipped' in run.decode(jsonRecord({ ...audit({ verb: 'watch' }), stage })));
  }
  assert.ok('skipped' in run.decode(jsonRecord({ ...audit({ subresource: 'exec' }), stage: 'RequestReceived' })));
  assert.equal(oneEvent(kubernetesAudit, { ...audit(), stage: 'Panic' }, 'api').outcome, 'failure');
});

test('a real log of an impersonated user is denied, and says for whom', () => {
  const outcomes: string[] = [];
  for (const value of sampleLines('audit2rbac/demo.log')) {
    assert.ok(kubernetesAudit.accepts?.(value));
    const event = oneEvent(kubernetesAudit, value, 'api');
    const isDenied = (value as { responseStatus: { code: number } }).responseStatus.code === 403;
    outcomes.push(event.outcome);
    assert.deepEqual([event.outcome, event.errorCode], isDenied ? ['denied', 'Forbidden'] : ['success', undefined]);
    assert.equal(event.actor.principal, 'system:admin');
    assert.deepEqual(JSON.parse(JSON.stringify(event.request['impersonatedUser'])), { username: 'bob', groups: ['system:authenticated'] });
    assert.equal(event.timeMs, Date.parse((value as { timestamp: string }).timestamp));
  }
  assert.ok(outcomes.includes('denied') && outcomes.includes('success'));
});

test('what a pod asks for is kept', () => {
  const event = oneEvent(kubernetesAudit, sampleValue('falco-k8s-audit/create_nginx_pod_privileged_2nd_container.json'), 'api');
  assert.match(JSON.stringify(event.request), /"privileged":true/);
});

test('a session of EKS is told apart from its principal', () => {
  const value = { ...audit(), user: { username: 'kubernetes-admin', extra: { arn: ['arn:aws:sts::123412341234:assumed-role/Dev/167'], sessionName: ['167'], accessKeyId: ['ASIAEXAMPLE'] } } };
  const { actor, subject } = oneEvent(kubernetesAudit, value, 'api');
  assert.deepEqual(actor, { type: 'User', principal: 'kubernetes-admin', session: '167', accessKeyId: 'ASIAEXAMPLE', account: '123412341234' });
  assert.deepEqual(subject, { account: '123412341234', principal: 'kubernetes-admin', session: '167' });
  const entry = oneEvent(kubernetesAudit, audit({ user: 'arn:aws:sts::123412341234:assumed-role/Dev/jane@example.com' }), 'api');
  assert.deepEqual([entry.actor.principal, entry.actor.session], ['arn:aws:iam::123412341234:role/Dev', 'jane@example.com']);
});

test('service accounts and nodes are known as such', () => {
  const account = oneEvent(kubernetesAudit, audit({ user: 'system:serviceaccount:shop:checkout' }), 'api');
  assert.deepEqual([account.actor.type, account.subject.namespace, account.namespace], ['ServiceAccount', 'shop', 'shop']);
  assert.equal(oneEvent(kubernetesAudit, audit({ user: 'system:node:ip-10-0-0-1' }), 'api').actor.type, 'Node');
});

test('the contents of a secret appear nowhere', () => {
  const body = { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'db', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"x":"c2VjcmV0LXZhbHVl"}}' } }, data: { x: 'c2VjcmV0LXZhbHVl' } };
  const bodies: JsonValue[] = [body, [{ op: 'add', path: '/data/x', value: 'c2VjcmV0LXZhbHVl' }]];
  for (const request of bodies) {
    const value = { ...audit({ resource: 'secrets', request }), responseObject: { kind: 'SecretList', items: [body] } };
    const [event] = eventsOf(kubernetesAudit, value);
    assert.doesNotMatch(JSON.stringify(event), /c2VjcmV0LXZhbHVl/);
  }
  const event = oneEvent(kubernetesAudit, audit({ resource: 'secrets', request: body }), 'api');
  assert.deepEqual([event.resource, event.request['keys']], ['db', ['x']]);
});

test('a configuration map keeps its data', () => {
  const event = oneEvent(kubernetesAudit, sampleValue('falco-k8s-audit/create_configmap_no_sensitive_values.json'), 'api');
  assert.ok(Object.keys(event.request['data'] as JsonObject).length > 0);
});

test('reads are told from writes; a shell by GET is no read', () => {
  const isRead = (verb: string, subresource?: string) => oneEvent(kubernetesAudit, audit({ verb, ...(subresource === undefined ? {} : { subresource }) }), 'api').isReadOnly;
  assert.deepEqual([isRead('get'), isRead('list'), isRead('patch'), isRead('get', 'exec'), isRead('get', 'log')], [true, true, false, false, true]);
});

test('a path that is no resource is shown by its first parts', () => {
  const { objectRef: _objectRef, ...value } = audit({ verb: 'get' });
  assert.equal(oneEvent(kubernetesAudit, { ...value, requestURI: '/openid/v1/jwks?x=1' }, 'api').operation, 'get /openid/v1');
});

test('a list of events gives each of them', () => {
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [audit({ id: 'a' }), 7, { ...audit({ id: 'b' }), stage: 'RequestReceived' }, audit({ id: 'c' })] };
  assert.deepEqual(eventsOf(kubernetesAudit, list).map(({ id }) => id), ['a', 'c']);
});

test('an event of the core API is no audit event', () => {
  assert.equal(kubernetesAudit.accepts?.({ kind: 'Event', apiVersion: 'v1', involvedObject: {}, reason: 'Pulled' }), false);
});

test('EKS samples are accepted; those cut down to have no verb are unreadable in words', () => {
  const decoded = sampleLines('panther-tests/eks.jsonl').map((value) => {
    assert.ok(kubernetesAudit.accepts?.(value));
    return kubernetesAudit.open({}).decode(jsonRecord(value));
  });
  assert.deepEqual(decoded.map((one) => ('events' in one ? one.events.map(({ timeMs }) => timeMs) : Object.values(one)[0])), [
    'expected verb in a Kubernetes audit event', 'expected verb in a Kubernetes audit event', [Date.parse('2024-11-13T18:34:10.595Z')],
    'expected verb in a Kubernetes audit event',
  ]);
});
