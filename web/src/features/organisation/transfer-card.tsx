import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { membersQuery } from '@/api/queries/organisation';
import { organisationsQuery } from '@/api/queries/session';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Field } from '@/components/field';
import { GuardedButton } from '@/components/guarded-button';
import { Select } from '@/components/select';
import { personName } from '@/features/members/person';
import { changeOwnRole } from '@/features/session/own-role-change';

type Props = { organisation: Schemas['Organisation']; members: Schemas['Member'][]; you: string; reason: string | undefined };

/** TransferCard makes another member owner in the user's place. */
export function TransferCard({ organisation, members, you, reason }: Props) {
  const [to, setTo] = useState('');
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const router = useRouter();
  const { mutateAsync } = $api.useMutation('post', '/v1/organisations/{organisation_id}/transfer');
  const others = members.filter(({ user }) => user.id !== you);
  const chosen = others.find(({ user }) => user.id === to);
  const nobody = others.length === 0 ? 'There is no other member. Invite somebody first.' : undefined;

  const transfer = async () => {
    await changeOwnRole(organisation.id, 'developer', () =>
      mutateAsync({ params: { path: { organisation_id: organisation.id } }, body: { user_id: to } }),
    );
    await Promise.all([queryClient.refetchQueries(organisationsQuery()), queryClient.refetchQueries(membersQuery(organisation.id))]);
    await router.invalidate();
  };

  return (
    <Card
      title="Hand over"
      text="Another member becomes its owner, and you become a developer."
      footer={
        <GuardedButton reason={reason ?? nobody} disabled={!reason && !nobody && !chosen} onClick={() => setAsking(true)}>
          Hand it over
        </GuardedButton>
      }
    >
      <Field label="New owner" hint={nobody}>
        <Select
          className="w-full max-w-80"
          options={[
            { value: '', name: 'Choose a member' },
            ...others.map(({ user }) => ({ value: user.id, name: personName(user).slice(0, 80) })),
          ]}
          value={to}
          onChange={setTo}
          disabled={reason !== undefined || nobody !== undefined}
        />
      </Field>
      <Confirm open={asking} onOpenChange={setAsking} title="Hand the organisation over?" action="Hand it over" danger onConfirm={transfer}>
        {chosen && personName(chosen.user).slice(0, 100)} becomes an owner, at once, and you a developer: you can no longer change members,
        tokens of others, or delete projects. Only an owner can give you the role back.
      </Confirm>
    </Card>
  );
}
