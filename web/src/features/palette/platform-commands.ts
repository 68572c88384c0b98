import {
  BookOpen,
  Braces,
  CircleMinus,
  CirclePause,
  CirclePlay,
  Keyboard,
  ListTodo,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Plus,
  Server,
  Sun,
  UserRound,
} from 'lucide-react';
import type { Schemas } from '@/api/client';
import { platformPlaces } from '@/features/shell/places';
import { letSingleKeysWork, singleKeysWork } from '@/lib/single-keys';
import { chooseTheme } from '@/lib/theme';
import type { Command } from './command';
import type { Here } from './here';
import type { Ways } from './ways';

/** platformCommands are the pages of operators, and what they may do with nodes; nobody else has any. */
export function platformCommands({ user, nodes }: Here, { go, leave, ask, add }: Ways): Command[] {
  if (!user?.operator) return [];

  return [
    ...platformPlaces.map(({ name, icon, path }) => ({
      id: `platform${path}`,
      name,
      hint: 'Platform',
      icon,
      words: 'operator',
      to: `/platform${path}`,
      run: go(`/platform${path}`),
    })),
    {
      id: 'add node',
      name: 'Add a node',
      hint: 'Platform',
      icon: Plus,
      words: 'operator make create token join',
      run: add('/platform/nodes'),
    },
    {
      id: 'add edge',
      name: 'Add an edge',
      hint: 'Platform',
      icon: Plus,
      words: 'operator make create token join',
      run: add('/platform/edges'),
    },
    { id: 'river', name: 'River UI', icon: ListTodo, words: 'platform queue jobs operator', run: leave('/river/') },
    ...nodes.flatMap((node) => {
      const change = (state: Schemas['Node']['state'], name: string, icon: LucideIcon, words: string) => ({
        id: `${state} ${node.id}`,
        name,
        hint: node.region,
        icon,
        words: `node operator platform ${words}`,
        searchedOnly: true,
        run: ask({ to: 'node state', node, state }),
      });

      return [
        ...(node.state === 'ready' ? [change('cordoned', `Cordon ${node.name}`, CircleMinus, '')] : []),
        ...(node.state === 'draining' ? [] : [change('draining', `Drain ${node.name}`, CirclePause, 'empty')]),
        ...(node.state === 'ready' ? [] : [change('ready', `Make ${node.name} ready`, CirclePlay, 'undrain uncordon')]),
        {
          id: `node ${node.id}`,
          name: `Nodes › ${node.name}`,
          hint: node.region,
          icon: Server,
          words: 'operator platform',
          searchedOnly: true,
          run: go(`/platform/nodes/${node.id}`),
        },
      ];
    }),
  ];
}

/** ownCommands are what everybody who is signed in can do for themselves. */
export function ownCommands(ways: Ways): Command[] {
  return [
    { id: 'account', name: 'Account and sessions', icon: UserRound, run: ways.leave('/account') },
    { id: 'docs', name: 'The documentation', icon: BookOpen, words: 'docs help guides manual', run: ways.leave('/docs/') },
    { id: 'api', name: 'The API', icon: Braces, words: 'documentation reference docs openapi', run: ways.leave('/v1/docs/') },
    { id: 'light', name: 'Light theme', icon: Sun, run: () => chooseTheme('light') },
    { id: 'dark', name: 'Dark theme', icon: Moon, run: () => chooseTheme('dark') },
    { id: 'system', name: 'Theme of the system', icon: Monitor, run: () => chooseTheme('system') },
    { id: 'keys', name: 'Show the keys', icon: Keyboard, words: 'shortcuts help', run: ways.ask({ to: 'keys' }) },
    {
      id: 'single keys',
      name: 'Turn keys without Control or Command on or off',
      icon: Keyboard,
      searchedOnly: true,
      run: () => letSingleKeysWork(!singleKeysWork()),
    },
    { id: 'out', name: 'Sign out', icon: LogOut, onlyAsked: true, run: ways.signOut },
  ];
}
