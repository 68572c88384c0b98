import { CircleAlert, CircleMinus, CirclePlus, Equal, type LucideIcon, PencilLine } from 'lucide-react';
import { State, type Tone } from '@/components/state';
import { plural } from '@/lib/units';
import type { Change } from './changes';
import { Value } from './value';

const looks: Record<Change['kind'], { tone: Tone; icon: LucideIcon; word: string }> = {
  added: { tone: 'good', icon: CirclePlus, word: 'Added' },
  changed: { tone: 'busy', icon: PencilLine, word: 'Changed' },
  written: { tone: 'busy', icon: PencilLine, word: 'Written over' },
  unchanged: { tone: 'quiet', icon: Equal, word: 'Unchanged' },
  removed: { tone: 'bad', icon: CircleMinus, word: 'Removed' },
  kept: { tone: 'quiet', icon: Equal, word: 'Stays' },
  refused: { tone: 'bad', icon: CircleAlert, word: 'Cannot be saved' },
};

/** ChangeList shows what saving would do to each variable. Those that are not in the file and stay are only counted. */
export function ChangeList({ changes, shown }: { changes: Change[]; shown: boolean }) {
  const listed = changes.filter(({ kind }) => kind !== 'kept');
  const kept = changes.length - listed.length;

  return (
    <div className="overflow-clip rounded-md border border-line">
      <ul
        aria-label="What saving does"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
        tabIndex={0}
        className="max-h-96 overflow-y-auto"
      >
        {listed.map((change) => (
          <li
            key={change.name}
            className="grid gap-x-4 gap-y-1 border-line border-b px-3 py-2 last:border-b-0 sm:grid-cols-[9rem_minmax(0,1fr)]"
          >
            <div>
              <State {...looks[change.kind]} bare />
            </div>
            <div className="min-w-0 space-y-1">
              <p>
                <bdi className="font-mono text-sm wrap-anywhere">{change.name.slice(0, 300)}</bdi>
              </p>
              {change.problem && <p className="text-bad text-sm">{change.problem}</p>}
              {change.kind === 'changed' && shown && (
                <div className="text-quiet text-sm">
                  Before: <Value value={change.before} shown />
                </div>
              )}
              {change.value !== undefined && <Value value={change.value} shown={shown} />}
            </div>
          </li>
        ))}
      </ul>
      {kept > 0 && (
        <p className="border-line border-t bg-page px-3 py-2 text-quiet text-sm">
          {plural(kept, 'variable')} of this scope {kept === 1 ? 'is' : 'are'} not in the text and{' '}
          {kept === 1 ? 'stays as it is' : 'stay as they are'}.
        </p>
      )}
    </div>
  );
}
