import { Button } from '@/components/button';
import { formatMoment } from '@/lib/time';
import { plural } from '@/lib/units';
import type { MergedView } from './merged-log';

/** goesOnByItself is how many pages without a find are read one after the other before somebody has to ask for more. */
export const goesOnByItself = 5;

/** ReachRow says how far back the list goes, and goes on where a search has looked at enough for once. */
export function ReachRow({ view, filtered, onMore }: { view: MergedView; filtered: boolean; onMore: () => void }) {
  const { read, entries, atBeginning, completeFrom, loadingOlder, fruitless, problem } = view;
  const reach = Number.isFinite(completeFrom) ? formatMoment(completeFrom) : '';

  return (
    <div className="flex min-w-0 flex-wrap items-center gap-x-3 text-quiet text-sm">
      <p role="status">
        {!read
          ? !problem && 'Reading…'
          : atBeginning
            ? `${plural(entries.length, 'entry', 'entries')}, everything that ${filtered ? 'passes the filters' : 'is kept'}.`
            : fruitless > 0
              ? `Nothing more was found back to ${reach}.${loadingOlder ? ' Looking further back…' : ''}`
              : loadingOlder
                ? `Reading what is older than ${reach}…`
                : `Shown back to ${reach}. Scroll up for older ones.`}
      </p>
      {read && !atBeginning && fruitless >= goesOnByItself && (
        <Button size="small" look="quiet" busy={loadingOlder} onClick={onMore}>
          Look further back
        </Button>
      )}
    </div>
  );
}
