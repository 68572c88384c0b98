import { Link } from '@tanstack/react-router';
import { ChevronRight, CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { Card } from '@/components/card';
import { State } from '@/components/state';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import type { Concern } from './attention';

/** ConcernList shows what needs attention, each leading to the page that shows more; or says that nothing does. */
export function ConcernList({ concerns }: { concerns: Concern[] }) {
  return (
    <Card flush title="Needs attention">
      <div role="status">
        {concerns.length === 0 ? (
          <p className="flex items-center gap-2 px-4 py-4 sm:px-5">
            <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
            Nothing. Every node and edge is in touch, and nothing waits for longer than it should.
          </p>
        ) : (
          <ul className="divide-y divide-line">
            {concerns.map(({ key, tone, text, more, since, to }) => (
              <li key={key} className="relative flex items-start gap-3 px-4 py-3 hover:bg-hover sm:px-5">
                <div className="w-24 shrink-0">
                  {tone === 'bad' ? (
                    <State tone="bad" icon={CircleAlert} word="Problem" bare />
                  ) : (
                    <State tone="warn" icon={TriangleAlert} word="Look at it" bare />
                  )}
                </div>
                <div className="min-w-0 flex-1">
                  <Link to={to} className="font-medium no-underline after:absolute after:inset-0">
                    <Text text={text} />
                  </Link>
                  {(more || since) && (
                    <p className="text-quiet text-sm">
                      {more && <Text text={more} />} {since && <Since {...since} />}
                    </p>
                  )}
                </div>
                <ChevronRight aria-hidden className="size-4 shrink-0 text-quiet" />
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}

function Since({ what, at }: { what: string; at: string }) {
  return (
    <span className="whitespace-nowrap">
      {what} <Time at={at} />.
    </span>
  );
}
