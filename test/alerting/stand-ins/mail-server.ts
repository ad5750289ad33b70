/** A real SMTP server on a loopback port, and a reader of what it took. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { localhostCertificate, localhostKey } from './localhost-certificate.ts';
import { wrongCertificate, wrongCertificateKey } from './wrong-certificate.ts';

export interface ReadMail {
  raw: string;
  /** Names in lower case, values unfolded; one that stands twice is joined by a line feed. */
  headers: Map<string, string>;
  subject: string;
  /** Decoded bodies by content type. */
  parts: Map<string, string>;
}

export interface TakenMail extends ReadMail {
  from: string;
  to: string[];
  isSecure: boolean;
  user: string | undefined;
}

export interface MailServer {
  port: number;
  mails: TakenMail[];
  /** Connections that came, whatever became of them. */
  connections: number;
  close(): Promise<void>;
}

export interface MailServerSettings {
  tls: 'starttls' | 'implicit' | 'none';
  hasWrongCertificate?: boolean;
  /** User name and password that it wants; nobody logs in where absent. */
  login?: [string, string];
  /** Answers that go wrong: at the sender, a recipient, the content. */
  refuse?: { at: 'from' | 'to' | 'data' | 'auth'; status: number; only?: string };
}

export function openMailServer({ tls, hasWrongCertificate = false, login, refuse }: MailServerSettings): Promise<MailServer> {
  const fault = (text = 'not today'): Error => Object.assign(new Error(text), { responseCode: refuse?.status ?? 500 });
  const options: SMTPServerOptions = {
    secure: tls === 'implicit', logger: false, disableReverseLookup: true, closeTimeout: 100,
    key: hasWrongCertificate ? wrongCertificateKey : localhostKey, cert: hasWrongCertificate ? wrongCertificate : localhostCertificate,
    disabledCommands: [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(login === undefined ? ['AUTH'] : [])],
    authOptional: login === undefined,
    onConnect(_, done) {
      server.connections += 1;
      done();
    },
    onAuth({ username, password }, _, done) {
      if (refuse?.at === 'auth') return done(fault(`bad log-in for ${username} ${Buffer.from(password ?? '').toString('base64')}`));
      if (login === undefined || username !== login[0] || password !== login[1]) return done(Object.assign(new Error(`bad log-in ${password}`), { responseCode: 535 }));
      return done(null, { user: username });
    },
    onMailFrom(_, __, done) {
      done(refuse?.at === 'from' ? fault() : null);
    },
    onRcptTo({ address }, _, done) {
      done(refuse?.at === 'to' && (refuse.only === undefined || refuse.only === address) ? fault() : null);
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse?.at === 'data') return done(fault());
        const raw = Buffer.concat(chunks).toString();
        const { mailFrom, rcptTo } = session.envelope;
        server.mails.push({ ...readMail(raw), from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map(({ address }) => address), isSecure: session.secure === true, user: session.user });
        return done();
      });
    },
  };
  const smtp = new SMTPServer(options);
  // Clients that go away in a handshake are what some tests are about.
  smtp.on('error', () => undefined);
  const server: MailServer = { port: 0, mails: [], connections: 0, close: () => new Promise((resolve) => smtp.close(() => resolve())) };
  return new Promise((resolve) => {
    const listening = smtp.listen(0, '127.0.0.1', () => {
      server.port = (listening.address() as AddressInfo).port;
      resolve(server);
    });
  });
}

/** RFC 5322 and MIME as far as our mails go: parts in parts, encoded words, quoted-printable and base64. */
export function readMail(raw: string): ReadMail {
  const { headers, body } = split(raw);
  return { raw, headers, subject: words(headers.get('subject') ?? ''), parts: new Map(partsOf(headers, body)) };
}

/** By their type, those inside of others too. */
function partsOf(headers: ReadonlyMap<string, string>, body: string): [type: string, text: string][] {
  const type = headers.get('content-type') ?? '';
  const boundary = /boundary="([^"]+)"/.exec(type)?.[1];
  if (boundary === undefined) return [[/^[\w/]+/.exec(type)?.[0] ?? '', decoded(body, headers.get('content-transfer-encoding') ?? '7bit')]];
  return body.split(`--${boundary}`).slice(1, -1).flatMap((piece) => {
    const part = split(piece.replace(/^\r\n/, ''));
    return partsOf(part.headers, part.body);
  });
}

function split(text: string): { headers: Map<string, string>; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const headers = new Map<string, string>();
  for (const line of text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
  }
  return { headers, body: text.slice(end + 4) };
}

function decoded(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  const plain = encoding === 'quoted-printable' ? fromQuoted(body.replace(/=\r\n/g, '')) : body;
  return plain.replaceAll('\r\n', '\n');
}

function fromQuoted(text: string): string {
  return Buffer.from(text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1').toString();
}

/** Encoded words (RFC 2047); blanks between two of them are none. */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, data: string) => `\u0000${kind.toLowerCase() === 'b' ? Buffer.from(data, 'base64').toString('latin1') : Buffer.from(fromQuotedWord(data), 'latin1').toString('latin1')}\u0000`)
    .split('\u0000')
    .map((piece, index) => (index % 2 === 1 ? Buffer.from(piece, 'latin1').toString() : piece))
    .join('');
}

function fromQuotedWord(data: string): string {
  return data.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
