/** A metadata endpoint that answers as a test wants: well, slowly, with errors, or with lies. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';

export type Answering = (response: ServerResponse, request: IncomingMessage) => void;

export interface Endpoint {
  uri: string;
  /** Paths asked so far, in order. */
  asked: string[];
  task: Answering;
  stats: Answering;
}

export const taskId = '0123456789abcdef0123456789abcdef';
export const containerId = `${taskId}-1234567890`;

export function taskAnswer(more: Record<string, unknown> = {}, status = 'RUNNING'): Record<string, unknown> {
  return {
    Cluster: 'arn:aws:ecs:eu-west-1:111122223333:cluster/shop', TaskARN: `arn:aws:ecs:eu-west-1:111122223333:task/shop/${taskId}`,
    Family: 'checkout', Revision: '7', DesiredStatus: 'RUNNING', KnownStatus: status, LaunchType: 'FARGATE',
    Containers: [{ DockerId: containerId, Name: 'app', DockerName: 'app', Image: 'app:1', DesiredStatus: 'RUNNING', KnownStatus: status, Limits: { CPU: 256, Memory: 512 }, CreatedAt: '2026-03-01T11:00:00Z', StartedAt: '2026-03-01T11:00:01Z', Type: 'NORMAL', RestartCount: 0 }],
    ...more,
  };
}

export function statsAnswer(readMs: number, used = 2_000_000_000): Record<string, unknown> {
  return {
    [containerId]: {
      read: new Date(readMs).toISOString(), preread: new Date(readMs - 1_000).toISOString(), name: 'app', id: containerId,
      cpu_stats: { cpu_usage: { total_usage: used }, system_cpu_usage: 20_000_000_000, online_cpus: 2 },
      precpu_stats: { cpu_usage: { total_usage: used - 100_000_000 }, system_cpu_usage: 18_000_000_000, online_cpus: 2 },
      memory_stats: { usage: 104_857_600, stats: { inactive_file: 4_857_600 } },
    },
  };
}

export const json = (value: unknown, headers: Record<string, string> = {}): Answering => (response) => {
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
};

export async function endpoint(context: TestContext): Promise<Endpoint> {
  const made: Endpoint = { uri: '', asked: [], task: json(taskAnswer()), stats: (response, request) => json(statsAnswer(Date.now()))(response, request) };
  const server = createServer((request, response) => {
    made.asked.push(request.url ?? '');
    if (request.url === '/v4/abc/task') made.task(response, request);
    else if (request.url === '/v4/abc/task/stats') made.stats(response, request);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  made.uri = `http://127.0.0.1:${(server.address() as { port: number }).port}/v4/abc`;
  return made;
}
