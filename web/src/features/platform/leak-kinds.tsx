import type { Schemas } from '@/api/client';
import { Time } from '@/components/time';
import { leakNames } from './leak-words';

/** LeakKinds says of each kind which look is longest ago, and how many places do not tell. */
export function LeakKinds({ kinds }: { kinds: Schemas['LeakSummary'][] }) {
  return (
    <dl className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4">
      {kinds.map((kind) => (
        <div key={kind.kind} className="rounded-lg border border-line bg-surface px-4 py-3">
          <dt className="font-medium">{leakNames[kind.kind].several}</dt>
          <dd className="mt-1 text-quiet text-sm">
            {kind.looked_at ? (
              <>
                looked <Time at={kind.looked_at} />
                {kind.places - kind.untold > 1 && ' or later'}
              </>
            ) : (
              'never looked'
            )}
            <br />
            {kind.untold === 0 ? `all ${kind.places} places tell` : `${kind.untold} of ${kind.places} places do not tell`}
          </dd>
        </div>
      ))}
    </dl>
  );
}
