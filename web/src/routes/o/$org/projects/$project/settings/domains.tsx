import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { domainsQuery, environmentsQuery, projectQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { AddDomain } from '@/features/domains/add-domain';
import { DomainRow } from '@/features/domains/domain-row';
import { reasonAgainst } from '@/features/session/role';
import { SettingsPage } from '@/features/settings/settings-page';

// While a domain waits for its DNS the platform asks that again and again: so does the page, for what came of it.
const waitingPoll = 10_000;

export const Route = createFileRoute('/o/$org/projects/$project/settings/domains')({
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(domainsQuery(context.projectId)),
      context.queryClient.ensureQueryData(environmentsQuery(context.projectId)),
    ]),
  component: Domains,
});

function Domains() {
  const { organisation, projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: environments } = useSuspenseQuery(environmentsQuery(projectId));
  const { data } = useSuspenseQuery({
    ...domainsQuery(projectId),
    refetchInterval: ({ state }) => (state.data?.items?.some((domain) => domain.state === 'claimed') ? waitingPoll : false),
  });
  const reason = reasonAgainst(organisation, 'developer');
  const domains = data.items ?? [];

  return (
    <SettingsPage
      title="Domains"
      text="Every environment has a generated domain. Domains of your own answer beside it, once the DNS proves that they are yours."
      reason={reason}
    >
      <Card title="Domains of the project" flush>
        <ul>
          {domains.map((domain) => (
            <DomainRow
              key={domain.id}
              domain={domain}
              environment={environments.items?.find(({ id }) => id === domain.environment_id)}
              others={domains.filter(({ id, environment_id }) => id !== domain.id && environment_id === domain.environment_id)}
              reason={reason}
            />
          ))}
        </ul>
      </Card>
      <AddDomain project={project} environments={environments.items ?? []} domains={domains} reason={reason} />
    </SettingsPage>
  );
}
