import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { usersQuery } from '@/api/queries/platform';
import { sessionQuery } from '@/api/queries/session';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Table, Td, Th } from '@/components/table';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

type Props = { users: Schemas['User'][]; me: string };

/** UserList shows who has an account, and has operators made and unmade. */
export function UserList({ users, me }: Props) {
  const [chosen, setChosen] = useState<Schemas['User']>();
  const [open, setOpen] = useState(false);
  const queryClient = useQueryClient();
  const router = useRouter();
  const set = $api.useMutation('put', '/v1/users/{user_id}/operator');
  const name = chosen?.name || chosen?.email;

  const change = async () => {
    if (!chosen) return;
    await set.mutateAsync({ params: { path: { user_id: chosen.id } }, body: { operator: !chosen.operator } });
    if (chosen.id !== me) return queryClient.invalidateQueries({ queryKey: usersQuery().queryKey });
    // These pages are closed to who is an operator no more.
    await queryClient.invalidateQueries({ queryKey: sessionQuery().queryKey });
    await router.invalidate();
  };

  return (
    <>
      <Table label="Users">
        <thead>
          <tr>
            <Th>User</Th>
            <Th>GitHub</Th>
            <Th>Since</Th>
            <Th>
              <span className="sr-only">Actions</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id}>
              <Td className="min-w-56">
                <span className="font-medium">
                  <Text text={user.name} empty="(no name)" />
                </span>{' '}
                {user.operator && <Tag>operator</Tag>} {user.id === me && <Tag>you</Tag>}
                <p className="text-quiet text-sm">
                  <Text text={user.email} />
                  {!user.email_verified && ', not confirmed'}
                </p>
              </Td>
              <Td className="whitespace-nowrap">
                {user.github_login ? <Text text={`@${user.github_login}`} /> : <span className="text-quiet">not tied</span>}
              </Td>
              <Td>
                <Time at={user.created_at} />
              </Td>
              <Td className="text-right">
                <Button
                  size="small"
                  aria-label={`${user.operator ? 'End being operator' : 'Make operator'}: ${user.email}`}
                  onClick={() => {
                    setChosen(user);
                    setOpen(true);
                  }}
                >
                  {user.operator ? 'End being operator' : 'Make operator'}
                </Button>
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
      <Confirm
        open={open}
        onOpenChange={setOpen}
        danger={!chosen?.operator}
        title={
          <>
            {chosen?.operator ? 'End ' : 'Make '}
            <Text text={name} />
            {chosen?.operator ? ' being an operator?' : ' an operator?'}
          </>
        }
        action={chosen?.operator ? 'End it' : 'Make operator'}
        onConfirm={change}
      >
        {chosen?.operator
          ? `${chosen.id === me ? 'You lose these pages at once' : 'These pages are closed to them at once'}, and River UI. Their roles in organisations stay.`
          : 'An operator sees all nodes, users and the queue, drains nodes, sets quotas, cancels jobs in River UI, and makes other operators. It gives no role in any organisation.'}
      </Confirm>
    </>
  );
}
