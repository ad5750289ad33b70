/** The tree of routes with everything inherited, and the way of an alert through it: Alertmanager's semantics. */
import { createHash } from 'node:crypto';
import { labelTest, matcherText, type LabelName, type Labels, type RouteOptions } from '#contract';

export interface RouteNode {
  /** Stays the same when routes are moved, or their waits are changed; another receiver makes another route. */
  id: string;
  /** As the configuration names it: `route.routes[1]`. */
  path: string;
  receiver: string;
  /** Labels to group by; undefined stands for every label. */
  groupBy: readonly LabelName[] | undefined;
  groupWaitMs: number;
  groupIntervalMs: number;
  repeatIntervalMs: number;
  muteTimes: readonly string[];
  activeTimes: readonly string[];
  isMatch: (labels: Labels) => boolean;
  /** Later siblings are looked at too. */
  goesOn: boolean;
  children: readonly RouteNode[];
}

/** Alertmanager's, but that alerts of one incident are one group. */
const standard = { groupBy: ['incident'] as (LabelName | '...')[], groupWaitMs: 30_000, groupIntervalMs: 5 * 60_000, repeatIntervalMs: 4 * 3_600_000 };

export class RouteTree {
  readonly root: RouteNode;
  readonly #byId = new Map<string, RouteNode>();

  constructor(options: RouteOptions) {
    this.root = this.#node(options, { receiver: '', ...standard }, 'route', '');
  }

  get(id: string): RouteNode | undefined {
    return this.#byId.get(id);
  }

  /** Depth first, in order; a node that matches is left for its children, and its later siblings are looked at only if it says `continue`. */
  match(labels: Labels): readonly RouteNode[] {
    const found: RouteNode[] = [];
    matchInto(this.root, labels, found);
    return found;
  }

  #node(options: RouteOptions, above: Inherited, path: string, keyAbove: string): RouteNode {
    // An empty list inherits, as in Alertmanager; at the root it makes one group of all.
    const isUnsaid = options.groupBy === undefined || (options.groupBy.length === 0 && path !== 'route');
    const own: Inherited = {
      receiver: options.receiver ?? above.receiver,
      groupBy: isUnsaid ? above.groupBy : options.groupBy!,
      groupWaitMs: options.groupWaitMs ?? above.groupWaitMs,
      groupIntervalMs: options.groupIntervalMs ?? above.groupIntervalMs,
      repeatIntervalMs: options.repeatIntervalMs ?? above.repeatIntervalMs,
    };
    const matchers = options.matchers ?? [];
    const key = `${keyAbove}/{${matchers.map(matcherText).sort().join(',')}}`;
    const identity = `${own.receiver}\u0001${own.groupBy.join(',')}\u0001${key}`;
    // The root matches everything, whatever stands there.
    const isMatch = path === 'route' ? (): boolean => true : labelTest(matchers);
    const node: RouteNode = {
      ...own,
      id: this.#idOf(identity),
      path,
      groupBy: own.groupBy.includes('...') ? undefined : (own.groupBy as LabelName[]).toSorted(),
      muteTimes: options.muteTimes ?? [],
      activeTimes: options.activeTimes ?? [],
      isMatch,
      goesOn: options.continue ?? false,
      children: [],
    };
    this.#byId.set(node.id, node);
    node.children = (options.routes ?? []).map((child, at) => this.#node(child, own, `${path}.routes[${at}]`, key));
    return node;
  }

  /** Routes that say the same are told apart by their order. */
  #idOf(identity: string): string {
    for (let twin = 0; ; twin += 1) {
      const id = createHash('sha256').update(`${identity}\u0001${twin}`).digest('hex').slice(0, 12);
      if (!this.#byId.has(id)) return id;
    }
  }
}

interface Inherited {
  receiver: string;
  groupBy: (LabelName | '...')[];
  groupWaitMs: number;
  groupIntervalMs: number;
  repeatIntervalMs: number;
}

function matchInto(node: RouteNode, labels: Labels, found: RouteNode[]): boolean {
  if (!node.isMatch(labels)) return false;
  const before = found.length;
  for (const child of node.children) if (matchInto(child, labels, found) && !child.goesOn) break;
  if (found.length === before) found.push(node);
  return true;
}

/** The labels of a group of this route, as far as the alert has them. */
export function groupLabels({ groupBy }: RouteNode, labels: Labels): Labels {
  if (groupBy === undefined) return labels;
  const own: Partial<Record<LabelName, string>> = {};
  for (const name of groupBy) {
    const value = labels[name];
    if (value !== undefined) own[name] = value;
  }
  return own;
}

export function groupIdOf(route: RouteNode, labels: Labels): string {
  const names = (Object.keys(labels) as LabelName[]).sort();
  return `${route.id} ${names.map((name) => `${name}=${JSON.stringify(labels[name])}`).join(',')}`;
}
