const longest = 500;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The router reads the search of an address as JSON where it can: `q=5` arrives as a number. These functions read one parameter; what it cannot be counts as
 * left out. They stand in the place of a schema, as every page loads the searches of all routes.
 */

/** textOf reads a text of at most 500 characters. */
export function textOf(given: unknown): string | undefined {
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') return undefined;
  const text = String(given);
  return text !== '' && text.length <= longest ? text : undefined;
}

/** oneOf reads one of a few words. */
export function oneOf<T extends string>(given: unknown, words: readonly T[]): T | undefined {
  return words.find((word) => word === given);
}

/** matchOf reads a text of a given form. */
export function matchOf(given: unknown, form: RegExp): string | undefined {
  const text = textOf(given);
  return text !== undefined && form.test(text) ? text : undefined;
}

/** idOf reads an id of the platform. */
export function idOf(given: unknown): string | undefined {
  return matchOf(given, uuid);
}

/** numberOf reads a whole number from 0 to most. */
export function numberOf(given: unknown, most: number): number | undefined {
  return typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= most ? given : undefined;
}

/** timeOf reads a time, such as 2026-03-01T12:00:00Z. */
export function timeOf(given: unknown): string | undefined {
  const text = textOf(given);
  return text !== undefined && !Number.isNaN(Date.parse(text)) ? text : undefined;
}
