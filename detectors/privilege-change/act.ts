/** Acts: calls that change who may do what, or whether anybody sees it; what each is, and how grave. */
import type { ApiActivity, Severity } from '#contract';

/**
 * What is alerted as one thing: the kind (and its detail) is the object of the alert, so that a burst of calls of a
 * kind by one principal is one alert.
 */
export type ActKind =
  | 'root-user'
  | 'sign-in'
  | 'identity'
  | 'access-key'
  | 'password'
  | 'rights'
  | 'trust'
  | 'organisation'
  | 'exposure'
  | 'network-opening'
  | 'credentials'
  | 'watchers'
  | 'execution'
  | 'compute'
  | 'recovery'
  | 'discovery'
  | 'denied'
  | 'moved-credentials'
  | 'anonymous'
  | 'cluster-rights'
  | 'pod-privilege'
  | 'pod-access';

/**
 * `wrong`: hardly anybody's routine; judged while learning, and only the principal's own history makes it quiet.
 * `grave`: judged while learning; what is usual for the account makes it quiet as well.
 * `notable`: judged once a baseline is ready.
 */
export type Gravity = 'wrong' | 'grave' | 'notable';

export interface Act {
  kind: ActKind;
  gravity: Gravity;
  severity: Severity;
  /** After the principal's name: `switched off`. */
  past: string;
  /** After `tried to`: `switch off`. */
  infinitive: string;
  /** What it was done to, without its name: `the trail`. */
  thing: string;
  /** ATT&CK technique id. */
  attack: string;
  /** What sets this call apart from others of its operation (`public`, `outside 111122223333`); each is a key of its own. */
  facets: readonly string[];
  /** Splits the alert's object further, where single things matter more than the burst. */
  detail?: string;
  /** After the name: `to everybody`. */
  after?: string;
  /** Stands in the sentence in place of the resource's name; empty for none. */
  named?: string;
}

/** An act, or what a call amounts to by its parameters. */
export type ActRule = Act | ((activity: ApiActivity) => Act | undefined);

/** Rules by operation, without the API version that Lambda and CloudFront append. */
export type ActTable = Readonly<Record<string, Readonly<Record<string, ActRule>>>>;

/** `verbs` is `switched off|switch off`. */
export function act(kind: ActKind, gravity: Gravity, severity: Severity, verbs: string, thing: string, attack: string): Act {
  const [past = '', infinitive = ''] = verbs.split('|');
  return { kind, gravity, severity, past, infinitive, thing, attack, facets: [] };
}

/** The graver of two where the call shows it; facets add up. */
export function raised(base: Act, change: Partial<Act>): Act {
  return { ...base, ...change, facets: [...base.facets, ...(change.facets ?? [])] };
}

/** Operations of Lambda and CloudFront carry their API version: `UpdateFunctionCode20150331v2`. */
export function operationOf(activity: ApiActivity): string {
  return activity.operation.replace(/_?20\d\d_?\d\d_?\d\d(?:v\d)?$/, '');
}
