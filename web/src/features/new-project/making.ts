import { api, type Schemas } from '@/api/client';
import type { Source } from '@/api/queries/github';
import { type Draft, settingsOf } from './draft';

/** newKey is a key with which the same request makes a thing once, however often it is sent. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Making = { organisationId: string; source: Source; draft: Draft; key: string };

/** makeProject makes the project of a draft. */
export async function makeProject({ organisationId, source, draft, key }: Making): Promise<Schemas['Project']> {
  const { data } = await api.POST('/v1/projects', {
    params: { header: { 'Idempotency-Key': key } },
    body: {
      organisation_id: organisationId,
      name: draft.name,
      auto_deploy: true,
      dockerfile_path: 'Dockerfile',
      preview_days: 14,
      record_requests: true,
      ...settingsOf(draft),
      ...placeOf(source),
      // What the page has shown is what the project gets.
      ...(draft.slug || draft.proposed ? { slug: draft.slug || draft.proposed } : {}),
      ...(source.githubRepositoryId ? { github_repository_id: source.githubRepositoryId } : {}),
      ...(source.repositoryUrl ? { repository_url: source.repositoryUrl } : {}),
    },
  });
  return data as Schemas['Project'];
}

/** changeProject brings the settings of a project that an attempt before has made in line with the draft. */
export async function changeProject(projectId: string, source: Source, draft: Draft): Promise<Schemas['Project']> {
  const { data } = await api.PATCH('/v1/projects/{project_id}', {
    params: { path: { project_id: projectId } },
    body: { port: 0, health_path: '', release_command: '', root_directory: '', ...settingsOf(draft), ...placeOf(source) },
  });
  return data as Schemas['Project'];
}

/** makeDeployKey makes the key with which a repository is read by SSH, and returns its public half. */
export async function makeDeployKey(projectId: string): Promise<string> {
  const { data } = await api.POST('/v1/projects/{project_id}/repository-access/deploy-key', {
    params: { path: { project_id: projectId } },
  });
  return data?.public_key ?? '';
}

/** startDeployment deploys the newest commit of the project's branch. */
export async function startDeployment(projectId: string, key: string): Promise<Schemas['Deployment']> {
  const { data } = await api.POST('/v1/projects/{project_id}/deployments', {
    params: { path: { project_id: projectId }, header: { 'Idempotency-Key': key } },
    body: {},
  });
  return data as Schemas['Deployment'];
}

function placeOf(source: Source) {
  return {
    ...(source.branch ? { branch: source.branch } : {}),
    ...(source.rootDirectory ? { root_directory: source.rootDirectory } : {}),
  };
}
