import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { organisationsQuery } from '@/api/queries/session';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { aRole } from '@/features/session/role';

type Props = { organisation: Schemas['Organisation']; members: Schemas['Member'][] };

/** LeaveCard has the user leave an organisation, unless nobody would own it then. */
export function LeaveCard({ organisation, members }: Props) {
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { mutateAsync } = $api.useMutation('post', '/v1/organisations/{organisation_id}/leave');

  const leave = async () => {
    await mutateAsync({ params: { path: { organisation_id: organisation.id } } });
    // The first page asks for them. Asked for here, this page would say that there is no such organisation before it is left.
    await queryClient.invalidateQueries({ ...organisationsQuery(), refetchType: 'none' });
    await navigate({ to: '/' });
  };

  return (
    <Card
      title="Leave"
      text="You see nothing of the organisation any more, and the tokens that you have made in it are revoked."
      footer={
        <GuardedButton reason={whyNot(organisation, members)} onClick={() => setAsking(true)}>
          Leave the organisation
        </GuardedButton>
      }
    >
      <p className="text-soft">You are {aRole(organisation.role)} of it. To come back you need an invitation.</p>
      <Confirm open={asking} onOpenChange={setAsking} title="Leave the organisation?" action="Leave it" danger onConfirm={leave}>
        What uses a token that you have made here stops working at once. To come back you need an invitation of an owner.
      </Confirm>
    </Card>
  );
}

/** whyNot says why the user cannot leave; undefined where that is possible. */
function whyNot({ role }: Schemas['Organisation'], members: Schemas['Member'][]): string | undefined {
  if (role !== 'owner' || members.filter((member) => member.role === 'owner').length > 1) return undefined;
  return members.length > 1
    ? 'You are its last owner: hand it over first, or make another member an owner.'
    : 'You are its only member: invite somebody who is to own it, or delete it.';
}
