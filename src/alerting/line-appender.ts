/** Alerts appended to a file, a line each; what a crash left half written stays a line of its own. */
import { open } from 'node:fs/promises';
import { SinkError } from '#contract';

/** Appends a line and its end in one write. One at a time: whoever appends says so by its concurrency. */
export function lineAppender(path: string, output: string): (line: string) => Promise<void> {
  let mayBeHalf = true;
  return async (line) => {
    try {
      const file = await open(path, 'a+', 0o600);
      try {
        const gap = mayBeHalf && (await endsWithin(file)) ? '\n' : '';
        mayBeHalf = true;
        await file.appendFile(`${gap}${line}\n`);
        mayBeHalf = false;
      } finally {
        await file.close();
      }
    } catch (error) {
      throw fileFailure(error, output);
    }
  };
}

async function endsWithin(file: Awaited<ReturnType<typeof open>>): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
}

/** Full disks and files out of reach for now are tried again; a path that can be no file is not. */
function fileFailure(error: unknown, output: string): SinkError {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
  const isRetryable = /^(?:ENOSPC|EDQUOT|EIO|EMFILE|ENFILE|EAGAIN|EBUSY|ETIMEDOUT|ESTALE)$/.test(code);
  return new SinkError('write-failed', `The alert could not be appended to the file of the output ${output} (${/^[A-Z0-9]{1,20}$/.test(code) ? code : 'unknown'}).`, isRetryable);
}
