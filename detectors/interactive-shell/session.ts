/** Whether a shell or interpreter is led from elsewhere: by a connection, by a pipe it takes commands from, by a terminal, or by what its text says. */
import type { ProcessActivity, Program } from '#contract';
import { kindOfProgram } from '../program-kinds.ts';
import { invocationOf, nameOf, pathKey, programKey, toolName } from '../program-key.ts';

export interface Session {
  kind: 'connection' | 'commands' | 'terminal' | 'interactive' | 'text';
  /** By ECS Exec or an agent of Session Manager. */
  isExec: boolean;
  /** A terminal made by a program inside: `script`, a pty of Python's. */
  isMadeTerminal: boolean;
}

const agent = /^(?:amazon-ssm-agent|ssm-agent-worker|ssm-session-worker|ssm-session-logger|execute-command)/;
const attended = /^(?:sshd.*|login|agetty|getty)$/;

/** Text that connects a shell's streams with the network; each needs two of its kind of words. */
const ledText: readonly RegExp[] = [
  /\/dev\/(?:tcp|udp)\/[^\s/]+\/\d/,
  /\b(?:nc|ncat|netcat)\b[^|;]*\s(?:-[a-z]*[ec]\b|--(?:sh-)?exec\b|--sh-exec)/,
  /\bsocat\b[^|;]*\b(?:exec|system)\b:/i,
  /\bsocket\b[\s\S]*(?:dup2|pty\.spawn|subprocess|\bsh\b|exec[lv]p?\b)/i,
  /\bpty\b[\s\S]*\bspawn\b/,
  /\bmkfifo\b[\s\S]*\b(?:nc|ncat|netcat|telnet|openssl)\b/,
  /\bnet\.(?:connect|Socket|createConnection)\b[\s\S]*\b(?:spawn|exec)\b/,
  /\bfsockopen\b[\s\S]*\b(?:exec|proc_open|system)\b/i,
  /\bTCPSocket\b[\s\S]*\b(?:exec|popen|spawn)\b/i,
  /\bopenssl\b[^|;]*\bs_client\b[\s\S]*\b(?:ba|da|z)?sh\b/,
];

function isLoopback(peer: string): boolean {
  return /^(?:127\.|\[?::1\]?:|\[?::ffff:127\.)/.test(peer);
}

/** Programs that speak on standard streams by trade. */
const activated = /^(?:inetd|xinetd|systemd|tcpserver|s6-tcpserver.*|sshd.*|php-fpm.*|uwsgi|lighttpd|httpd|apache2|fcgiwrap|spawn-fcgi)$/;

export function sessionOf(activity: ProcessActivity): Session | undefined {
  const { program, lineage, arguments: words, streams, streamPeer = '' } = activity;
  if (activity.foundBy === 'open') return undefined;
  const kind = kindOfProgram(toolName(program, words));
  const isLed = kind === 'shell' || kind === 'interpreter';
  const isExec = lineage.some((one) => agent.test(nameOf(one)) || agent.test(one.name));
  const made = lineage.find((one) => /^(?:script|socat|expect|tmux.*|screen|unbuffer)$/.test(nameOf(one)) || kindOfProgram(toolName(one)) === 'interpreter');
  const session = (of: Session['kind']): Session => ({ kind: of, isExec, isMadeTerminal: of === 'terminal' && !isExec && made !== undefined });
  const [input = 'unknown', output = 'unknown', errors = 'unknown'] = streams ?? [];
  if (streamPeer !== '' && (input === 'socket' || output === 'socket')) {
    const parent = lineage[0];
    const isServed = parent !== undefined && activated.test(nameOf(parent));
    // Interpreters may serve one caller on their streams; a program that only prints into a connection is led by nobody.
    if (isLed && !(isServed && isLoopback(streamPeer))) return session('connection');
    if (!isLed && input === 'socket' && output === 'socket' && !isServed) return session('connection');
  }
  if (activity.activity !== 'launch' || !isLed) return textSession(activity, session);
  const called = invocationOf(activity);
  if (input === 'terminal' && (kind === 'shell' || called?.kind === 'interactive') && !lineage.some((one) => attended.test(nameOf(one)))) return session('terminal');
  if (called?.kind === 'interactive') return session('interactive');
  const isPiped = (input === 'pipe' || input === 'socket') && (output === 'pipe' || output === 'socket') && (errors === 'pipe' || errors === 'socket');
  if (called?.kind === 'stdin' && (kind === 'shell' || called.what === '') && isPiped) return session('commands');
  return textSession(activity, session);
}

function textSession({ arguments: words, activity }: ProcessActivity, session: (kind: Session['kind']) => Session): Session | undefined {
  if (activity !== 'launch' || words.length < 2) return undefined;
  const text = words.join(' ').slice(0, 4_096);
  return ledText.some((pattern) => pattern.test(text)) ? session('text') : undefined;
}

export function sessionKey(session: Session, activity: ProcessActivity): string {
  const parent: Program | undefined = activity.lineage[0];
  const own = session.kind === 'text' ? programKey(activity) : pathKey(activity.program, activity.arguments);
  return `${session.kind} ${parent === undefined ? '' : `${pathKey(parent)} → `}${own}`;
}
