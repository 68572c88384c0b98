/** Values are a series; null is a gap. */
export type Values = (number | null)[];

/** stack puts series on top of each other: the first is the lowest, and each holds the sum of all up to it. A point is a gap where all are. */
export function stack(layers: Values[]): Values[] {
  const sums: Values = [];
  return layers.map((layer) =>
    layer.map((value, point) => {
      const below = sums[point] ?? null;
      const sum = value === null ? below : (below ?? 0) + value;
      sums[point] = sum;
      return sum;
    }),
  );
}

/** perSeconds makes amounts of points into rates. The last point may still go on: it counts for the time that has passed, a minute at the least. */
export function perSeconds(values: Values, seconds: number, span: { times: number[]; step: number; to: number }): Values {
  return values.map((value, point) => {
    const begins = span.times[point] ?? 0;
    const passed = Math.max(Math.min(span.step, span.to - begins), Math.min(60, span.step));
    return value === null ? null : (value / passed) * seconds;
  });
}

export function sum(values: Values): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}

/** highest is the largest value, or undefined where all are gaps. */
export function highest(values: Values): number | undefined {
  return values.reduce<number | undefined>((most, value) => (value === null ? most : Math.max(most ?? value, value)), undefined);
}

export function isAllGaps(values: Values): boolean {
  return values.every((value) => value === null);
}

/** lastPoint is the newest point at which any of the series has a value, or -1. */
export function lastPoint(series: Values[]): number {
  return Math.max(-1, ...series.map((values) => values.findLastIndex((value) => value !== null)));
}

/** isolatedPoints are those between gaps: no line leads to them, so they are drawn as dots. */
export function isolatedPoints(values: ArrayLike<number | null | undefined>): number[] {
  const isGap = (point: number) => values[point] === null || values[point] === undefined;
  return Array.from(values).flatMap((_, point) => (!isGap(point) && isGap(point - 1) && isGap(point + 1) ? [point] : []));
}
