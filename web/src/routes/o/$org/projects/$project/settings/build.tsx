import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { reasonAgainst } from '@/features/session/role';
import { BuildForm } from '@/features/settings/build-form';
import { PendingChanges } from '@/features/settings/pending-changes';
import { ReleaseForm } from '@/features/settings/release-form';
import { SettingsPage } from '@/features/settings/settings-page';
import { StartForm } from '@/features/settings/start-form';

export const Route = createFileRoute('/o/$org/projects/$project/settings/build')({ component: Build });

function Build() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const reason = reasonAgainst(organisation, 'developer');

  return (
    <SettingsPage title="Build and start" text="What you leave empty is found out from the repository." reason={reason}>
      <PendingChanges projectId={projectId} reason={reason} />
      <BuildForm project={project} reason={reason} />
      <StartForm project={project} reason={reason} />
      <ReleaseForm project={project} reason={reason} />
    </SettingsPage>
  );
}
