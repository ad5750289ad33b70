/** What a process pretends to be: a thread of the kernel, a daemon of the system, a name that only looks like one. */
import type { ProcessActivity } from '#contract';
import { kindOfProgram } from '../program-kinds.ts';
import { baseName, isSystemPlace, isWritablePlace } from '../program-key.ts';

export interface Pretence {
  kind: 'kernel' | 'place' | 'name' | 'look-alike' | 'blank';
  /** What it calls itself. */
  claimed: string;
  /** What it would be if the name were true. */
  model: string;
}

/** Threads of the kernel; none lives in a container's process namespace. */
const kernelThread = /^(?:kthreadd|kworker\/|ksoftirqd\/|migration\/|rcu_(?:sched|bh|preempt|gp|par_gp|tasks)|rcuo[a-z]?\/|kswapd\d|khugepaged|ksmd|kdevtmpfs|kauditd|khungtaskd|oom_reaper|kcompactd|kblockd|kintegrityd|kthrotld|watchdogd?\/|cpuhp\/|idle_inject\/|jbd2\/|xfsaild\/|scsi_eh_|netns$|writeback$|kdmflush|nvme-wq|ata_sff|irq\/\d)/;
const bracketed = /^\[[\w/:.+-]{2,40}\]$/;

/** Programs whose names people let pass; nobody else has reason to bear them. */
const daemons = new Set(
  'sshd systemd systemd-journald systemd-logind systemd-udevd systemd-resolved systemd-networkd init cron crond atd dbus-daemon rsyslogd syslogd auditd agetty getty login udevd polkitd chronyd ntpd snapd containerd dockerd kubelet runc nginx httpd apache2 haproxy envoy mysqld mariadbd postgres redis-server memcached php-fpm amazon-ssm-agent ssm-agent-worker ssm-session-worker fluent-bit fluentd java node python3 bash'.split(' '),
);

/** One program under two names. */
const aliases: readonly (readonly [claimed: RegExp, real: RegExp])[] = [
  [/^(?:httpd|apache2)$/, /^(?:httpd|apache2)/],
  [/^(?:init|systemd.*|udevd)$/, /^(?:systemd|init|udevadm|sysvinit|openrc)/],
  [/^(?:cron|crond|syslogd|init|getty|login)$/, /^(?:cron|crond|busybox|toybox|rsyslogd|agetty|login|supercronic|anacron)/],
  [/^(?:mysqld|mariadbd)$/, /^(?:mysqld|mariadbd)/],
  [/^postgres$/, /^post(?:gres|master)/],
  [/^node$/, /^(?:node|nodejs|bun|deno|electron)/],
  [/^bash$/, /^(?:r?bash|sh)/],
  [/^(?:redis-server)$/, /^(?:redis|valkey)/],
  [/^ssm|^amazon-ssm/, /^(?:ssm|amazon-ssm)/],
];

/** Letters that look like others: what a reader takes the name for. */
const lookAlikes: Readonly<Record<string, string>> = { а: 'a', е: 'e', о: 'o', р: 'p', с: 'c', х: 'x', у: 'y', і: 'i', ѕ: 's', ԁ: 'd', һ: 'h', ո: 'n', ɡ: 'g', ο: 'o', α: 'a', ν: 'v', ρ: 'p', '\u0131': 'i' };

/** `/usr/sbin/sshd -D` and `sshd: user` are both `sshd`. */
function claimOf(word: string): string {
  return baseName(word.split(/[\s:]/, 1)[0] ?? '').replace(/^-/, '');
}

function isAlias(claimed: string, real: string): boolean {
  if (real.startsWith(claimed) || (claimed.length >= 15 && real.startsWith(claimed.slice(0, 15)))) return true;
  if (real.length >= 3 && claimed.startsWith(real)) return true;
  return aliases.some(([one, other]) => one.test(claimed) && other.test(real));
}

function isOddPlace(path: string): boolean {
  return isWritablePlace(path) || /^\/(?:var|home|root|dev|run|srv|mnt|media|proc|sys)\//.test(path) || /\/\.[^/]/.test(path);
}

/** One letter changed, left out, added, or two changed places. */
function isOneStepFrom(name: string, model: string): boolean {
  if (name === model || Math.abs(name.length - model.length) > 1) return false;
  let at = 0;
  while (at < name.length && name[at] === model[at]) at += 1;
  if (name.length === model.length) {
    if (name.slice(at + 1) === model.slice(at + 1)) return true;
    return name[at] === model[at + 1] && name[at + 1] === model[at] && name.slice(at + 2) === model.slice(at + 2);
  }
  return name.length > model.length ? name.slice(at + 1) === model.slice(at) : name.slice(at) === model.slice(at + 1);
}

const longDaemons = [...daemons].filter((name) => name.length >= 5);

export function pretenceOf(activity: ProcessActivity): Pretence | undefined {
  const { program, arguments: words, foundBy } = activity;
  const { path, name } = program;
  const real = baseName(path);
  const asked = (words[0] ?? '').slice(0, 256);
  for (const called of [asked, name]) {
    const inside = bracketed.test(called) ? called.slice(1, -1) : called;
    if (kernelThread.test(inside) || (bracketed.test(called) && called !== real)) return { kind: 'kernel', claimed: called, model: 'a thread of the kernel' };
  }
  if (real !== '') {
    const plain = real.trim();
    if (real !== plain || plain === '' || /^\.{2,}$/.test(plain)) return { kind: 'blank', claimed: real, model: 'a name that a list does not show' };
    const skeleton = [...real.normalize('NFKC')].map((letter) => lookAlikes[letter] ?? letter).join('').replace(/\p{Cf}/gu, '');
    if (skeleton !== real && (daemons.has(skeleton) || kindOfProgram(skeleton) !== 'other')) return { kind: 'look-alike', claimed: real, model: skeleton };
    if (!isSystemPlace(path) && isOddPlace(path)) {
      if (daemons.has(real) || kindOfProgram(real) !== 'other') return { kind: 'place', claimed: real, model: real };
      const model = longDaemons.find((daemon) => isOneStepFrom(real, daemon));
      if (model !== undefined) return { kind: 'look-alike', claimed: real, model };
    }
  }
  if (real === '' || foundBy === 'open') return undefined;
  for (const called of [asked, name]) {
    const claimed = claimOf(called);
    if (!daemons.has(claimed) || isAlias(claimed, real)) continue;
    // A script of that name is run by its interpreter, which bears the script's name.
    if (called === name && baseName(words[1] ?? '') === name) continue;
    return { kind: 'name', claimed: called, model: claimed };
  }
  return undefined;
}
