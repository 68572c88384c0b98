import { infiniteQueryOptions } from '@tanstack/react-query';
import { $api, api } from '@/api/client';

/** projectsQuery is the first projects of an organisation. */
export const projectsQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/projects', { params: { query: { organisation_id: organisationId, limit: 100 } } });

/** projectPagesQuery is all projects of an organisation, a page at a time. */
export const projectPagesQuery = (organisationId: string) =>
  infiniteQueryOptions({
    // It begins as the other queries of this operation do, so that a change puts all of them out of date.
    queryKey: ['get', '/v1/projects', 'pages', organisationId],
    queryFn: async ({ pageParam, signal }) => {
      const { data } = await api.GET('/v1/projects', {
        params: { query: { organisation_id: organisationId, limit: 60, cursor: pageParam || undefined } },
        signal,
      });
      if (!data) throw new Error('The platform answered without a page.');
      return data;
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });

/** projectSearchQuery is the newest projects of all of the user's organisations that have all words of a search in their slug or name. */
export const projectSearchQuery = (search: string) =>
  $api.queryOptions('get', '/v1/projects', { params: { query: { search, limit: 20 } } });

/** projectBySlugQuery is a page with one project, or with none. */
export const projectBySlugQuery = (organisationId: string, slug: string) =>
  $api.queryOptions('get', '/v1/projects', { params: { query: { organisation_id: organisationId, slug } } });

export const projectQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}', { params: { path: { project_id: projectId } } });

export const environmentsQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/environments', {
    params: { path: { project_id: projectId }, query: { limit: 100 } },
  });

export const projectEventsQuery = (projectId: string, limit = 10) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/events', { params: { path: { project_id: projectId }, query: { limit } } });

/** pendingChangesQuery is the variables and settings that what is live does not have yet, by environment. */
export const pendingChangesQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/pending-changes', { params: { path: { project_id: projectId } } });

export const domainsQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/domains', { params: { path: { project_id: projectId }, query: { limit: 100 } } });

/** domainRecordsQuery is what stands in the DNS for a domain. The platform asks the DNS at most every 15 seconds, however often this is fetched. */
export const domainRecordsQuery = (domainId: string) =>
  $api.queryOptions('get', '/v1/domains/{domain_id}/records', { params: { path: { domain_id: domainId } } });

/** deletedProjectsQuery is the deleted projects of an organisation that can be restored. */
export const deletedProjectsQuery = (organisationId: string) =>
  $api.queryOptions('get', '/v1/deleted-projects', { params: { query: { organisation_id: organisationId, limit: 100 } } });

/** deletionQuery is what goes with a project when it is deleted. */
export const deletionQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/deletion', { params: { path: { project_id: projectId } } });

/** regionsQuery is the regions where apps can run. */
export const regionsQuery = () => $api.queryOptions('get', '/v1/regions');
