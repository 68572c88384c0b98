import { createFileRoute, notFound, redirect } from '@tanstack/react-router';
import { deploymentQuery } from '@/api/queries/deployments';
import { projectQuery } from '@/api/queries/projects';
import { organisationsQuery } from '@/api/queries/session';
import { requireSession } from '@/features/session/require-session';

// Commit statuses and comments lead here: they know a deployment's id alone.
export const Route = createFileRoute('/deployments/$deploymentId')({
  beforeLoad: async ({ context: { queryClient }, params, location }) => {
    await requireSession(queryClient, location.href);
    const deployment = await queryClient.ensureQueryData(deploymentQuery(params.deploymentId));
    const project = await queryClient.ensureQueryData(projectQuery(deployment.project_id));
    const organisations = (await queryClient.ensureQueryData(organisationsQuery())).items ?? [];
    const organisation = organisations.find((each) => each.id === project.organisation_id);
    if (!organisation) throw notFound();
    throw redirect({
      to: '/o/$org/projects/$project/deployments/$deploymentId',
      params: { org: organisation.slug, project: project.slug, deploymentId: params.deploymentId },
      hash: location.hash,
      replace: true,
    });
  },
});
