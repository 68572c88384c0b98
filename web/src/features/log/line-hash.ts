import type { LineRange } from './source';

/** lineHash is the part of an address, without its #, that names lines: L12, or L12-L20. */
export function lineHash({ first, last }: LineRange): string {
  return first === last ? `L${first}` : `L${first}-L${last}`;
}

/** parseLineHash reads what lineHash writes; anything else names no lines. */
export function parseLineHash(hash: string): LineRange | undefined {
  const found = /^#?L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!found) return undefined;

  const ends = [Number(found[1]), Number(found[2] ?? found[1])];
  const first = Math.min(...ends);
  return first > 0 ? { first, last: Math.max(...ends) } : undefined;
}
