/** The sink `console`: an alert as a row for people, with when, how urgent, what happened and how unusual that is. */
import { SinkError, type Alert, type Severity, type Sink } from '#contract';
import { clip, defang, duration, number, quantity, sanitize } from '../../text.ts';
import { fit, wrap } from './width.ts';

export interface ConsoleOptions {
  /** Width of the terminal; at least 40 are used, 80 where there is no terminal. */
  columns: number;
  color: boolean;
  /** The reader's time zone, as IANA names it; UTC alone where absent. */
  timeZone?: string;
}

// The terminal's own colours: 31 red, 33 yellow, 36 cyan; 1 bold, 2 dim.
const colours: Record<Severity, string> = { critical: '1;31', high: '31', medium: '33', low: '36' };
const timeColumns = 'dd Mmm hh:mm'.length;
const severityColumns = 'critical'.length;
/** Two blanks between columns. */
const indent = timeColumns + severityColumns + 4;

/** Rows as wide as `columns`; the time is that of the reader's zone, with UTC beneath it. */
export function console(write: (text: string) => void | Promise<void>, options: ConsoleOptions): Sink {
  const { color, timeZone = 'UTC' } = options;
  const columns = Math.max(40, options.columns);
  const clock = timeIn(timeZone);
  const utc = timeIn('UTC');
  const paint = (code: string, text: string): string => (color && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);

  return {
    name: 'console',
    // Rows are read from the top down.
    concurrency: 1,
    async send(alert) {
      const room = columns - indent;
      const at = new Date(alert.firstSeen);
      const isUtc = timeZone === 'UTC';
      const [title = '', ...more] = wrap(defang(sanitize(clip(alert.title, 400))), room, 3);
      const head = `${clock(at)}  ${paint(colours[alert.severity], alert.severity.padEnd(severityColumns))}  ${paint('1', title)}`;
      const under = [...more.map((line) => paint('1', line)), paint('2', fit(unusual(alert), room))];
      const beneath = isUtc ? 'UTC' : `${utc(at).slice(-5)} UTC`;
      const rows = under.map((line, index) =>
        index === 0 ? `${paint('2', beneath.padStart(timeColumns))}${' '.repeat(indent - timeColumns)}${line}` : `${' '.repeat(indent)}${line}`,
      );
      try {
        await write(`${[head, ...rows].join('\n')}\n`);
      } catch {
        throw new SinkError('write-failed', 'The alert could not be written: the output is closed.', false);
      }
    },
  };
}

/** What was seen beside what is usual, and how often. */
function unusual({ evidence, explanation, count, firstSeen, lastSeen }: Alert): string {
  const { observed, expected, unit } = evidence;
  const said = (value: string | number): string => (typeof value === 'number' ? quantity(value, unit) : value);
  const lasted = Date.parse(lastSeen) - Date.parse(firstSeen);
  const often = count > 1 ? [`${number(count)} times${lasted >= 1000 ? ` in ${duration(lasted)}` : ''}`] : [];
  const parts = [said(observed), `usually ${said(expected)}`, ...often, explanation.history];
  return defang(sanitize(parts.map((part) => clip(part, 400)).join(' · ')));
}

/** `dd Mmm hh:mm` in a zone. */
function timeIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, day: '2-digit', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (at) => {
    if (Number.isNaN(at.getTime())) return 'time unknown';
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts.get('day')} ${parts.get('month')?.slice(0, 3)} ${parts.get('hour')}:${parts.get('minute')}`;
  };
}
