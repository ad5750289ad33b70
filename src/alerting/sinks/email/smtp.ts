/** Mail by SMTP: TLS before anything is said, a guarded address, bounded time, failures named by the server's reply (RFC 5321, section 4.2). */
import { connect, isIP, type Socket } from 'node:net';
import type { SendMailOptions } from 'nodemailer';
import { SinkError } from '#contract';
import { AddressRefused, guardedLookup, isReachable } from '../../http/address.ts';
import { clip, sanitize } from '../../text.ts';
import type { SmtpOptions } from './options.ts';

const standardTimeoutMs = 15_000;

export interface SmtpDependencies {
  /** Authorities that servers' certificates are checked against, PEM; those of Node.js where absent. */
  authorities?: string;
}

/** Sends one mail; throws `SinkError`. */
export function smtpSender(options: SmtpOptions, { authorities }: SmtpDependencies): (mail: SendMailOptions) => Promise<void> {
  const { host, tls = 'starttls', username, password, timeoutMs = standardTimeoutMs, allowPrivate = false } = options;
  const port = options.port ?? (tls === 'implicit' ? 465 : 587);

  return async (mail) => {
    const { createTransport } = await import('nodemailer');
    let socket: Socket | undefined;
    const transport = createTransport({
      host, port,
      secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none',
      tls: { servername: isIP(host) === 0 ? host : '', minVersion: 'TLSv1.2', ...(authorities === undefined ? {} : { ca: authorities }) },
      // Without forceAuth a server that offers no log-in would get the mail without one.
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' }, forceAuth: true }),
      connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs, maxResponseSize: 65_536,
      disableFileAccess: true, disableUrlAccess: true,
      getSocket: (_, done) => void (socket = guardedSocket(host, port, allowPrivate, done)),
    });
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const { rejected } = await transport.sendMail({ ...mail, signal: deadline });
      const refused = rejected.length;
      if (refused > 0) {
        throw new SinkError('recipient-refused', `${host} took the mail, but not for ${refused} of its recipients; the others have it. Check the option to.`, false);
      }
    } catch (error) {
      if (error instanceof SinkError) throw error;
      throw deadline.aborted ? new SinkError('timeout', `${host} did not take the mail within ${timeoutMs / 1000} s.`, true) : smtpFailure(error, host, [username, password]);
    } finally {
      transport.close();
      // A server that hangs would keep a polite end waiting.
      socket?.destroy();
    }
  };
}

function guardedSocket(host: string, port: number, allowPrivate: boolean, done: (error: Error | null, options?: { connection: Socket }) => void): Socket | undefined {
  if (isIP(host) !== 0 && !isReachable(host, allowPrivate)) {
    done(new AddressRefused());
    return undefined;
  }
  // Commands are short and each waits for its answer.
  const connection = connect({ host, port, noDelay: true, lookup: guardedLookup(allowPrivate) });
  const fail = (error: Error): void => done(error);
  connection.once('error', fail);
  connection.once('connect', () => {
    connection.off('error', fail);
    done(null, { connection });
  });
  return connection;
}

const certificateCode = /CERT|^ERR_TLS_CERT|^UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH/;

/** What the server said, or how the connection broke; its words are shown, what we sent is not. */
export function smtpFailure(error: unknown, host: string, secrets: readonly (string | undefined)[] = []): SinkError {
  if (error instanceof AddressRefused) {
    return new SinkError('address-refused', `${host} is an address of this machine, its cloud or a private network; allow private addresses to reach it.`, false);
  }
  const { code, causeCode, status, said } = partsOf(error, secrets);
  if (certificateCode.test(causeCode) || certificateCode.test(code)) {
    return new SinkError('certificate-invalid', `${host} could not prove who it is (${causeCode || code}); nothing was sent. Check its certificate, or give Node.js the authority by NODE_EXTRA_CA_CERTS.`, true);
  }
  if (code === 'ETLS' || code === 'EREQUIRETLS') return new SinkError('no-tls', `${host} does not speak TLS as configured; nothing was sent. Set the option tls to what it speaks.`, false);
  const answered = `${host} answered ${status}${said === '' ? '' : ` (${said})`}`;
  // 4xx passes, 5xx stays; a log-in that fails for now says 454.
  if (status >= 400 && status < 500) return new SinkError(status === 421 || status === 454 || status === 450 ? 'not-now' : 'receiver-failed', `${answered}; the same mail may be taken later.`, true);
  if (code === 'EAUTH' || code === 'ENOAUTH' || status === 530 || status === 535) {
    return new SinkError('denied', status === 0 ? `${host} offers no log-in that can be used.` : `${answered}: check user name and password.`, false);
  }
  if (status === 552 || status === 523) return new SinkError('too-large', `${answered}: the mail is larger than it takes.`, false);
  if (code === 'EENVELOPE') return new SinkError('recipient-refused', `${answered}: it takes no mail for these recipients from this sender.`, false);
  if (status >= 500) return new SinkError('rejected', `${answered} and will not take this mail.`, false);
  if (code === 'ETIMEDOUT') return new SinkError('timeout', `${host} did not answer in time.`, true);
  return new SinkError('unreachable', `${host} could not be reached (${causeCode || code || 'no code'}).`, true);
}

function partsOf(error: unknown, secrets: readonly (string | undefined)[]): { code: string; causeCode: string; status: number; said: string } {
  if (!(error instanceof Error)) return { code: '', causeCode: '', status: 0, said: '' };
  const field = (of: object, name: string): unknown => Reflect.get(of, name);
  const word = (value: unknown): string => (typeof value === 'string' && /^\w{1,60}$/.test(value) ? value : '');
  const status = field(error, 'responseCode');
  const response = field(error, 'response');
  // Servers repeat what they were sent, the log-in in base64 too.
  const hidden = secrets.flatMap((secret) => (secret === undefined || secret === '' ? [] : [secret, Buffer.from(secret).toString('base64')]));
  const said = hidden.reduce((rest, secret) => rest.replaceAll(secret, '***'), typeof response === 'string' ? response : '');
  return { code: word(field(error, 'code')), causeCode: word(field(error, 'originalCode')), status: typeof status === 'number' ? status : 0, said: clip(sanitize(said), 160) };
}
