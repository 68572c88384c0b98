import { type QueryStatus, queryOptions } from '@tanstack/react-query';
import { $api, api, type Schemas } from '@/api/client';

/** githubSetupQuery is whether the platform has a GitHub App, and where GitHub is. */
export const githubSetupQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/github', { params: { path: { organisation_id: organisationId } } });

/** installationsQuery is the accounts on GitHub that are connected to an organisation. */
export const installationsQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/github/installations', {
    params: { path: { organisation_id: organisationId }, query: { limit: 100 } },
  });

/** repositoriesQuery is the repositories that an organisation reaches on GitHub and that all words of `search` fit. */
export const repositoriesQuery = (organisationId: string, search: string, limit = 50) =>
  $api.queryOptions('get', '/v1/organisations/{organisation_id}/github/repositories', {
    params: { path: { organisation_id: organisationId }, query: { limit, ...(search ? { search: search.slice(0, 200) } : {}) } },
  });

/** Source is what a project is made of: a repository on GitHub by its id, or a git URL. */
export type Source = { githubRepositoryId?: number; repositoryUrl?: string; branch?: string; rootDirectory?: string };

/** detectionQuery has a repository looked at. `attempt` counts how often the user has asked for it again. */
export const detectionQuery = (organisationId: string, source: Source, attempt: number) =>
  queryOptions({
    queryKey: ['detection', organisationId, source, attempt],
    queryFn: async ({ signal }): Promise<Schemas['Detection']> => {
      const { data } = await api.POST('/v1/detections', {
        body: {
          organisation_id: organisationId,
          dockerfile_path: 'Dockerfile',
          ...(source.githubRepositoryId ? { github_repository_id: source.githubRepositoryId } : {}),
          ...(source.repositoryUrl ? { repository_url: source.repositoryUrl } : {}),
          ...(source.branch ? { branch: source.branch } : {}),
          ...(source.rootDirectory ? { root_directory: source.rootDirectory } : {}),
        },
        signal,
      });
      return data as Schemas['Detection'];
    },
    // One look is enough until the user wants another.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });

const waitSeconds = 5;

/** detectionResultQuery follows a detection until it has ended. */
export const detectionResultQuery = (detectionId: string) => ({
  ...$api.queryOptions('get', '/v1/detections/{detection_id}', {
    params: { path: { detection_id: detectionId }, query: { wait_seconds: waitSeconds } },
  }),
  staleTime: Number.POSITIVE_INFINITY,
  // What is refused is not asked for again: the user has it looked at anew.
  refetchInterval: ({ state }: { state: { data?: Schemas['Detection'] | undefined; status: QueryStatus } }) =>
    state.status === 'error' || (state.data && state.data.state !== 'queued') ? false : 300,
});

/** projectAddressQuery is where a project of a name, or of a slug of the user's choice, would answer. */
export const projectAddressQuery = (organisationId: string, name: string, slug: string) => ({
  ...$api.queryOptions('get', '/v1/organisations/{organisation_id}/project-address', {
    params: { path: { organisation_id: organisationId }, query: slug ? { slug } : { name: name.slice(0, 100) } },
  }),
  // A name that is taken gets another ending each time: what is shown stays.
  staleTime: 60_000,
  refetchOnWindowFocus: false,
});
