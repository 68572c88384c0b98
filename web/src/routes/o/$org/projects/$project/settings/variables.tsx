import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { pendingChangesQuery, projectQuery } from '@/api/queries/projects';
import { variablesQuery } from '@/api/queries/variables';
import { reasonAgainst } from '@/features/session/role';
import { PendingChanges } from '@/features/settings/pending-changes';
import { SettingsPage } from '@/features/settings/settings-page';
import { ImportCard } from '@/features/variables/import-card';
import { ReadableCard } from '@/features/variables/readable-card';
import { useValues } from '@/features/variables/use-values';
import { VariableList } from '@/features/variables/variable-list';

export const Route = createFileRoute('/o/$org/projects/$project/settings/variables')({
  loader: ({ context }) => context.queryClient.ensureQueryData(variablesQuery(context.projectId)),
  component: Variables,
});

function Variables() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data } = useSuspenseQuery(variablesQuery(projectId));
  const { data: pending } = useQuery(pendingChangesQuery(projectId));
  const values = useValues(projectId);
  const reason = reasonAgainst(organisation, 'developer');
  const ownersOnly = reasonAgainst(organisation, 'owner');
  const hidden =
    ownersOnly ?? (project.variables_readable ? undefined : 'Values of this project cannot be read. An owner can allow it below.');
  const variables = data.items ?? [];
  const changed = new Set(pending?.environments?.flatMap(({ variables }) => variables).map(({ name }) => name));

  return (
    <SettingsPage
      title="Variables"
      text="The app gets them as its environment. A value for production or for previews wins over one for all environments."
      reason={reason}
    >
      <PendingChanges projectId={projectId} reason={reason} />
      <VariableList project={project} variables={variables} changed={changed} values={values} hidden={hidden} reason={reason} />
      <ImportCard project={project} variables={variables} values={values} canRead={hidden === undefined} reason={reason} />
      <ReadableCard project={project} reason={ownersOnly} />
    </SettingsPage>
  );
}
