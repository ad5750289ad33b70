/** Run inside a task: sends log lines to a sidecar by the forward protocol. `flood.ts PORT LINES PER_SECOND`; 0 is as fast as they are acknowledged. */
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from '@msgpack/msgpack';
import { taskArn } from '../../test/range/place.ts';

const [port = 0, lines = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const linesAtOnce = perSecond === 0 ? 500 : Math.max(1, Math.round(perSecond / 5));
/** Chunks under way before an acknowledgement is waited for. */
const windowSize = 8;

/** What a service says: some twenty kinds of lines with numbers in them. */
function line(number: number): string {
  const kind = number % 20;
  return JSON.stringify({ level: kind === 19 ? 'warn' : 'info', message: `step ${'abcdefghijklmnopqrst'[kind]} of order ${(number * 7_919) % 100_000} took ${number % 97} ms`, worker: number % 4 });
}

const socket = connect(port, '127.0.0.1');
let acknowledged = 0;
let heard = '';
socket.on('data', (part: Buffer) => {
  heard += part.toString('latin1');
  const found = heard.match(/chunk-\d+/g) ?? [];
  acknowledged += found.length;
  heard = heard.slice(heard.lastIndexOf('chunk-') < 0 ? 0 : heard.lastIndexOf('chunk-') + 6);
});
socket.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});

const startMs = performance.now();
let sent = 0;
let chunks = 0;
while (sent < lines) {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const count = Math.min(linesAtOnce, lines - sent);
  const entries = Array.from({ length: count }, (_, index) => [nowSeconds, { log: line(sent + index), container_name: '/ecs-shop-7-app', source: 'stdout', ecs_cluster: 'prod', ecs_task_arn: taskArn, ecs_task_definition: 'shop:7' }]);
  chunks += 1;
  socket.write(encode(['app-firelens-6a1f', entries, { chunk: `chunk-${chunks}` }]));
  sent += count;
  if (perSecond > 0) await sleep(Math.max(0, (sent / perSecond) * 1_000 - (performance.now() - startMs)));
  else while (chunks - acknowledged > windowSize && !socket.destroyed) await sleep(1);
}
while (acknowledged < chunks && !socket.destroyed) await sleep(5);
console.log(JSON.stringify({ sent, acknowledged, chunks, tookMs: Math.round(performance.now() - startMs) }));
socket.end();
