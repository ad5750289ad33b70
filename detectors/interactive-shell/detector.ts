/**
 * Interactive shell: a shell or interpreter is led from elsewhere: its standard streams are a connection, it takes its
 * commands from a pipe, somebody sits at a terminal, or its text joins a shell with the network.
 *
 * Detects          reverse shells, bind shells, `nc | sh`, downloads piped into a shell, terminals made to improve a
 *                  shell (`script`, pty), ECS Exec and other sessions inside the container (told as such).
 * Blind spots      shells whose every command is started anew by the application; payloads that speak for themselves
 *                  without a shell; without the right to read other processes only what arguments tell.
 * False positives  programs that are run by connection (inetd and the like), people who use ECS Exec at work: teach
 *                  them, or say in `areSessionsUsual` that sessions by ECS Exec are usual.
 * Baseline         which parent started which shell in which of these ways, per service.
 * Triage           the far address; the lineage down to the first program that is the application's own; what was
 *                  typed or started since.
 */
import { z } from 'zod';
import { seen } from '#baselines';
import { defineDetector, type ProcessActivity, type ProcessSeen, type Severity } from '#contract';
import { plainName, processSaid, quoted, said, titled } from '../process-phrase.ts';
import { sessionKey, sessionOf, type Session } from './session.ts';

export const interactiveShell = defineDetector({
  id: 'interactive-shell',
  title: 'Shell or interpreter is led from elsewhere',
  severity: 'high',
  attack: ['T1059.004', 'T1609'],
  reads: 'process',
  scope: 'owner',
  judgesWhileLearning: true,
  options: z.strictObject({
    areSessionsUsual: z.boolean().default(false).describe('Sessions of people by ECS Exec are usual and never told.'),
  }),

  baseline: {
    sessions: seen(({ activity }: ProcessSeen) => {
      if (activity.activity !== 'launch' && activity.activity !== 'stream') return undefined;
      const session = sessionOf(activity);
      return session === undefined ? 'no session' : sessionKey(session, activity);
    }),
  },

  judge({ sessions }, { activity }, { areSessionsUsual }, { name }) {
    if (activity.activity !== 'launch' && activity.activity !== 'stream') return undefined;
    const session = sessionOf(activity);
    if (session === undefined || (session.isExec && areSessionsUsual)) return undefined;
    const key = sessionKey(session, activity);
    if (sessions.of(key).isUsual) return undefined;
    // Whoever starts a container by hand has a terminal; that alone is no news before anything is known.
    if (!sessions.isReady && session.kind !== 'connection' && session.kind !== 'text') return undefined;
    const severity = severityOf(session);
    const first = activity.lineage[0];
    return {
      object: plainName(`${key}${peerSaid(activity)}`),
      title: titled(titleOf(session, activity, name)),
      summary: `${processSaid(activity)}; ${because(session, activity)}.`,
      observed: `${session.kind}${activity.streamPeer === undefined ? '' : ` with ${plainName(activity.streamPeer, 64)}`}`,
      expected: 'a shell that runs what the service gives it',
      unit: 'session',
      score: severity === 'critical' ? 0.98 : severity === 'high' ? 0.9 : 0.75,
      severity,
      attack: session.isExec ? ['T1609'] : session.kind === 'connection' || session.kind === 'text' ? ['T1059.004', 'T1095'] : ['T1059.004'],
      quiet: 'The same shell from the same parent in the same way during a teaching or on 3 days.',
      lookFirst: session.isExec
        ? 'Who asked for the session: `ExecuteCommand` or `StartSession` in CloudTrail at that minute.'
        : `${first === undefined ? 'Which program holds the other end' : `What made ${said(first)} start it`}, and what the shell ran since.`,
    };
  },
});

/** Another far side is another session. Its port says nothing where it called in. */
function peerSaid({ streamPeer = '' }: ProcessActivity): string {
  const address = streamPeer.replace(/:\d+$/, '');
  return address === '' ? '' : ` with ${address}`;
}

function severityOf({ kind, isExec, isMadeTerminal }: Session): Severity {
  if (isExec) return 'medium';
  if (kind === 'connection') return 'critical';
  return kind === 'text' || kind === 'commands' || isMadeTerminal ? 'high' : 'medium';
}

function titleOf({ kind, isExec, isMadeTerminal }: Session, activity: ProcessActivity, name: string): string {
  const shell = said(activity.program).slice(1, -1);
  if (isExec) return `${name} has a session of ECS Exec at ${shell}`;
  switch (kind) {
    case 'connection':
      return `${name} has ${shell} led over the connection with ${plainName(activity.streamPeer ?? '', 64)}`;
    case 'commands':
      return `${name} has ${shell} take its commands from a pipe`;
    case 'terminal':
      return `${name} has ${shell} at a terminal${isMadeTerminal ? ' that a program inside made' : ''}`;
    case 'interactive':
      return `${name} started ${shell} to be used by hand`;
    case 'text':
      return `${name} started ${shell} with text that joins a shell with the network`;
  }
}

function because({ kind, isExec, isMadeTerminal }: Session, { streamPeer = '', streams = ['unknown', 'unknown', 'unknown'] }: ProcessActivity): string {
  if (isExec) return 'an agent of AWS Systems Manager stands above it, so it is most likely a person at work';
  switch (kind) {
    case 'connection':
      return `its standard streams are the connection with ${quoted(streamPeer)}: whoever is there gives it commands`;
    case 'commands':
      return `its standard streams are ${streams.join(', ')}: it runs whatever is written to it`;
    case 'terminal':
      return isMadeTerminal ? 'its terminal was made by a program above it, as is done to use a shell more easily' : 'somebody sits at its terminal, or a program pretends so';
    case 'interactive':
      return 'it was asked to talk with somebody';
    case 'text':
      return 'its arguments connect a shell with an address';
  }
}
