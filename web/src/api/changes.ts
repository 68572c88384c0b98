import type { QueryKey } from '@tanstack/react-query';
import type { Schemas } from './client';

type Kind = Schemas['Changed']['kinds'][number];

// The paths whose answers a change of a kind puts out of date. `satisfies` has the compiler name a kind that is missing here.
const answersOf = {
  audit: ['/v1/organisations/{organisation_id}/audit-events'],
  deployments: [
    '/v1/deployments/{deployment_id}',
    '/v1/projects/{project_id}/deployments',
    '/v1/projects',
    '/v1/projects/{project_id}',
    '/v1/projects/{project_id}/environments',
    '/v1/projects/{project_id}/domains',
    '/v1/projects/{project_id}/pending-changes',
  ],
  domains: ['/v1/projects/{project_id}/domains', '/v1/projects/{project_id}/environments', '/v1/projects/{project_id}'],
  environments: ['/v1/projects/{project_id}/environments', '/v1/projects/{project_id}'],
  events: ['/v1/projects/{project_id}/events'],
  github: ['/v1/organisations/{organisation_id}/github/installations', '/v1/organisations/{organisation_id}/github/repositories'],
  instances: ['/v1/deployments/{deployment_id}', '/v1/projects', '/v1/projects/{project_id}'],
  invitations: ['/v1/organisations/{organisation_id}/invitations'],
  members: ['/v1/organisations/{organisation_id}/members', '/v1/organisations'],
  notifications: ['/v1/organisations/{organisation_id}/notification-channels'],
  organisation: ['/v1/organisations', '/v1/organisations/{organisation_id}'],
  project: [
    '/v1/projects',
    '/v1/deleted-projects',
    '/v1/projects/{project_id}',
    '/v1/projects/{project_id}/pending-changes',
    '/v1/projects/{project_id}/repository-access',
    '/v1/organisations/{organisation_id}/github/repositories',
  ],
  quotas: ['/v1/organisations/{organisation_id}/quotas'],
  tokens: ['/v1/organisations/{organisation_id}/tokens', '/v1/tokens'],
  variables: ['/v1/projects/{project_id}/environment-variables', '/v1/projects/{project_id}/pending-changes'],
} satisfies Record<Kind, string[]>;

/** keysOfChange names the queries that an event `changed` of a stream of changes puts out of date. */
export function keysOfChange(data: unknown): QueryKey[] | undefined {
  const kinds = (data as Partial<Schemas['Changed']> | undefined)?.kinds;
  if (!kinds) return undefined;

  const paths = new Set<string>();
  for (const kind of kinds) {
    // A platform that is newer than this page may tell of what the page does not know.
    if (!(kind in answersOf)) return undefined;
    for (const path of answersOf[kind]) paths.add(path);
  }

  return [...paths].map((path) => ['get', path]);
}
