import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { reasonAgainst } from '@/features/session/role';
import { InstancesForm } from '@/features/settings/instances-form';
import { PendingChanges } from '@/features/settings/pending-changes';
import { SettingsPage } from '@/features/settings/settings-page';
import { SizeForm } from '@/features/settings/size-form';
import { SkewCard } from '@/features/settings/skew-card';
import { SleepCard } from '@/features/settings/sleep-card';

export const Route = createFileRoute('/o/$org/projects/$project/settings/size')({ component: Size });

function Size() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const reason = reasonAgainst(organisation, 'developer');

  return (
    <SettingsPage title="Size" text="How many instances run the app in each environment, and how large each is." reason={reason}>
      <PendingChanges projectId={projectId} reason={reason} />
      <InstancesForm project={project} reason={reason} />
      <SizeForm project={project} reason={reason} />
      <SleepCard project={project} reason={reason} />
      <SkewCard project={project} reason={reason} />
    </SettingsPage>
  );
}
