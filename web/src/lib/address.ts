/** shownAddress is a URL without what everybody knows: its scheme, and the slash at its end. */
export function shownAddress(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
