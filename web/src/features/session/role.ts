import type { Schemas } from '@/api/client';

export type Role = Schemas['Organisation']['role'];

const ranks: Record<Role, number> = { viewer: 0, developer: 1, owner: 2 };

/** roles are what a member of an organisation may be, the one that may most first. */
export const roles: { value: Role; name: string; hint: string }[] = [
  { value: 'owner', name: 'Owner', hint: 'Everything: members, tokens, deleting projects and the organisation.' },
  { value: 'developer', name: 'Developer', hint: 'Projects, deployments, variables and domains.' },
  { value: 'viewer', name: 'Viewer', hint: 'Looks at everything and changes nothing.' },
];

/** roleName is how a role is written in a page. */
export function roleName(role: Role): string {
  return roles.find(({ value }) => value === role)?.name ?? role;
}

/** aRole is a role with its article, as within a sentence: "an owner". */
export function aRole(role: Role): string {
  const name = roleName(role).toLowerCase();
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** mayAct tells whether a role is as high as another one. */
export function mayAct(role: Role, needed: Role): boolean {
  return ranks[role] >= ranks[needed];
}

/** reasonAgainst is the sentence that says why a user may not do what needs a role; undefined where the user may. */
export function reasonAgainst(organisation: Pick<Schemas['Organisation'], 'role'>, needed: Role): string | undefined {
  if (mayAct(organisation.role, needed)) return undefined;

  const who = needed === 'owner' ? 'Owners' : 'Owners and developers';
  return `${who} of the organisation can do this; you are ${aRole(organisation.role)}. An owner can give you another role.`;
}
