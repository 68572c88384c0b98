import type { ReactNode } from 'react';
import { plural } from '@/lib/units';

const most = 8;

type Going = {
  noun: string;
  nouns?: string;
  count: number;
  /** names are those that they have, each once. */
  names?: string[];
};

/** GoingList is what goes with a thing that is deleted, counted and named. */
export function GoingList({ going, children }: { going: Going[]; children?: ReactNode }) {
  return (
    <ul className="list-disc space-y-1 pl-5">
      {going
        .filter(({ count }) => count > 0)
        .map(({ noun, nouns, count, names = [] }) => (
          <li key={noun} className="wrap-anywhere">
            {plural(count, noun, nouns)}
            {names.length > 0 && (
              <span className="text-quiet">
                : <bdi>{names.slice(0, most).join(', ')}</bdi>
                {names.length > most && ' and others'}
              </span>
            )}
          </li>
        ))}
      {children}
    </ul>
  );
}
