import { Autocomplete } from '@base-ui/react/autocomplete';
import type { Command } from './command';

/** CommandItem is one command in the list: Enter or a click does it. */
export function CommandItem({ command, onRun }: { command: Command; onRun: () => void }) {
  return (
    <Autocomplete.Item
      value={command}
      onClick={onRun}
      className="flex min-h-9 cursor-default select-none items-center gap-3 rounded-md px-2 outline-none data-[highlighted]:bg-hover"
    >
      <command.icon aria-hidden className="size-4 shrink-0 text-quiet" />
      <bdi className="min-w-0 flex-1 truncate">{command.name}</bdi>
      {command.hint && <bdi className="max-w-[45%] shrink-0 truncate text-quiet text-sm">{command.hint}</bdi>}
    </Autocomplete.Item>
  );
}
