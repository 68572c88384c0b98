import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { githubSetupQuery, installationsQuery } from '@/api/queries/github';
import { Card } from '@/components/card';
import { Page } from '@/components/page';
import { ConnectGitHub } from '@/features/github/connect-github';
import { InstallationRow } from '@/features/github/installation-row';
import { NoGitHub } from '@/features/github/no-github';
import { RepositoryList } from '@/features/github/repository-list';

export const Route = createFileRoute('/o/$org/github')({
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(installationsQuery(context.organisation.id)),
      context.queryClient.ensureQueryData(githubSetupQuery(context.organisation.id)),
    ]),
  component: GitHub,
});

function GitHub() {
  const { organisation, session } = Route.useRouteContext();
  const { data } = useSuspenseQuery(installationsQuery(organisation.id));
  const setup = useQuery(githubSetupQuery(organisation.id)).data;
  const back = `/o/${organisation.slug}/github`;
  const isOwner = organisation.role === 'owner';

  return (
    <Page
      title="GitHub"
      text="The accounts whose repositories this organisation can deploy. Zeitwork reads what it is given on GitHub, and reports on commits and pull requests there."
      actions={
        data.items.length > 0 &&
        setup?.ready &&
        (isOwner ? (
          <ConnectGitHub organisationId={organisation.id} back={back}>
            Connect another account
          </ConnectGitHub>
        ) : (
          <p className="text-quiet text-sm">Owners connect and disconnect accounts.</p>
        ))
      }
    >
      <Card flush={data.items.length > 0} title={data.items.length > 0 ? 'Accounts' : undefined}>
        {data.items.length === 0 ? (
          setup && <NoGitHub setup={setup} organisation={organisation} isOperator={session.user.operator} back={back} />
        ) : (
          <ul className="divide-y divide-line">
            {data.items.map((installation) => (
              <li key={installation.id}>
                <InstallationRow organisation={organisation} installation={installation} back={back} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      {data.items.length > 0 && (
        <Card flush title="Repositories" text="Those that were pushed to last come first.">
          {organisation.role === 'viewer' ? (
            <p className="p-4 text-quiet sm:p-5">
              You are a viewer here: developers and owners see the repositories and make projects of them.
            </p>
          ) : (
            <div className="pt-3">
              <RepositoryList organisation={organisation} />
            </div>
          )}
        </Card>
      )}
    </Page>
  );
}
