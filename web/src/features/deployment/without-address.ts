/** withoutAddress is the name of an author of git, without the address behind it. */
export function withoutAddress(author: string | undefined): string | undefined {
  return author?.replace(/\s*<[^>]*>\s*$/, '');
}
