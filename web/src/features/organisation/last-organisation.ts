const key = 'zeitwork.organisation';

/** lastOrganisation is the slug of the organisation that was looked at last in this browser, if any. */
export function lastOrganisation(): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function rememberOrganisation(slug: string): void {
  try {
    localStorage.setItem(key, slug);
  } catch {
    // Without storage the first organisation is shown next time.
  }
}
