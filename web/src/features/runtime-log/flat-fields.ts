/** FlatField is a value of a JSON line, with the way to it. */
export type FlatField = { name: string; value: string /** isText is false for numbers, truth values and null. */; isText: boolean };

/** flatFields lists the values of an object: what lies in others is named by the way to it, such as order.id or items.0. */
export function flatFields(fields: Record<string, unknown>, above = ''): FlatField[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    const name = above ? `${above}.${key}` : key;
    if (value !== null && typeof value === 'object') {
      const inside = flatFields(value as Record<string, unknown>, name);
      return inside.length > 0 ? inside : [{ name, value: Array.isArray(value) ? '[]' : '{}', isText: false }];
    }

    return [{ name, value: String(value), isText: typeof value === 'string' }];
  });
}
