/** Hostile text: what an attacker may write into a log line, a name or a path to change a message, ping people or be clicked on. */

const mentions = ['@everyone', '@here', '@channel', '@all', '<!channel>', '<!here|x>', '<!everyone>', '<!subteam^S0123|team>', '<@U0123ABC>', '<@!81384788765712384>', '<@&81384788765712384>', '<#C0123>', '<users/all>', '<at>everyone</at>', '@admin', 'tg://user?id=1'];
const links = ['https://evil.example/a?b=c', 'http://evil.com', 'evil.com/path', 'www.evil.com', '<https://evil.com|click>', '[click](https://evil.com)', '[click]: https://evil.com', '<a href="https://evil.com">x</a>', '![x](https://evil.com/p.png)', 'javascript:alert(1)', 'ftp://evil.com', 'mailto:a@evil.com', 'a@evil.com', '203.0.113.77:443', 'HTTPS://EVIL.COM', 'evil.co.jp', 'slack://open', '//evil.com', 'https:\\\\evil.com'];
const markup = ['*bold*', '**bold**', '_it_', '__u__', '~s~', '~~s~~', '`code`', '```\nblock\n```', '||spoiler||', '> quote', '>>> quote', '# heading', '## h', '- item', '1. item', '---', '***', '|a|b|\n|-|-|', '<b>x</b>', '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '</td></table>', '{{template}}', '${jndi:ldap://evil.com/a}', '$\\LaTeX$', ':boom:', '<:x:123>', '<t:1:R>', '\\', '\\*', '\\\\*x*', '&lt;b&gt;', '&amp;', '&#60;b&#62;', '"}]}', '"\\u0022', "'; DROP TABLE x;--", '%s%n', '{{1+1}}', '/leave', '#tag', '$CASH', '=cmd()', '{"blocks":[]}'];
const unseen = ['\u0000', '\u0007', '\u001b[31mred', '\u001b]0;title\u0007', '\r\nX-Header: 1', '\n\nNew paragraph', '\u2028line', '\u202eevil', '\u2066x\u2069', '\u200b', '\u200d', '\ufeff', '\u00ad', '\u009b2J', '\ud800', '\udc00x', 'a\u0301\u0301\u0301\u0301\u0301\u0301', '\u{e0041}\u{e0042}', '\ufff9x\ufffa', '\u0085', '\t\t', '\u061c'];
const plainWords = ['checkout', 'user anna', 'wrote', '日本語のログ', '🔥', 'i-0dbc91f429e48eeed', ' ', '  ', ''];
const pieces = [...mentions, ...links, ...markup, ...unseen, ...plainWords];

/** The same strings every time: each piece alone, then pieces joined as a small generator picks them, some of them huge. */
export function hostileStrings(count: number): string[] {
  const found = pieces.slice(0, count);
  let seed = 20_260_305;
  const pick = (below: number): number => {
    // Numbers as of a linear congruential generator (Numerical Recipes): equal on every machine.
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  while (found.length < count) {
    const parts = Array.from({ length: 1 + pick(5) }, () => pieces[pick(pieces.length)] ?? '');
    const joined = parts.join(pick(2) === 0 ? ' ' : '');
    found.push(found.length % 100 === 99 ? joined.repeat(1 + Math.floor(20_000 / Math.max(1, joined.length))) : joined);
  }
  return found;
}

/** Texts that no service may get, however it is told: controls but line breaks, what reorders or hides, halves of signs. */
// oxlint-disable-next-line no-control-regex
export const neverShown = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What services make links of: a scheme before a host, a mail address, a bare host under an ending that everybody can register. */
export const linkable = /\b(?:https?|ftp|wss?|slack|tg):\/\/|\bwww\.[a-z]|[\w.+-]+@[\w-]+\.[a-z]{2,}|(?<![\w.-])(?:[a-z0-9-]+\.)+(?:com|net|org|co\.jp)(?![\w-])/i;
