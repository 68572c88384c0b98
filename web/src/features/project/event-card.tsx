import { useQuery } from '@tanstack/react-query';
import { projectEventsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { Text } from '@/components/text';
import { Time } from '@/components/time';

/** EventCard lists what has happened to a project between deployments: instances that were replaced, pins, pushes that were not deployed. */
export function EventCard({ projectId }: { projectId: string }) {
  const { data, error } = useQuery(projectEventsQuery(projectId));
  const events = data?.items ?? [];

  return (
    <Card title="What happened" flush={events.length > 0}>
      {!data ? (
        <CardWait error={error} what="what happened" />
      ) : events.length === 0 ? (
        <p className="text-quiet">
          Nothing but deployments. Instances that were replaced, pins, and pushes that were not deployed are told here.
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {events.map((event) => (
            <li key={event.id} className="flex items-start justify-between gap-4 px-4 py-2.5 sm:px-5">
              <Text text={event.message} className="min-w-0" />
              <span className="shrink-0 text-quiet text-sm">
                <Time at={event.created_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
