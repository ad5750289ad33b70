/** One question to the metadata endpoint: bounded in time and size, no redirects, and every way to fail in words. */
import { get, type Agent } from 'node:http';

/** Ten containers answer in some 50 KiB. */
const answerLimitBytes = 1_048_576;

export interface Answer {
  bytes: Buffer;
  value: unknown;
  /** The endpoint's clock as its Date header tells it, in whole seconds; undefined where it does not. */
  dateMs: number | undefined;
}

export type Asked = { answer: Answer } | { failure: string; isThrottled: boolean };

export function ask(url: string, { agent, timeoutMs, signal }: { agent: Agent; timeoutMs: number; signal: AbortSignal }): Promise<Asked> {
  return new Promise((resolve) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const fail = (failure: string, isThrottled = false): void => resolve({ failure, isThrottled });
    const failed = (error: Error): void => (limit.aborted ? fail(`gave no answer within ${timeoutMs} ms`, true) : fail(`could not be asked (${'code' in error ? String(error.code) : error.message})`));
    const request = get(url, { agent, signal: AbortSignal.any([signal, limit]), headers: { accept: 'application/json' } }, (response) => {
      const { statusCode = 0 } = response;
      response.on('error', failed);
      if (statusCode !== 200) {
        response.resume();
        return fail(statusCode >= 300 && statusCode < 400 ? `answered with a redirect (${statusCode}), which is not followed` : `answered with status ${statusCode}`, statusCode === 429 || statusCode >= 500);
      }
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes <= answerLimitBytes) return void parts.push(part);
        fail('answered with over 1 MiB, which was cut off');
        response.destroy();
      });
      response.on('end', () => {
        const whole = Buffer.concat(parts);
        const dateMs = Date.parse(response.headers.date ?? '');
        try {
          resolve({ answer: { bytes: whole, value: JSON.parse(whole.toString()) as unknown, dateMs: Number.isNaN(dateMs) ? undefined : dateMs } });
        } catch {
          fail('answered with what is no JSON');
        }
      });
      response.on('close', () => fail('broke off within its answer'));
    });
    request.on('error', failed);
  });
}
