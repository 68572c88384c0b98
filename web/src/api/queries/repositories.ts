import { $api } from '@/api/client';

/** repositoryAccessQuery is how a project's repository is read. */
export const repositoryAccessQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/repository-access', { params: { path: { project_id: projectId } } });
