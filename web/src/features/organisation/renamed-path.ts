/** renamedPath is the same page of an organisation by the slug that it has now. */
export function renamedPath(path: string, slug: string): string {
  return path.replace(/^\/o\/[^/]+/, `/o/${slug}`);
}
