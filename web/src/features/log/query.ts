/** QueryPart is one thing that a line must have, or must not have. */
export type QueryPart = { unwanted: boolean; pattern: RegExp };

const quoted = /[.*+?^${}()|[\]\\]/g;

/**
 * parseQuery reads what people search logs with: words, "words as they stand together", -unwanted and /regular expressions/. It only serves to show where
 * a line has what was found, and to search what is here: the platform reads queries by itself.
 */
export function parseQuery(query: string): QueryPart[] {
  const parts: QueryPart[] = [];
  let rest = query.trimStart();

  while (rest) {
    const unwanted = /^-[^\s]/.test(rest);
    if (unwanted) rest = rest.slice(1);
    const [pattern, taken] = readPattern(rest) ?? readText(rest);
    if (pattern) parts.push({ unwanted, pattern });
    rest = rest.slice(taken).trimStart();
  }

  return parts;
}

function readPattern(text: string): [RegExp | undefined, number] | undefined {
  const found = /^\/((?:\\.|[^\\/])+)\/(i?)(?=\s|$)/.exec(text);
  if (!found?.[1]) return undefined;

  try {
    return [new RegExp(found[1], `g${found[2]}`), found[0].length];
  } catch {
    // What this browser cannot read the platform may be able to, or it says what is wrong.
    return [undefined, found[0].length];
  }
}

function readText(text: string): [RegExp | undefined, number] {
  const phrase = /^"((?:\\"|[^"])*)"?/.exec(text);
  const taken = phrase ? phrase[0] : (/^\S+/.exec(text)?.[0] ?? text);
  const wanted = phrase ? (phrase[1] ?? '').replaceAll('\\"', '"') : taken;

  return [wanted ? new RegExp(wanted.replace(quoted, '\\$&'), 'gi') : undefined, taken.length];
}

/** matches tells whether a line has all that a query asks for. */
export function matches(parts: QueryPart[], line: string): boolean {
  return parts.every(({ unwanted, pattern }) => {
    pattern.lastIndex = 0;
    return pattern.test(line) !== unwanted;
  });
}

const mostMarks = 50;

/** marksOf returns where a line has what a query asks for, as pairs of a beginning and an end that do not overlap. */
export function marksOf(parts: QueryPart[], line: string): [number, number][] {
  const found: [number, number][] = [];

  for (const { unwanted, pattern } of parts) {
    if (unwanted) continue;
    pattern.lastIndex = 0;
    for (let hit = pattern.exec(line); hit && found.length < mostMarks; hit = pattern.exec(line)) {
      if (hit[0] === '') pattern.lastIndex++;
      else found.push([hit.index, hit.index + hit[0].length]);
    }
  }

  const marks: [number, number][] = [];
  for (const [from, to] of found.sort((a, b) => a[0] - b[0])) {
    const last = marks.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else marks.push([from, to]);
  }

  return marks;
}
