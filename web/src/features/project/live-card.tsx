import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Globe, Rocket } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { deploymentQuery } from '@/api/queries/deployments';
import { domainsQuery, environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { Empty } from '@/components/empty';
import { Skeleton } from '@/components/skeleton';
import { StackedFact } from '@/components/stacked-fact';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { Commit } from '@/features/deployment/commit';
import { InstanceTable } from '@/features/deployment/instance-table';
import { shownAddress } from '@/lib/address';
import { plural } from '@/lib/units';
import { Asleep } from './asleep';

type Props = { organisation: string; project: Schemas['Project'] };

/** LiveCard says what of a project is live in production: where, which commit, since when and on which instances. */
export function LiveCard({ organisation, project }: Props) {
  const { data: domains } = useQuery(domainsQuery(project.id));
  const { data: environments } = useQuery(environmentsQuery(project.id));
  const live = useQuery({ ...deploymentQuery(project.live_deployment_id ?? ''), enabled: project.live_deployment_id !== undefined });

  if (live.isError && !live.data) {
    return (
      <Card title="Production">
        <CardWait error={live.error} what="what is live" />
      </Card>
    );
  }

  if (!project.live_deployment_id) {
    return (
      <Card title="Production">
        <Empty icon={Rocket} title="Nothing is live yet">
          <p>The first deployment that ends well goes live on {shownAddress(project.url)}.</p>
        </Empty>
      </Card>
    );
  }

  const addresses = (domains?.items ?? []).filter(
    (domain) => domain.environment_id === project.id && domain.state === 'active' && domain.kind === 'custom',
  );
  const deployment = live.data;
  const instances = deployment?.vms?.filter((vm) => vm.kind === 'app' && vm.state !== 'removed') ?? [];
  const production = environments?.items?.find(({ id }) => id === project.id);
  const healthy = instances.filter((vm) => vm.state === 'healthy').length;

  return (
    <Card title="Production" flush>
      <dl className="grid gap-x-8 gap-y-4 p-4 sm:grid-cols-2 sm:p-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,4fr)_minmax(0,2fr)_minmax(0,2fr)]">
        <StackedFact name="Answers on">
          <ul className="space-y-1">
            {[project.url, ...addresses.map((domain) => `https://${domain.hostname}`)].map((url) => (
              <li key={url} className="truncate">
                <a href={url} target="_blank" rel="noreferrer" className="hover:underline">
                  {shownAddress(url)}
                </a>
              </li>
            ))}
          </ul>
        </StackedFact>
        <StackedFact name="Commit">
          {deployment ? (
            <Link
              to="/o/$org/projects/$project/deployments/$deploymentId"
              params={{ org: organisation, project: project.slug, deploymentId: deployment.id }}
              className="flex min-w-0 no-underline hover:underline"
            >
              <Commit deployment={deployment} />
            </Link>
          ) : (
            <Skeleton className="h-5 w-40" />
          )}
        </StackedFact>
        <StackedFact name="Live since">
          {deployment?.ended_at ? <Time at={deployment.ended_at} /> : <Skeleton className="h-5 w-24" />}
        </StackedFact>
        <StackedFact name="Instances">
          {deployment ? (
            <>
              {healthy} of {plural(instances.length, 'instance')} healthy
            </>
          ) : (
            <Skeleton className="h-5 w-24" />
          )}
        </StackedFact>
      </dl>
      {deployment && instances.length > 0 ? (
        <div className="border-line border-t">
          <InstanceTable instances={instances} />
        </div>
      ) : (
        deployment &&
        (production?.asleep_since ? (
          <div className="border-line border-t px-4 py-3 sm:px-5">
            <Asleep environment={production} />
          </div>
        ) : (
          <p className="flex items-center gap-2 border-line border-t px-4 py-3 text-quiet sm:px-5">
            <Globe aria-hidden className="size-4" />
            No instance runs now. <Text text={deployment.error?.message} empty="The platform is starting another." />
          </p>
        ))
      )}
    </Card>
  );
}
