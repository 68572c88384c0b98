import { $api, api, type Schemas } from '@/api/client';

export type Scope = Schemas['EnvironmentVariable']['scope'];

const most = 500;

/** variablesQuery is the names of a project's environment variables; their values are not among them. */
export const variablesQuery = (projectId: string) =>
  $api.queryOptions('get', '/v1/projects/{project_id}/environment-variables', {
    params: { path: { project_id: projectId }, query: { limit: most } },
  });

/** setVariable makes a variable, or gives it another value. */
export const setVariable = (projectId: string, scope: Scope, name: string, value: string) =>
  api.PUT('/v1/projects/{project_id}/environment-variables/{name}', {
    params: { path: { project_id: projectId, name }, query: { scope } },
    body: { value },
  });

export const deleteVariable = (projectId: string, scope: Scope, name: string) =>
  api.DELETE('/v1/projects/{project_id}/environment-variables/{name}', {
    params: { path: { project_id: projectId, name }, query: { scope } },
  });

/** readVariable asks for the value of a variable. The audit log has each reading. */
export async function readVariable(projectId: string, scope: Scope, name: string): Promise<string> {
  const { data } = await api.GET('/v1/projects/{project_id}/environment-variables/{name}/value', {
    params: { path: { project_id: projectId, name }, query: { scope } },
  });
  return data?.value ?? '';
}

/** Writing is what is to be done to the variables of one scope. */
export type Writing = { set: { name: string; value: string }[]; remove: string[] };

/** writeVariables makes, changes and deletes variables of one scope: all of it or, where one is refused, nothing. */
export const writeVariables = (projectId: string, scope: Scope, { set, remove }: Writing) =>
  api.PATCH('/v1/projects/{project_id}/environment-variables', {
    params: { path: { project_id: projectId } },
    body: { scope, set, delete: remove },
  });
