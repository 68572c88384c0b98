import { useQueryClient } from '@tanstack/react-query';
import { UserMinus } from 'lucide-react';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { membersQuery } from '@/api/queries/organisation';
import { organisationsQuery } from '@/api/queries/session';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { Select } from '@/components/select';
import { Time } from '@/components/time';
import { useToast } from '@/components/toast';
import { changeOwnRole } from '@/features/session/own-role-change';
import { aRole, type Role, roleName, roles } from '@/features/session/role';
import { Person, personName } from './person';

type Member = Schemas['Member'];

type Props = { organisation: Schemas['Organisation']; members: Member[]; you: string; reason: string | undefined };

/** MemberList is who belongs to an organisation, and what each may do. */
export function MemberList({ organisation, members, you, reason }: Props) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const [leaving, setLeaving] = useState<Member>();
  const [changing, setChanging] = useState<{ member: Member; role: Role }>();
  const onSuccess = async () => {
    await queryClient.invalidateQueries(membersQuery(organisation.id));
    await queryClient.invalidateQueries(organisationsQuery());
  };
  const change = $api.useMutation('patch', '/v1/organisations/{organisation_id}/members/{user_id}', { onSuccess });
  const remove = $api.useMutation('delete', '/v1/organisations/{organisation_id}/members/{user_id}', { onSuccess });
  const pathOf = ({ user }: Member) => ({ params: { path: { organisation_id: organisation.id, user_id: user.id } } });

  const setRole = async (member: Member, role: Role) => {
    const save = () => change.mutateAsync({ ...pathOf(member), body: { role } });
    await (member.user.id === you ? changeOwnRole(organisation.id, role, save) : save());
    toast(`${personName(member.user)} is ${roleName(role).toLowerCase()} now`);
  };

  return (
    <Card title="Members" flush>
      <ul>
        {members.map((member) => (
          <li
            key={member.user.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-4 py-3 last:border-b-0 sm:px-5"
          >
            <div className="min-w-0 flex-1 basis-56">
              <Person user={member.user} you={member.user.id === you} />
            </div>
            <p className="text-quiet text-sm">
              Since <Time at={member.created_at} />
            </p>
            <div className="flex items-center gap-2">
              <Select
                label={`Role of ${personName(member.user)}`}
                options={roles}
                value={member.role}
                onChange={(role) => role !== member.role && setChanging({ member, role })}
                disabled={reason !== undefined || change.isPending}
                className="w-32"
              />
              <GuardedButton
                reason={reason}
                look="quiet"
                size="small"
                square
                aria-label={`Remove ${personName(member.user)}`}
                onClick={() => setLeaving(member)}
              >
                <UserMinus aria-hidden />
              </GuardedButton>
            </div>
          </li>
        ))}
      </ul>
      <Confirm
        open={changing !== undefined}
        onOpenChange={() => setChanging(undefined)}
        title={changing && `Make ${personName(changing.member.user).slice(0, 100)} ${aRole(changing.role)}?`}
        action="Change the role"
        onConfirm={async () => changing && setRole(changing.member, changing.role)}
      >
        {changing && (
          <>
            It holds at once. {roleName(changing.role)}: {roles.find(({ value }) => value === changing.role)?.hint}
          </>
        )}
      </Confirm>
      <Confirm
        open={leaving !== undefined}
        onOpenChange={() => setLeaving(undefined)}
        title={leaving && `Remove ${personName(leaving.user).slice(0, 100)}?`}
        action="Remove the member"
        danger
        onConfirm={async () => leaving && remove.mutateAsync(pathOf(leaving))}
      >
        They see nothing of this organisation any more, at once, and the tokens that they have made in it are revoked: what uses them stops
        working. Projects and deployments stay.
      </Confirm>
    </Card>
  );
}
