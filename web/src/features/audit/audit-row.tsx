import { ChevronRight } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Fact, Facts } from '@/components/facts';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { formatExact } from '@/lib/time';
import { sentenceOf } from './sentence';

type Props = {
  event: Schemas['AuditEvent'];
  /** actor is how who did it is called. */
  actor: string;
  /** project is the slug of the project which is its subject, where it is known. */
  project: string | undefined;
  onActor: ((id: string) => void) | undefined;
  onSubject: ((id: string) => void) | undefined;
};

/** AuditRow is one change as a sentence, with its details folded. */
export function AuditRow({ event, actor, project, onActor, onSubject }: Props) {
  const details = Object.entries(event.details);

  return (
    <li className="border-line border-b px-4 py-2.5 last:border-b-0 sm:px-5">
      <details className="group">
        <summary className="flex list-none gap-2 rounded [&::-webkit-details-marker]:hidden">
          <ChevronRight aria-hidden className="mt-0.5 size-4 shrink-0 text-quiet transition-transform group-open:rotate-90" />
          <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-4">
            <span className="min-w-0 flex-1 basis-56">
              <span className="font-medium">
                <Text text={actor} />
              </span>{' '}
              <Text text={sentenceOf(event, project)} />
            </span>
            <span className="text-quiet text-sm">
              <Time at={event.created_at} />
            </span>
          </span>
        </summary>
        <div className="mt-2 sm:ml-6 space-y-3 rounded-md bg-page p-3 text-sm">
          <Facts>
            <Fact name="When">{formatExact(Date.parse(event.created_at))}</Fact>
            <Fact name="Action">
              <code className="font-mono">{event.action}</code>
            </Fact>
            <Fact name="Done by">
              {event.actor.kind} <Id id={event.actor.id} />
            </Fact>
            <Fact name="Done to">
              {event.subject_type} <Id id={event.subject_id} />
            </Fact>
            {event.token_id && (
              <Fact name="With the token or session">
                <Id id={event.token_id} />
              </Fact>
            )}
            {details.map(([name, value]) => (
              <Fact key={name} name={name}>
                <Text text={typeof value === 'string' ? value : JSON.stringify(value)} />
              </Fact>
            ))}
          </Facts>
          <div className="flex flex-wrap gap-2">
            {onActor && event.actor.id && (
              <Button size="small" onClick={() => onActor(event.actor.id ?? '')}>
                Only what they did
              </Button>
            )}
            {onSubject && (
              <Button size="small" onClick={() => onSubject(event.subject_id)}>
                Only what was done to this
              </Button>
            )}
          </div>
        </div>
      </details>
    </li>
  );
}

function Id({ id }: { id: string | undefined }) {
  return id ? <code className="font-mono text-quiet wrap-anywhere">{id}</code> : null;
}
