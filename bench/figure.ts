/** A figure of a benchmark: a ratio measured in one run, a share, or a size. */
export interface Figure {
  name: string;
  value: number;
  /** As the name says; `×` for ratios against a bare loop. Absent for plain shares and counts. */
  unit?: string;
  /** What it is to reach, in words. */
  reach?: string;
  detail: string;
}

/** Figures as lines of text. */
export function printFigures(figures: readonly Figure[]): void {
  for (const { name, value, unit, reach, detail } of figures) {
    const shown = Number.isNaN(value) ? 'not measured' : `${Number(value.toFixed(3))}${unit === undefined ? '' : ` ${unit}`}`;
    console.log(`${name}: ${shown}${reach === undefined ? '' : ` (to reach: ${reach})`}\n    ${detail.replaceAll('\n', '\n    ')}`);
  }
}
