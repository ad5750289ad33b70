/** Signs and spaces of Japanese text: full-width brackets, a space between a Japanese and another sign, none between two Japanese ones. */

const japaneseSign = '[\\u3041-\\u30ff\\u3400-\\u9fff々〜]';
const other = '[A-Za-z0-9%]';

const rules: readonly [RegExp, string][] = [
  [new RegExp(`(?<=${japaneseSign}) +(?=${japaneseSign})`, 'g'), ''],
  [/\(/g, '（'],
  [/\)/g, '）'],
  [/ *([、。（）「」]) */g, '$1'],
  [new RegExp(`(?<=[ぁ-んァ-ヶ一-龠])(?=${other})`, 'g'), ' '],
  [new RegExp(`(?<=${other})(?=[ぁ-んァ-ヶ一-龠])`, 'g'), ' '],
];

/** The same sentence with its spaces set right; what stands between backticks is left as it is. */
export function spaced(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index, parts) => (index % 2 === 1 ? part : beside(rules.reduce((rest, [pattern, to]) => rest.replace(pattern, to), part), index > 0, index < parts.length - 1)))
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** A space between a quotation and the Japanese beside it. */
function beside(part: string, isAfter: boolean, isBefore: boolean): string {
  const start = isAfter && /^[ぁ-んァ-ヶ一-龠]/.test(part) ? ' ' : '';
  const end = isBefore && /[ぁ-んァ-ヶ一-龠]$/.test(part) ? ' ' : '';
  return `${start}${part}${end}`;
}
