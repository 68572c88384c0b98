import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { repositoryAccessQuery } from '@/api/queries/repositories';
import { reasonAgainst } from '@/features/session/role';
import { PushesForm } from '@/features/settings/pushes-form';
import { RepositoryCard } from '@/features/settings/repository-card';
import { SettingsPage } from '@/features/settings/settings-page';
import { AccessCard } from '@/features/source/access-card';

export const Route = createFileRoute('/o/$org/projects/$project/settings/source')({
  loader: ({ context }) => context.queryClient.ensureQueryData(repositoryAccessQuery(context.projectId)),
  component: Source,
});

function Source() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: access } = useSuspenseQuery(repositoryAccessQuery(projectId));
  const reason = reasonAgainst(organisation, 'developer');

  return (
    <SettingsPage title="Source" text="Where the code comes from, and which pushes are deployed." reason={reason}>
      <RepositoryCard project={project} reason={reason} />
      <PushesForm project={project} reason={reason} />
      <AccessCard project={project} access={access} reason={reason} />
    </SettingsPage>
  );
}
