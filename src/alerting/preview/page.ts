/** The preview as one page that needs nothing else: each service, each occasion, both languages side by side. */
import { composeIn, wordsOf } from '../message/compose.ts';
import type { Reader } from '../message/moment.ts';
import type { Words } from '../message/words.ts';
import type { Occasion } from './occasions.ts';
import { escaped, type Screen } from './screen.ts';
import { style } from './style.ts';

export async function previewPage(screens: readonly Screen[], occasions: readonly Occasion[], readers: readonly Reader[]): Promise<string> {
  const tellers = await Promise.all(readers.map(async (reader) => ({ reader, words: await wordsOf(reader.locale) })));
  const links = screens.map((screen) => `<a href="#${screen.id}">${escaped(short(screen))}</a>`).join('');
  const themes = ['auto', 'light', 'dark'].map((theme, index) => `<label><input type="radio" name="theme" id="${theme}"${index === 0 ? ' checked' : ''}> ${theme}</label>`).join('');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    // Nothing is loaded and nothing runs, whatever the telemetry held.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">`,
    `<title>What people receive: fargazer</title><style>${style}</style></head><body>`,
    '<header><h1>What people receive</h1><p>Each output’s own message, drawn as its service shows it. The incidents are those of the recorded stories, one a story; below each, how it looks when it goes on and when it is over.</p></header>',
    `<nav class="bar">${links}<fieldset aria-label="Colours">${themes}</fieldset></nav><main>`,
    occasions.length === 0 ? '<p>There is no alert in any story.</p>' : screens.map((screen) => section(screen, occasions, tellers)).join('\n'),
    '</main></body></html>\n',
  ]
    .join('\n')
    .replace(/[🔴🟠🟡🔵✅🔼🔽⏫]/gu, drawn);
}

/** The signs of ours as this page draws them itself: not every machine has a font for them. */
const signs: Readonly<Record<string, [name: string, text: string]>> = { '🔴': ['red', ''], '🟠': ['orange', ''], '🟡': ['yellow', ''], '🔵': ['blue', ''], '✅': ['done', '✓'], '🔼': ['mark', '▲'], '⏫': ['mark', '▲▲'], '🔽': ['mark', '▼'] };

function drawn(sign: string): string {
  const [name, text] = signs[sign] ?? ['', sign];
  return `<span class="sign ${name}">${text}</span>`;
}

function section(screen: Screen, occasions: readonly Occasion[], tellers: readonly { reader: Reader; words: Words }[]): string {
  const pairs = occasions.map(({ title, notification }) => {
    const panels = tellers.map(({ reader, words }) => `<div lang="${reader.locale}">${screen.render({ notification, message: composeIn(words, notification, reader), reader })}</div>`);
    return `<h3>${escaped(title)}</h3><div class="pair">${panels.join('')}</div>`;
  });
  return `<section id="${screen.id}"><h2>${escaped(screen.title)}</h2><p>${escaped(screen.about)}</p>${pairs.join('\n')}</section>`;
}

/** What stands in brackets is for the heading. */
function short({ title }: Screen): string {
  return title.replace(/ \(.*\)$/, '');
}
