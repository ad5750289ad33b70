/** Standard input as chunks of bytes; a broken pipe ends it with a note. */

export async function* readStdin(onNote: (note: string) => void): AsyncGenerator<Buffer, void, void> {
  if (process.stdin.isTTY) {
    onNote('Standard input is a terminal: nothing was read. Pipe a file into it.');
    return;
  }
  let readBytes = 0;
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      readBytes += bytes.length;
      yield bytes;
    }
  } catch {
    onNote(`Standard input broke off. ${readBytes} bytes were read and are kept.`);
  }
}
