import { useSuspenseQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { membersQuery } from '@/api/queries/organisation';
import { Notice } from '@/components/notice';
import { Page } from '@/components/page';
import { InvitationList } from '@/features/members/invitation-list';
import { InviteCard } from '@/features/members/invite-card';
import { MemberList } from '@/features/members/member-list';
import { reasonAgainst } from '@/features/session/role';

export const Route = createFileRoute('/o/$org/members')({
  loader: ({ context }) => context.queryClient.ensureQueryData(membersQuery(context.organisation.id)),
  component: Members,
});

function Members() {
  const { organisation, session } = Route.useRouteContext();
  const { data } = useSuspenseQuery(membersQuery(organisation.id));
  const reason = reasonAgainst(organisation, 'owner');

  return (
    <Page title="Members" text="Owners may do everything, developers change projects, viewers look.">
      {reason && <Notice title="You can look, and change nothing here">{reason}</Notice>}
      <MemberList organisation={organisation} members={data.items ?? []} you={session.user.id} reason={reason} />
      {!reason && (
        <>
          <InviteCard organisation={organisation} reason={reason} />
          <InvitationList organisation={organisation} />
        </>
      )}
    </Page>
  );
}
