/** What was done to a file, how grave that is by the file's concern, and the keys by which it is usual. */
import type { FileActivity, FileConcern, Severity } from '#contract';
import { baseName, maskedPath, pathKey, toolName } from '../program-key.ts';

export interface Act {
  done: 'read' | 'changed' | 'removed' | 'emptied';
  severity: Severity;
  score: number;
  attack: string;
  /** Wrong before anything is known. */
  isGrave: boolean;
}

interface Weight {
  severity: Severity;
  score: number;
  attack: string;
  isGrave?: boolean;
}

const changing: Readonly<Record<FileConcern, Weight>> = {
  accounts: { severity: 'high', score: 0.93, attack: 'T1136.001', isGrave: true },
  sudoers: { severity: 'high', score: 0.93, attack: 'T1548.003', isGrave: true },
  cron: { severity: 'high', score: 0.9, attack: 'T1053.003' },
  'ssh-keys': { severity: 'high', score: 0.93, attack: 'T1098.004', isGrave: true },
  loader: { severity: 'critical', score: 0.96, attack: 'T1574.006', isGrave: true },
  'start-up': { severity: 'high', score: 0.88, attack: 'T1546.004' },
  credentials: { severity: 'medium', score: 0.75, attack: 'T1098' },
  logs: { severity: 'medium', score: 0.75, attack: 'T1070.002' },
  executable: { severity: 'medium', score: 0.82, attack: 'T1105' },
  application: { severity: 'high', score: 0.86, attack: 'T1554' },
  certificates: { severity: 'high', score: 0.85, attack: 'T1553.004' },
  resolver: { severity: 'medium', score: 0.8, attack: 'T1557' },
};

/** Tools whose trade is to check passwords. */
const checksPasswords = /^(?:su|sudo|login|sshd.*|unix_chkpwd|passwd|chage|doas|cron|crond|useradd|usermod|pwck)$/;
const secretAccounts = /\/g?shadow-?$|\/opasswd$|\/master\.passwd$/;
/** Written by runtimes beside the code that they run. */
const ownCache = /\/__pycache__\/|\.py[co]$|\/node_modules\/\.cache\/|\.(?:log|pid|sock|lock|tmp|swp|sqlite-journal|db-wal|db-shm)$|\/(?:cache|tmp|logs?)\//;

function readingOf({ concern, path, program }: FileActivity): Weight | undefined {
  if (secretAccounts.test(path)) return program !== undefined && checksPasswords.test(toolName(program)) ? undefined : { severity: 'high', score: 0.88, attack: 'T1003.008' };
  if (concern !== 'credentials' && concern !== 'ssh-keys') return undefined;
  if (/\/\.?ssh\//.test(path)) return /\.pub$|\/(?:known_hosts|authorized_keys2?|sshd?_config|config)$/.test(path) ? undefined : { severity: 'medium', score: 0.8, attack: 'T1552.004' };
  return { severity: 'high', score: 0.85, attack: 'T1552.001' };
}

export function actOf(activity: FileActivity): Act | undefined {
  const { concern, path, isExecutable, hasSetId, sizeBytes } = activity;
  const isGone = activity.activity === 'delete';
  if (activity.activity === 'open') {
    const weight = readingOf(activity);
    return weight === undefined ? undefined : { ...weight, done: 'read', isGrave: false };
  }
  if (hasSetId && !isGone) return { done: 'changed', severity: 'high', score: 0.93, attack: 'T1548.001', isGrave: true };
  if (concern === 'executable' && (isGone || !isExecutable)) return undefined;
  if (concern === 'application' && ownCache.test(path)) return undefined;
  const isEmptied = concern === 'logs' && activity.activity === 'update' && sizeBytes === 0;
  if (concern === 'logs' && !isGone && !isEmptied) return undefined;
  const { isGrave = false, ...weight } = changing[concern];
  // A library beside others is loaded by who asks for it; these files make every program load one.
  if (concern === 'loader' && !/\/ld\.so\.(?:preload|conf)|\/ld\.so\.conf\.d\//.test(path)) Object.assign(weight, { severity: 'high', score: 0.85 });
  return { ...weight, isGrave: isGrave && !isGone, done: isGone ? 'removed' : isEmptied ? 'emptied' : 'changed' };
}

/** Where it matters more that a file changes than who changes it: the sensor cannot always tell who did. */
const byPathAlone = new Set<FileConcern>(['logs', 'application', 'executable', 'resolver']);

export interface FileKeys {
  path: string;
  /** With who did it. */
  byWhom: string;
  byUnknown: string;
  /** All files of that ending in the folder, by the same program; for logs by any. */
  folder: string;
}

export function keysOf({ concern, path, program }: FileActivity, { done }: Act): FileKeys {
  const masked = maskedPath(path);
  const at = masked.lastIndexOf('/');
  const ending = /\.[A-Za-z]{1,8}$/.exec(baseName(masked))?.[0] ?? '';
  const who = program === undefined ? '?' : pathKey(program);
  const key = `${concern} ${done} ${masked}`;
  const folder = `${concern} ${done} ${masked.slice(0, at)}/*${concern === 'logs' ? '' : `${ending} by ${who}`}`;
  return { path: key, byWhom: `${key} by ${who}`, byUnknown: `${key} by ?`, folder };
}

/** What of these keys makes it usual. */
export function isUsual(keys: FileKeys, { concern, program }: FileActivity, isKnown: (key: string) => boolean): boolean {
  if (byPathAlone.has(concern) && isKnown(keys.path)) return true;
  if (isKnown(keys.byWhom) || (isKnown(keys.path) && (program === undefined || isKnown(keys.byUnknown)))) return true;
  return (concern === 'logs' || (concern === 'application' && program !== undefined)) && isKnown(keys.folder);
}
