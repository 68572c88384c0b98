import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { membersQuery } from '@/api/queries/organisation';
import { Card } from '@/components/card';
import { CopyButton } from '@/components/copy-button';
import { Fact, Facts } from '@/components/facts';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { Time } from '@/components/time';
import { DeleteOrganisation } from '@/features/organisation/delete-organisation';
import { LeaveCard } from '@/features/organisation/leave-card';
import { RenameForm } from '@/features/organisation/rename-form';
import { TransferCard } from '@/features/organisation/transfer-card';
import { reasonAgainst, roleName } from '@/features/session/role';

export const Route = createFileRoute('/o/$org/settings')({
  loader: ({ context }) => context.queryClient.ensureQueryData(membersQuery(context.organisation.id)),
  component: Settings,
});

function Settings() {
  const { organisation, session } = Route.useRouteContext();
  const { data } = useSuspenseQuery(membersQuery(organisation.id));
  const members = data.items ?? [];
  const reason = reasonAgainst(organisation, 'owner');

  return (
    <Page title="Settings" text="What holds for the organisation as a whole.">
      {reason && <Notice title="You can look, and leave">{reason}</Notice>}
      <RenameForm key={organisation.id} organisation={organisation} reason={reason} />
      <Card title="Organisation">
        <Facts>
          <Fact name="Id">
            <span className="flex items-center gap-1">
              <code className="font-mono text-sm wrap-anywhere">{organisation.id}</code>
              <CopyButton text={organisation.id} what="the id of the organisation" />
            </span>
          </Fact>
          <Fact name="Made">
            <Time at={organisation.created_at} />
          </Fact>
          <Fact name="Your role">{roleName(organisation.role)}</Fact>
        </Facts>
      </Card>
      <LeaveCard organisation={organisation} members={members} />
      <TransferCard organisation={organisation} members={members} you={session.user.id} reason={reason} />
      <DeleteOrganisation organisation={organisation} members={members} reason={reason} />
    </Page>
  );
}
