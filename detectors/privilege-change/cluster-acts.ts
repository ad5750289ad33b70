/** Acts in Kubernetes: rights bound and widened, privileged pods, shells in pods, secrets, calls by nobody. */
import type { ApiActivity, JsonObject } from '#contract';
import { act, raised, type Act } from './act.ts';
import { inWords, podPowers, workloadOf } from './pod-spec.ts';
import { isObject, listOf, objectAt, textAt } from './request.ts';

const rightsGroup = 'rbac.authorization.k8s.io';
const podMakers = new Set(['pods', 'deployments', 'daemonsets', 'statefulsets', 'replicasets', 'replicationcontrollers', 'jobs', 'cronjobs']);
const writes = new Set(['create', 'update', 'patch']);
const openPaths = /^\/(?:healthz|livez|readyz|version|openapi|\.well-known|api$|apis$)/;
/** Names everybody or nobody in particular. */
const everybody = /^system:(?:anonymous|unauthenticated|authenticated|serviceaccounts)$/;

/** What the call amounts to; undefined for the many that change no rights. */
export function clusterAct(activity: ApiActivity): Act | undefined {
  const [verb = '', what = ''] = split(activity.operation);
  return isNobody(activity) ? anonymous(activity, verb) : (impersonation(activity) ?? byResource(activity, verb, what));
}

function split(operation: string): [string, string] {
  const space = operation.indexOf(' ');
  return space < 0 ? [operation, ''] : [operation.slice(0, space), operation.slice(space + 1)];
}

function isNobody({ actor }: ApiActivity): boolean {
  return actor.principal === 'system:anonymous' || (actor.principal === '' && actor.groups?.includes('system:unauthenticated') === true);
}

function anonymous(activity: ApiActivity, verb: string): Act | undefined {
  const { isReadOnly, outcome, operation } = activity;
  // Scanners are refused all day; what is answered matters.
  if (outcome !== 'success' || openPaths.test(operation.slice(verb.length + 1))) return undefined;
  return { ...act('anonymous', 'wrong', isReadOnly ? 'high' : 'critical', 'called|call', '', 'T1190'), named: operation, after: 'and was answered' };
}

function impersonation(activity: ApiActivity): Act | undefined {
  const user = textAt(activity.request, 'impersonatedUser', 'username');
  if (user === '') return undefined;
  return raised(act('cluster-rights', 'grave', 'high', 'acted|act', 'in the name of', 'T1550'), { facets: [`as ${user}`], named: user });
}

function byResource(activity: ApiActivity, verb: string, what: string): Act | undefined {
  const isWrite = writes.has(verb);
  if (activity.service === rightsGroup) return rightsAct(activity, verb, what, isWrite);
  if (podMakers.has(what)) return isWrite ? (podAct(activity) ?? job(what)) : undefined;
  switch (what) {
    case 'pods/exec':
      return access('opened|open', 'a shell in the pod', 'T1609', activity);
    case 'pods/attach':
      return access('attached|attach', 'to the pod', 'T1609', activity);
    case 'pods/portforward':
      return { ...access('opened|open', 'a tunnel into the pod', 'T1090', activity), gravity: 'notable' };
    case 'pods/ephemeralcontainers':
      return isWrite ? access('put|put', 'a container of its own into the pod', 'T1609', activity) : undefined;
    case 'nodes/proxy':
    case 'services/proxy':
    case 'pods/proxy':
      return access('reached through|reach through', `${what.split('/')[0]!}`, 'T1609', activity);
    case 'serviceaccounts/token':
      return verb === 'create' ? act('credentials', 'notable', 'medium', 'got|get', 'a token of the service account', 'T1528') : undefined;
    case 'serviceaccounts':
      return isWrite ? serviceAccount(activity) : undefined;
    case 'secrets':
      return secret(activity, verb);
    case 'configmaps':
      return isWrite ? configMap(activity) : undefined;
    case 'certificatesigningrequests/approval':
      return act('cluster-rights', 'grave', 'high', 'approved|approve', 'the certificate', 'T1098.006');
    case 'certificatesigningrequests':
      return verb === 'create' ? act('cluster-rights', 'notable', 'medium', 'asked for|ask for', 'the certificate', 'T1098.006') : undefined;
    case 'mutatingwebhookconfigurations':
    case 'validatingwebhookconfigurations':
      return act('watchers', 'grave', 'high', `${pastOf(verb)}|${verb}`, 'the gate that sees every change', verb === 'delete' ? 'T1562.001' : 'T1546');
    case 'events':
      return verb.startsWith('delete') ? act('watchers', 'grave', 'medium', 'deleted|delete', 'events of the cluster', 'T1070') : undefined;
    case 'networkpolicies':
      return verb.startsWith('delete') ? act('network-opening', 'notable', 'medium', 'deleted|delete', 'the network policy', 'T1562.007') : undefined;
    case 'services':
      return isWrite ? service(activity) : undefined;
    default:
      return undefined;
  }
}

function pastOf(verb: string): string {
  return verb === 'create' ? 'created' : verb === 'delete' ? 'deleted' : 'changed';
}

function access(verbs: string, thing: string, attack: string, activity: ApiActivity): Act {
  const base = act('pod-access', 'grave', 'medium', verbs, thing, attack);
  return activity.namespace === 'kube-system' ? raised(base, { severity: 'high', facets: ['kube-system'] }) : base;
}

/** Rules by which a role gives more than it says: everything, or the means to get everything. */
function ruleFacets(request: JsonObject): string[] {
  const facets = new Set<string>();
  for (const rule of listOf(request['rules'])) {
    if (!isObject(rule)) continue;
    const verbs = listOf(rule['verbs']).map(String);
    const resources = listOf(rule['resources']).map(String);
    const isAnyVerb = verbs.includes('*');
    if (isAnyVerb || resources.includes('*')) facets.add('wildcard');
    if (verbs.some((name) => name === 'escalate' || name === 'bind' || name === 'impersonate')) facets.add('escalation');
    if (resources.includes('pods/exec') || resources.includes('nodes/proxy') || resources.includes('pods/attach')) facets.add('shells');
    if (resources.includes('secrets') && (isAnyVerb || verbs.some((name) => /^(?:get|list|watch)$/.test(name)))) facets.add('secrets');
    if (verbs.some((name) => /^(?:create|update|patch|delete|deletecollection)$/.test(name))) facets.add('writes');
  }
  return [...facets];
}

function rightsAct(activity: ApiActivity, verb: string, what: string, isWrite: boolean): Act | undefined {
  const { request, resource } = activity;
  const [kind = ''] = what.split('/');
  const thing = `the ${kind.replace(/^cluster/, 'cluster ').replace('bindings', ' binding').replace(/s$/, '')}`;
  if (verb.startsWith('delete')) {
    const base = act('cluster-rights', 'notable', 'low', 'deleted|delete', thing, 'T1531');
    return resource.startsWith('system:') ? raised(base, { gravity: 'grave', severity: 'high', facets: ['system'] }) : base;
  }
  if (!isWrite) return undefined;
  const verbs = `${pastOf(verb)}|${verb === 'create' ? 'create' : 'change'}`;
  const base = act('cluster-rights', 'grave', 'medium', verbs, thing, 'T1098.006');
  if (kind.endsWith('bindings')) {
    const subjects = listOf(request['subjects']).map((subject) => textAt(subject, 'name'));
    const role = textAt(request, 'roleRef', 'name');
    if (subjects.some((name) => everybody.test(name))) return raised(base, { gravity: 'wrong', severity: 'critical', facets: ['everybody'], after: 'which gives rights to everybody' });
    if (role === 'cluster-admin' || role === 'admin') return raised(base, { severity: 'high', facets: [role], after: `to ${role}` });
    return role === '' ? base : raised(base, { facets: [`role ${role}`] });
  }
  const facets = ruleFacets(request);
  const isSystem = resource.startsWith('system:') || resource === 'cluster-admin';
  if (facets.some((facet) => facet !== 'writes') || isSystem) return raised(base, { severity: 'high', facets: isSystem ? [...facets, 'system'] : facets });
  return facets.length > 0 ? raised(base, { facets }) : { ...base, gravity: 'notable' };
}

function podAct(activity: ApiActivity): Act | undefined {
  const powers = podPowers(activity.request);
  const { namespace = '', resource } = activity;
  const workload = `${namespace}/${workloadOf(resource)}`;
  if (powers.length > 0) {
    const isHost = powers.some((power) => power !== 'host network');
    // The workload is part of the key: that one agent of a cluster is privileged says nothing of the next.
    return raised(act('pod-privilege', 'grave', isHost ? 'high' : 'medium', 'started|start', 'a pod of', 'T1611'), {
      after: `with ${inWords(powers)}`,
      named: workloadOf(resource),
      facets: powers.map((power) => `${power} ${workload}`),
    });
  }
  if (namespace !== 'kube-system') return undefined;
  return raised(act('pod-privilege', 'grave', 'medium', 'started|start', 'a pod of', 'T1610'), { after: 'in the namespace of the cluster itself', named: workloadOf(resource), facets: [`kube-system ${workloadOf(resource)}`] });
}

/** What runs by the clock outlives who put it there. */
function job(what: string): Act | undefined {
  return what === 'cronjobs' ? act('pod-privilege', 'notable', 'low', 'scheduled|schedule', 'the job', 'T1053.007') : undefined;
}

function serviceAccount({ namespace }: ApiActivity): Act {
  const base = act('cluster-rights', 'notable', 'low', 'created|create', 'the service account', 'T1136');
  return namespace === 'kube-system' || namespace === 'kube-public' ? raised(base, { gravity: 'grave', severity: 'high', facets: [namespace], after: `in ${namespace}` }) : base;
}

function secret({ namespace, actor }: ApiActivity, verb: string): Act | undefined {
  if (verb === 'list' || verb === 'watch') {
    const base = { ...act('credentials', 'notable', 'medium', 'listed|list', 'the secrets of namespace', 'T1552.007'), named: namespace ?? '' } satisfies Act;
    // Operators watch the secrets of all namespaces for a living.
    const isOperator = actor.type === 'ServiceAccount';
    return namespace === undefined ? raised(base, { gravity: isOperator ? 'notable' : 'grave', severity: 'high', facets: ['all namespaces'], thing: 'the secrets of all namespaces' }) : base;
  }
  if (verb === 'get') return { ...act('credentials', 'notable', 'medium', 'read|read', 'the secret', 'T1552.007') };
  return verb.startsWith('delete') ? act('recovery', 'notable', 'medium', 'deleted|delete', 'the secret', 'T1485') : undefined;
}

/** The decoder masks what looks like a secret: its mark in a config map is a secret where everybody reads. */
function configMap({ request, namespace, resource }: ApiActivity): Act | undefined {
  if (namespace === 'kube-system' && (resource === 'aws-auth' || resource === 'extension-apiserver-authentication')) {
    return act('cluster-rights', 'grave', 'high', 'changed|change', 'who may enter the cluster, in', 'T1098.006');
  }
  const data = objectAt(request, 'data');
  const hasSecret = Object.values(data).some((value) => typeof value === 'string' && value.includes('‹masked›'));
  return hasSecret ? raised(act('credentials', 'grave', 'medium', 'put|put', 'a secret into the config map', 'T1552.007'), { facets: ['config map'] }) : undefined;
}

function service({ request }: ApiActivity): Act | undefined {
  const type = textAt(request, 'spec', 'type');
  const hasOutside = listOf(objectAt(request, 'spec')['externalIPs']).length > 0;
  if (hasOutside) return raised(act('network-opening', 'grave', 'medium', 'gave|give', 'outside addresses to the service', 'T1557'), { facets: ['external addresses'] });
  return type === 'NodePort' ? raised(act('network-opening', 'notable', 'low', 'opened|open', 'the service', 'T1133'), { facets: ['node port'], after: 'on every node' }) : undefined;
}
