import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { projectQuery } from '@/api/queries/projects';
import { reasonAgainst } from '@/features/session/role';
import { PreviewList } from '@/features/settings/preview-list';
import { PreviewsForm } from '@/features/settings/previews-form';
import { SettingsPage } from '@/features/settings/settings-page';

export const Route = createFileRoute('/o/$org/projects/$project/settings/previews')({ component: Previews });

function Previews() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const reason = reasonAgainst(organisation, 'developer');

  return (
    <SettingsPage
      title="Previews"
      text="A preview is an environment of its own for a branch or pull request, with its own address and variables."
      reason={reason}
    >
      <PreviewsForm project={project} reason={reason} />
      <PreviewList project={project} reason={reason} />
    </SettingsPage>
  );
}
