/** Templates: the kind of every line of one log, in order, and which kinds turned out to be one. */
import { lineKindTree } from '#baselines';
import type { FargazerEvent, Intake } from '#contract';
import { lineTemplate } from '../../decode/template.ts';
import { openStream } from '../../decode/stream.ts';
import { expandPaths } from '../../sources/file/paths.ts';
import { readChunks } from '../../sources/file/read-chunks.ts';
import type { TemplateOutcome, TemplateSettings } from '../cli/program.ts';

interface Line {
  templateId: string;
  template: string;
}

/** A blank line, or one that is no log record, is a kind of its own: the output has a line for every line. */
const noLine: Line = lineTemplate('');

export async function templates(settings: TemplateSettings): Promise<TemplateOutcome> {
  const [input] = expandPaths([settings.file]).inputs;
  const kinds = new Map<string, string>();
  const state = lineKindTree.empty();
  let waiting: Line[] = [];
  let lines = 0;
  const add = (line: Line): void => {
    lines += 1;
    waiting.push(line);
    if (!kinds.has(line.templateId)) kinds.set(line.templateId, line.template);
  };
  const intake: Intake & { generation: number } = {
    generation: 0,
    take(event: FargazerEvent) {
      // Every line is wanted by itself: nothing may be counted on an event given before.
      intake.generation += 1;
      if (event.kind !== 'log') return event;
      const { line } = event.origin;
      while (line !== undefined && lines < line - 1) add(noLine);
      add({ templateId: event.templateId, template: event.template });
      return event;
    },
  };
  const stream = openStream({
    file: input!.file,
    settings: {},
    intake,
    ...(settings.format === undefined ? {} : { format: settings.format }),
  });
  const flush = async (): Promise<void> => {
    const ready = waiting;
    waiting = [];
    for (const line of ready) {
      const pending = settings.onLine(line);
      if (pending !== undefined) await pending;
    }
  };
  for await (const chunk of readChunks(input!, { onNote: () => undefined })) {
    stream.write(chunk);
    await flush();
    if (settings.signal.aborted) break;
  }
  stream.end();
  await flush();
  for (const [templateId, template] of kinds) {
    lineKindTree.add(state, { templateId, template }, { timeMs: 0, voter: 0, isTaught: true, count: 1 });
  }
  return { lines, merged: mergedOf(state, kinds) };
}

function mergedOf(state: ReturnType<typeof lineKindTree.empty>, kinds: ReadonlyMap<string, string>): Record<string, string> {
  const view = lineKindTree.view(state, { timeMs: 0, isVouched: () => false, isWidened: false });
  const merged = new Map<string, string>();
  for (const [id, template] of kinds) {
    const { id: representative } = view.representative(id, template);
    if (representative !== id) merged.set(id, representative);
  }
  return Object.fromEntries(merged);
}
