/** queryString writes parameters as /v1 reads them: lists with commas, and nothing for what is undefined. */
export function queryString(query: Record<string, string | number | readonly string[] | undefined>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return new URLSearchParams(pairs).toString();
}
