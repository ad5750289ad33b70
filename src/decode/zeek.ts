/** Zeek logs (conn, dns), as tab-separated text and as JSON; other Zeek logs are counted and not judged. */
import type { DecodeSettings, Decoded, Decoder, JsonValue, RawRecord } from '#contract';
import { isObject } from './fields.ts';
import { zeekConnection, zeekLookup, type ZeekFields } from './zeek-events.ts';

/** Header lines that mean something to the rows after them. */
interface Header {
  path: string;
  fields: string[];
  separator: string;
  setSeparator: string;
  unset: string;
  empty: string;
}

/** Fields of a row that are looked at; Zeek's widest logs have about 60. */
const fieldLimit = 200;

export const zeek: Decoder = {
  id: 'zeek',
  title: 'Zeek conn and dns logs, tab-separated or JSON',
  source: 'https://docs.zeek.org/en/master/log-formats.html, https://docs.zeek.org/en/master/logs/conn.html, https://docs.zeek.org/en/master/logs/dns.html',
  feed: 'zeek',
  framing: 'lines',
  recognise([first]) {
    if (first === undefined) return 0;
    return /^#(?:separator|set_separator|fields|path)[ \t]/.test(first.text) ? 1 : 0;
  },
  accepts: isZeekObject,
  open(settings) {
    let header: Header | undefined;
    return {
      decode(record) {
        if (record.value !== undefined) {
          if (!isZeekObject(record.value)) return { unreadable: 'zeek: an object with ts, uid and id.orig_h was expected' };
          return decodeFields(record, pathOf(record.value), (name) => fieldOf(record.value, name), settings);
        }
        if (record.text.startsWith('#')) {
          header = readHeader(record.text, header);
          return { skipped: 'header' };
        }
        if (header === undefined || header.fields.length === 0) return { unreadable: 'zeek: a #fields line was expected before the first row' };
        const { path, fields, separator, unset, empty, setSeparator } = header;
        const row = record.text.split(separator, fieldLimit);
        if (row.length < fields.length) return { unreadable: 'zeek: a row with fewer columns than #fields names' };
        return decodeFields(
          record,
          path,
          (name) => {
            const value = row[fields.indexOf(name)];
            if (value === undefined || value === unset) return undefined;
            if (name === 'answers') return value === empty ? [] : value.split(setSeparator, fieldLimit);
            return value === empty ? '' : value;
          },
          settings,
        );
      },
    };
  },
};

function decodeFields(record: RawRecord, path: string, fields: ZeekFields, settings: DecodeSettings): Decoded {
  if (path === 'conn') return zeekConnection(record, fields, settings);
  if (path === 'dns') return zeekLookup(record, fields, settings);
  return { skipped: `zeek ${/^\w{1,30}$/.test(path) ? path : 'log of another kind'} is not judged` };
}

function readHeader(text: string, before: Header | undefined): Header {
  const header = before ?? { path: '', fields: [], separator: '\t', setSeparator: ',', unset: '-', empty: '(empty)' };
  const separator = /^#separator \\x([0-9a-f]{2})$/i.exec(text)?.[1];
  if (separator !== undefined) return { ...header, separator: String.fromCharCode(Number.parseInt(separator, 16)) };
  const [name, ...values] = text.split(header.separator, fieldLimit);
  const [value = ''] = values;
  if (name === '#fields') return { ...header, fields: values };
  if (name === '#path') return { ...header, path: value };
  if (name === '#set_separator' && value !== '') return { ...header, setSeparator: value };
  if (name === '#unset_field') return { ...header, unset: value };
  if (name === '#empty_field') return { ...header, empty: value };
  return header;
}

function isZeekObject(value: JsonValue): boolean {
  if (!isObject(value) || typeof value.uid !== 'string' || value.ts === undefined) return false;
  return typeof value['id.orig_h'] === 'string' || typeof value.id_orig_h === 'string';
}

/** JSON rows name their log in `_path` or `@stream`, or not at all: then its own fields tell. */
function pathOf(value: JsonValue | undefined): string {
  if (!isObject(value)) return '';
  if (typeof value._path === 'string') return value._path;
  if (typeof value['@stream'] === 'string') return value['@stream'];
  if (typeof value.conn_state === 'string') return 'conn';
  return typeof value.query === 'string' || typeof value.qtype_name === 'string' ? 'dns' : '';
}

/** `id.orig_h`, which some shippers write `id_orig_h`. */
function fieldOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, name)) return value[name] ?? undefined;
  const other = name.replace('.', '_');
  return Object.hasOwn(value, other) ? (value[other] ?? undefined) : undefined;
}
