import type { Schemas } from '@/api/client';
import type { Source } from '@/api/queries/github';

/** NewProjectSearch is what the address of the page says: what was chosen survives a way to GitHub and back. */
export type NewProjectSearch = { repository?: string; git?: string; branch?: string; root?: string };

/** readSearch takes over what an address may say. */
export function readSearch(search: Record<string, unknown>): NewProjectSearch {
  const read: NewProjectSearch = {};
  for (const key of ['repository', 'git', 'branch', 'root'] as const) {
    const value = search[key];
    if ((typeof value === 'string' || typeof value === 'number') && String(value).trim()) read[key] = String(value).trim();
  }

  if (read.repository) delete read.git;
  return read;
}

/** sourceOf is what a project is made of, or undefined where nothing is chosen yet. */
export function sourceOf(search: NewProjectSearch, repository: Schemas['GitHubRepository'] | undefined): Source | undefined {
  const where = repository ? { githubRepositoryId: repository.id } : search.git ? { repositoryUrl: search.git } : undefined;
  if (!where) return undefined;

  return { ...where, ...(search.branch ? { branch: search.branch } : {}), ...(search.root ? { rootDirectory: search.root } : {}) };
}

/** needsDeployKey tells whether a git URL is one of SSH, whose host lets nobody in without a key. */
export function needsDeployKey(url: string | undefined): boolean {
  return url !== undefined && (/^ssh:/i.test(url) || /^[^/\s]+@[^/\s:]+:/.test(url));
}

/** nameOf proposes the name of a project: that of the folder, or of the repository. */
export function nameOf(search: NewProjectSearch): string {
  const path = search.repository ?? search.git ?? '';
  const last = (search.root || path.replace(/[?#].*$/, '').replace(/(\.git)?\/*$/, '')).split(/[/:]/).filter(Boolean).pop();
  return (last ?? '').slice(0, 100);
}
