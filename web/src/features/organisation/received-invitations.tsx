import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useRouter } from '@tanstack/react-router';
import { $api } from '@/api/client';
import { asProblem } from '@/api/problem';
import { receivedInvitationsQuery } from '@/api/queries/organisation';
import { organisationsQuery } from '@/api/queries/session';
import { Button } from '@/components/button';
import { Notice } from '@/components/notice';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

/** ReceivedInvitations is a notice for each organisation that has invited the user; accepting leads there. */
export function ReceivedInvitations() {
  const queryClient = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const { data } = useQuery(receivedInvitationsQuery());
  const accept = $api.useMutation('post', '/v1/invitations/{invitation_id}/accept', {
    onSuccess: async (organisation) => {
      await queryClient.refetchQueries(organisationsQuery());
      await router.invalidate();
      await navigate({ to: '/o/$org', params: { org: organisation.slug } });
    },
    onSettled: () => queryClient.invalidateQueries(receivedInvitationsQuery()),
  });

  return data?.items?.map((invitation) => {
    const isThis = accept.variables?.params.path.invitation_id === invitation.id;

    return (
      <Notice
        key={invitation.id}
        title={
          <>
            You are invited to <Text text={invitation.organisation_name || invitation.organisation_slug} />
          </>
        }
        actions={
          <Button
            size="small"
            busy={accept.isPending && isThis}
            aria-label={`Join ${invitation.organisation_name || invitation.organisation_slug}`}
            onClick={() => accept.mutate({ params: { path: { invitation_id: invitation.id } } })}
          >
            Join
          </Button>
        }
      >
        <p>
          As {invitation.role}. The invitation ends <Time at={invitation.expires_at} />.
        </p>
        {accept.error && isThis && (
          <p role="alert" className="text-bad">
            {asProblem(accept.error).message}
          </p>
        )}
      </Notice>
    );
  });
}
