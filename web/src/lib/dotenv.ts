/** DotenvVariable is a variable of a .env file. */
export type DotenvVariable = { name: string; value: string };

/** Dotenv is what a .env file says. `problem` is a sentence about its first line that is not NAME=VALUE; then there are no variables. */
export type Dotenv = { variables: DotenvVariable[]; problem?: string };

// What the npm package dotenv and its kin read: quoted values may have several lines, and a # begins a comment outside of quotes. References to other variables
// are not resolved. cmd/zeitwork/cli/dotenv.go holds the same rules for the command.
const variable =
  /(?<![^\n])[ \t]*(?:export[ \t]+)?([^\t\n\f\r =#'"`]+)[ \t]*=[ \t]*(?:'((?:\\'|[^'])*)'|"((?:\\"|[^"])*)"|`((?:\\`|[^`])*)`|([^"'`#\n][^#\n]*|))[ \t]*(?:#[^\n]*)?(?![^\n])/g;
const nothing = /^[\t\f\r ]*(#[^\n]*)?$/;
const escapes: Record<string, string> = { '\\n': '\n', '\\r': '\r', '\\t': '\t', '\\"': '"', '\\\\': '\\' };

/** longestDotenv is how many characters of a file are read: no project may have more variables than fit into it. */
export const longestDotenv = 1 << 20;

/** parseDotenv returns the variables of a .env file in their order. Of a name that stands there twice the last one holds. */
export function parseDotenv(text: string): Dotenv {
  if (text.length > longestDotenv) return { variables: [], problem: 'This is too long for a .env file: 1 MiB can be read.' };

  const content = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const found = new Map<string, string>();
  let end = 0;

  for (const match of content.matchAll(variable)) {
    const problem = problemBetween(content, end, match.index);
    if (problem) return { variables: [], problem };
    end = match.index + match[0].length;
    found.set(match[1] ?? '', readValue(match));
  }

  const problem = problemBetween(content, end, content.length);
  return problem ? { variables: [], problem } : { variables: [...found].map(([name, value]) => ({ name, value })) };
}

function readValue([, , single, double, backquote, bare]: RegExpMatchArray): string {
  if (single !== undefined) return single;
  if (double !== undefined) return double.replace(/\\[nrt"\\]/g, (mark) => escapes[mark] ?? mark);
  return backquote ?? (bare ?? '').trim();
}

/** problemBetween names the first line between two places that is neither empty nor a comment. */
function problemBetween(content: string, from: number, to: number): string | undefined {
  const before = content.slice(0, from).split('\n').length;
  const wrong = content
    .slice(from, to)
    .split('\n')
    .findIndex((line) => !nothing.test(line));

  return wrong < 0 ? undefined : `Line ${before + wrong} is not NAME=VALUE, or its quotes do not end. Nothing was taken over.`;
}

/** looksLikeDotenv tells whether a pasted text is more than one value: a file, or lines of one. */
export function looksLikeDotenv(text: string): boolean {
  return /(?:^|\n)[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*=/.test(text);
}

/** isDotenvFile tells whether a text can be nothing else: it is one as a whole, with several variables. */
export function isDotenvFile(text: string): boolean {
  return parseDotenv(text).variables.length > 1;
}
