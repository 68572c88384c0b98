import { BellPlus, Building2, KeyRound, Pencil, PlugZap, Plus, UserPlus } from 'lucide-react';
import { mayAct, type Role } from '@/features/session/role';
import type { Command } from './command';
import type { Here } from './here';
import type { Ways } from './ways';

/** organisationCommands is what the user may do in the organisation whose pages are shown. */
export function organisationCommands({ organisation }: Here, { go }: Ways): Command[] {
  if (!organisation) return [];

  const base = `/o/${organisation.slug}`;
  const all: (Command & { needs: Role })[] = [
    { needs: 'developer', id: 'new', name: 'New project', icon: Plus, words: 'create import deploy', run: go(`${base}/new`) },
    {
      needs: 'owner',
      id: 'invite',
      name: 'Invite a member',
      icon: UserPlus,
      words: 'somebody add person team',
      run: go(`${base}/members`, 'invite'),
    },
    { needs: 'viewer', id: 'token', name: 'Create a token', icon: KeyRound, words: 'api new make key', run: go(`${base}/tokens`, 'new') },
    {
      needs: 'developer',
      id: 'channel',
      name: 'Add a notification channel',
      icon: BellPlus,
      words: 'mail slack webhook alert failed new',
      run: go(`${base}/notifications`, 'channel'),
    },
    {
      needs: 'owner',
      id: 'github',
      name: 'Connect GitHub',
      icon: PlugZap,
      words: 'account repository install app',
      run: go(`${base}/github`, 'connect'),
    },
    {
      needs: 'owner',
      id: 'rename',
      name: 'Rename the organisation',
      icon: Pencil,
      words: 'name slug address',
      run: go(`${base}/settings`, 'name'),
    },
  ];

  return all.filter(({ needs }) => mayAct(organisation.role, needs)).map(({ needs, ...command }) => command);
}

/** switchCommands lead to the user's other organisations, and make one. */
export function switchCommands({ organisation, organisations }: Here, { go, ask }: Ways): Command[] {
  return [
    ...organisations
      .filter(({ id }) => id !== organisation?.id)
      .map(({ id, name, slug }) => ({
        id: `organisation ${id}`,
        name: name || slug,
        hint: slug,
        icon: Building2,
        words: 'switch organisation team',
        run: go(`/o/${slug}`),
      })),
    { id: 'create organisation', name: 'New organisation', icon: Plus, words: 'create make team', run: ask({ to: 'create organisation' }) },
  ];
}
