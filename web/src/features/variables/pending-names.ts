import type { Schemas } from '@/api/client';

const most = 6;

/** namesOfPending lists the variables and settings that an environment does not have yet, in a sentence. */
export function namesOfPending({ variables, settings }: Pick<Schemas['PendingChanges'], 'variables' | 'settings'>): string {
  const names = [
    ...variables.map(({ name, change }) => (change === 'deleted' ? `${name} (deleted)` : name)),
    ...settings.map((name) => name.replaceAll('_', ' ')),
  ];
  const others = names.length - most;

  return others > 0 ? `${names.slice(0, most).join(', ')} and ${others} more` : names.join(', ');
}
