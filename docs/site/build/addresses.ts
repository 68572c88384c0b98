/** address returns the file of the site that a file of docs/ becomes: names in capitals are GitHub's habit, not one of addresses. */
export function address(file: string): string {
  return file.replace(/^site\/api\//, 'reference/api/').replace(/(^|\/)README\.md$/, '$1index.md').toLowerCase();
}
