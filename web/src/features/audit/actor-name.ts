import type { Schemas } from '@/api/client';
import { personName } from '@/features/members/person';

const kinds = { user: 'Somebody', token: 'A token', node: 'A node', edge: 'An edge', platform: 'The platform' } as const;

/** actorName is how who made a change is called: tokens with the member that made them. */
export function actorName(
  { actor, user_id }: Pick<Schemas['AuditEvent'], 'actor' | 'user_id'>,
  members: Pick<Schemas['Member'], 'user'>[],
): string {
  const name = actor.name || actor.login;
  if (actor.kind === 'user') return name || kinds.user;

  const member = members.find(({ user }) => user.id === user_id);
  const own = name ? `${kinds[actor.kind]} (${name})` : kinds[actor.kind];
  return actor.kind === 'token' && member ? `${own} of ${personName(member.user)}` : own;
}
