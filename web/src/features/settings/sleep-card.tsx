import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { Asleep } from '@/features/project/asleep';
import { SleepSelect } from './sleep-select';

/** SleepCard says when each environment of a project stops its instances, as nobody uses it. */
export function SleepCard({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data, error } = useQuery(environmentsQuery(project.id));

  return (
    <Card
      title="Sleep"
      text="Without a request for so long an environment’s instances stop. The next request starts them, and waits until they answer."
      flush={data !== undefined}
    >
      {data ? (
        <ul className="divide-y divide-line">
          {data.items?.map((environment) => (
            <li key={environment.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 px-4 py-3 sm:px-5">
              <div className="min-w-0">
                <p className="truncate font-medium">
                  <bdi>{environment.slug}</bdi>
                </p>
                <Asleep environment={environment} />
              </div>
              <SleepSelect environment={environment} reason={reason} />
            </li>
          ))}
        </ul>
      ) : (
        <CardWait error={error} what="the environments" />
      )}
    </Card>
  );
}
