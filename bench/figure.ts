/** A figure of a benchmark: a ratio measured in one run, or a size. */
export interface Figure {
  name: string;
  value: number;
  /** `×` for ratios against a bare loop's speed or time, as the name says. */
  unit: string;
  /** What it is to reach, in words. */
  reach: string;
  detail: string;
}
