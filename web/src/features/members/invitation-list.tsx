import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { invitationsQuery } from '@/api/queries/organisation';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { roleName } from '@/features/session/role';

/** InvitationList is the invitations that can still be taken. Owners alone may see them. */
export function InvitationList({ organisation }: { organisation: Schemas['Organisation'] }) {
  const queryClient = useQueryClient();
  const { data, error } = useQuery(invitationsQuery(organisation.id));
  const revoke = $api.useMutation('delete', '/v1/organisations/{organisation_id}/invitations/{invitation_id}', {
    onSuccess: () => queryClient.invalidateQueries(invitationsQuery(organisation.id)),
  });
  const problem = error ?? revoke.error;

  return (
    <Card title="Open invitations" flush>
      {problem && (
        <div className="p-4">
          <Notice tone="bad" live>
            {asProblem(problem).message}
          </Notice>
        </div>
      )}
      {!data && !error && (
        <div role="status" className="p-4">
          <span className="sr-only">Fetching the invitations…</span>
          <Skeleton className="h-10" />
        </div>
      )}
      {data && !data.items?.length && (
        <Empty icon={Mail} title="No open invitation">
          <p>Invite somebody above. The invitation stands here until it is taken, or until its time is over.</p>
        </Empty>
      )}
      <ul>
        {data?.items?.map((invitation) => {
          const who = invitation.github_login ? `@${invitation.github_login}` : (invitation.email ?? '');

          return (
            <li
              key={invitation.id}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-3 last:border-b-0 sm:px-5"
            >
              <div className="min-w-0 flex-1 basis-56">
                <p className="flex flex-wrap items-center gap-x-2 font-medium">
                  <Text text={who} />
                  <Tag>{roleName(invitation.role)}</Tag>
                </p>
                <p className="text-quiet text-sm">
                  Invited <Time at={invitation.created_at} />, ends <Time at={invitation.expires_at} />
                </p>
              </div>
              <Button
                size="small"
                aria-label={`Revoke the invitation of ${who}`}
                busy={revoke.isPending && revoke.variables.params.path.invitation_id === invitation.id}
                onClick={() => revoke.mutate({ params: { path: { organisation_id: organisation.id, invitation_id: invitation.id } } })}
              >
                Revoke
              </Button>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
