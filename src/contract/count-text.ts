/** Counts as people read them; without the library of languages, which takes some eight megabytes when it is first asked. */

/** `1,448`, `-12,000`, `1,234.5`: thousands apart, at most three decimals; as `toLocaleString('en-US')` has it. */
export function grouped(count: number): string {
  if (!Number.isFinite(count) || Math.abs(count) >= 1e21) return String(count);
  const [whole = '', decimals] = String(Math.round(count * 1_000) / 1_000).split('.');
  const parted = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return decimals === undefined ? parted : `${parted}.${decimals}`;
}
