import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { SkewSwitch } from './skew-switch';

/** SkewCard says in which environments pages of the deployment before keep their assets. */
export function SkewCard({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data, error } = useQuery(environmentsQuery(project.id));

  return (
    <Card
      title="Skew protection"
      text="Pages that were loaded before a deployment still get their scripts and styles: hashed files that the new deployment does not have are served from the one before, while that is kept warm."
      flush={data !== undefined}
    >
      {data ? (
        <ul className="divide-y divide-line">
          {data.items?.map((environment) => (
            <li key={environment.id} className="px-4 py-3 sm:px-5">
              <SkewSwitch environment={environment} reason={reason} />
            </li>
          ))}
        </ul>
      ) : (
        <CardWait error={error} what="the environments" />
      )}
    </Card>
  );
}
