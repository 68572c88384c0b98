import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { deploymentQuery } from '@/api/queries/deployments';
import { nodesQuery } from '@/api/queries/platform';
import { projectBySlugQuery, projectQuery, projectsQuery } from '@/api/queries/projects';
import { organisationsQuery, sessionQuery } from '@/api/queries/session';

/** Here is who looks at what: it decides which commands there are. */
export type Here = {
  user?: Schemas['User'] | undefined;
  organisations: Schemas['Organisation'][];
  organisation?: Schemas['Organisation'] | undefined;
  /** projects are the newest of the organisation. */
  projects: Schemas['Project'][];
  /** project is the one whose pages are shown. */
  project?: Schemas['Project'] | undefined;
  /** deployment is the one that is shown, or what is live of the project that is shown. */
  deployment?: Schemas['Deployment'] | undefined;
  /** isShown tells that the page is the deployment's own. */
  isShown: boolean;
  /** nodes are those of the platform, for operators. */
  nodes: Schemas['Node'][];
};

/** useHere gathers what the commands are about; most of it was fetched by the page already. */
export function useHere(organisation: Schemas['Organisation'] | undefined): Here {
  const params = useParams({ strict: false });
  const user = useQuery(sessionQuery()).data?.user;
  const organisations = useQuery(organisationsQuery()).data?.items ?? [];
  const id = organisation?.id ?? '';
  const projects = useQuery({ ...projectsQuery(id), enabled: id !== '' }).data?.items ?? [];

  const slug = organisation && params.project ? params.project : '';
  const known = useQuery({ ...projectBySlugQuery(id, slug), enabled: slug !== '' }).data?.items?.[0];
  const projectId = slug ? (known?.id ?? '') : '';
  const project = useQuery({ ...projectQuery(projectId), enabled: projectId !== '' }).data;

  const deploymentId = project ? (params.deploymentId ?? project.live_deployment_id ?? '') : '';
  const deployment = useQuery({ ...deploymentQuery(deploymentId), enabled: deploymentId !== '' }).data;

  const nodes = useQuery({ ...nodesQuery(), refetchInterval: false, enabled: user?.operator === true }).data?.items ?? [];

  return { user, organisations, organisation, projects, project, deployment, isShown: params.deploymentId !== undefined, nodes };
}
