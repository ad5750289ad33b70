/** What is said of remote histories: what they cost before they are read, where they were saved. */
import { number, quantity, sanitize } from '../../alerting/text.ts';
import { wrap } from '../../alerting/sinks/console/width.ts';
import type { EstimateOutcome, SaveOutcome } from './program.ts';
import { quoted } from './replay-options.ts';
import { counted } from './summary.ts';
import { paint, type Terminal } from './terminal.ts';

/** Notes on objects shown; a bucket may hold thousands that vanished. */
const mostNotes = 5;

export function estimateText({ remotes, files, fileBytes, isInterrupted }: EstimateOutcome, terminal: Terminal): string {
  const lines: string[] = [];
  for (const { uri, objects, bytes, requests, usd, basis } of remotes) {
    lines.push(paint(terminal, 'bold', sanitize(uri)));
    lines.push(`  ${counted(objects, 'object')}, ${quantity(bytes, 'bytes')} as stored, ${counted(requests, 'request')}: ${charged(usd)}.`);
    lines.push(...wrap(sanitize(basis), terminal.columns - 2, 12).map((line) => paint(terminal, 'dim', `  ${line}`)));
  }
  if (files > 0) lines.push(`${counted(files, 'file')} beside them (${quantity(fileBytes, 'bytes')}) cost nothing.`);
  if (remotes.length > 1) {
    const bytes = remotes.reduce((sum, remote) => sum + remote.bytes, 0);
    lines.push(`Together ${quantity(bytes, 'bytes')}: ${charged(remotes.reduce((sum, { usd }) => sum + usd, 0))}.`);
  }
  lines.push(isInterrupted ? 'Stopped before the end; nothing was read.' : 'Nothing was read.');
  return `${lines.join('\n')}\n`;
}

function charged(usd: number): string {
  if (usd === 0) return 'AWS charges nothing for it';
  return usd < 0.01 ? 'AWS charges less than 1 cent' : `AWS charges about $${usd.toFixed(2)}`;
}

export function savedText({ objects, bytes, kept, notes, paths, isInterrupted }: SaveOutcome, folder: string): string {
  const there = kept === 0 ? '' : `; ${counted(kept, 'object')} stood there already`;
  const lines = [`${isInterrupted ? 'Stopped before the end. ' : ''}Saved ${counted(objects, 'object')} (${quantity(bytes, 'bytes')}) in ${folder}${there}.`];
  lines.push(...notes.slice(0, mostNotes));
  if (notes.length > mostNotes) lines.push(`And ${number(notes.length - mostNotes)} more notes on objects.`);
  lines.push(`The same again, without an account: fargazer replay ${paths.map(quoted).join(' ')}`);
  return lines.map((line) => `${sanitize(line)}\n`).join('');
}
