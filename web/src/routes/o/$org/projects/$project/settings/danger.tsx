import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { reasonAgainst } from '@/features/session/role';
import { DeleteProject } from '@/features/settings/delete-project';
import { SettingsPage } from '@/features/settings/settings-page';

export const Route = createFileRoute('/o/$org/projects/$project/settings/danger')({ component: Danger });

function Danger() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const reason = reasonAgainst(organisation, 'owner');

  return (
    <SettingsPage title="Danger zone" text="What takes all of the project along." reason={reason}>
      <DeleteProject organisation={organisation} project={project} reason={reason} />
    </SettingsPage>
  );
}
