import { plural } from '@/lib/units';

type Props = { query: string; count: number; isSearching: boolean; failed: boolean };

/** PaletteStatus says how many commands there are, what is still looked for, and why there may be none. */
export function PaletteStatus({ query, count, isSearching, failed }: Props) {
  return (
    <div role="status" className="border-line border-t px-4 py-2 text-quiet text-sm">
      {count === 0 ? (
        <p className="py-4 text-center">
          {isSearching ? 'Looking through all of your projects…' : `Nothing that you may see or do is called “${query.slice(0, 40)}”.`}
        </p>
      ) : (
        <p>
          {plural(count, 'command')}
          {isSearching && ', looking through all of your projects…'}
        </p>
      )}
      {failed && <p>The platform could not be asked for more projects: of those, the newest of this organisation are here.</p>}
    </div>
  );
}
