import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useRouterState } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import type { Asked } from './asked';
import type { Command, Group } from './command';
import { CommandItem } from './command-item';
import { commandsFor } from './commands';
import { useFoundProjects } from './found-projects';
import { useHere } from './here';
import { matching } from './match';
import { PaletteStatus } from './palette-status';
import { recentIds, rememberCommand, withRecent } from './recent';
import { useWays } from './use-ways';

type Props = { organisation: Schemas['Organisation'] | undefined; ask: (asked: Asked) => void; onDone: () => void };

/** CommandList is the commands that fit what is typed above them; before anything is typed, those that are nearest. */
export function CommandList({ organisation, ask, onDone }: Props) {
  const [query, setQuery] = useState('');
  const [recent] = useState(recentIds);
  const here = useHere(organisation);
  const ways = useWays(ask);
  const found = useFoundProjects(query);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const groups = commandsFor(here, found.projects, ways);
  const shown = matching(query.trim() === '' ? withRecent(groups, recent, path) : groups, query);
  const count = shown.reduce((sum, { items }) => sum + items.length, 0);

  const run = (command: Command) => {
    if (!command.onlyAsked) rememberCommand(command.id);
    onDone();
    command.run();
  };

  return (
    <Autocomplete.Root
      open
      inline
      items={shown}
      filter={null}
      value={query}
      onValueChange={setQuery}
      itemToStringValue={(command: Command) => command.name}
      autoHighlight="always"
      keepHighlight
    >
      <div className="flex items-center gap-3 border-line border-b px-4">
        <Search aria-hidden className="size-4 shrink-0 text-quiet" />
        <Autocomplete.Input
          aria-label="Search pages, projects and actions"
          placeholder="Where to, or what to do?"
          maxLength={200}
          className="h-12 w-full min-w-0 bg-transparent text-lg outline-none placeholder:text-quiet"
        />
      </div>
      <Dialog.Close className="sr-only">Close</Dialog.Close>
      <div className={count === 0 ? 'hidden' : 'min-h-0 flex-1 overflow-y-auto p-2'}>
        <Autocomplete.List aria-label="Pages, projects and actions">
          {(group: Group) => (
            <Autocomplete.Group key={group.value} items={group.items}>
              <Autocomplete.GroupLabel className="truncate px-2 pt-2 pb-1 text-quiet text-sm">
                <bdi>{group.value}</bdi>
              </Autocomplete.GroupLabel>
              <Autocomplete.Collection>
                {(command: Command) => <CommandItem key={command.id} command={command} onRun={() => run(command)} />}
              </Autocomplete.Collection>
            </Autocomplete.Group>
          )}
        </Autocomplete.List>
      </div>
      <PaletteStatus query={query.trim()} count={count} {...found} />
    </Autocomplete.Root>
  );
}
