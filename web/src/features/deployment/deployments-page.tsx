import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Rocket } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { deploymentPagesQuery } from '@/api/queries/deployments';
import { environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { Empty } from '@/components/empty';
import { Input } from '@/components/field';
import { Page } from '@/components/page';
import { PageProblem } from '@/components/page-problem';
import { Select } from '@/components/select';
import { ShowMore } from '@/components/show-more';
import { Skeleton } from '@/components/skeleton';
import { useTyped } from '@/lib/use-typed';
import { DeploymentList } from './deployment-list';

type State = Schemas['Deployment']['state'];

/** Chosen is the filters as they stand in the address. */
export type Chosen = { state?: State; environment?: string; text?: string };

const states: { value: State | 'all'; name: string }[] = [
  { value: 'all', name: 'All states' },
  { value: 'deploying', name: 'Deploying' },
  { value: 'live', name: 'Live' },
  { value: 'failed', name: 'Failed' },
  { value: 'cancelled', name: 'Cancelled' },
  { value: 'superseded', name: 'Superseded' },
  { value: 'retired', name: 'Retired' },
];

type Props = { organisation: string; project: string; projectId: string; chosen: Chosen; onChoose: (chosen: Chosen) => void };

/** DeploymentsPage lists all deployments of a project, with filters that stand in the address. */
export function DeploymentsPage({ organisation, project, projectId, chosen, onChoose }: Props) {
  const { data: environments } = useQuery(environmentsQuery(projectId));
  const environment = environments?.items?.find((each) => each.slug === chosen.environment);
  const text = chosen.text?.trim();
  const [typed, setTyped] = useTyped(chosen.text ?? '', (settled) => onChoose({ ...chosen, text: settled || undefined }));
  const filters = {
    state: chosen.state === 'deploying' ? (['queued', 'deploying'] as State[]) : chosen.state && [chosen.state],
    environment_id: environment?.id,
    text: text || undefined,
  };
  const pages = useInfiniteQuery(deploymentPagesQuery(projectId, filters));
  const deployments = pages.data?.pages.flatMap((page) => page.items ?? []) ?? [];
  const filtered = Boolean(chosen.state || chosen.environment || text);

  return (
    <Page title="Deployments">
      <search className="flex flex-wrap gap-2">
        <Input
          type="search"
          data-search
          aria-label="Search in commit messages and branches"
          placeholder="Search messages and branches"
          className="sm:max-w-64"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Select
          label="State"
          options={states}
          value={chosen.state ?? 'all'}
          onChange={(state) => onChoose({ ...chosen, state: state === 'all' ? undefined : state })}
        />
        <Select
          label="Environment"
          options={[
            { value: 'all', name: 'All environments' },
            ...(environments?.items ?? []).map(({ slug }) => ({ value: slug, name: slug })),
          ]}
          value={chosen.environment ?? 'all'}
          onChange={(slug) => onChoose({ ...chosen, environment: slug === 'all' ? undefined : slug })}
        />
      </search>
      <Card flush>
        {pages.isError && !pages.data ? (
          <PageProblem error={pages.error} reset={() => void pages.refetch()} />
        ) : pages.isPending ? (
          <div role="status" aria-label="Loading deployments" className="space-y-3 p-5">
            <Skeleton className="h-10 w-full" />
            <Skeleton className="h-10 w-full" />
          </div>
        ) : deployments.length === 0 ? (
          <Empty icon={Rocket} title={filtered ? 'None like this' : 'No deployment yet'}>
            {filtered ? 'No deployment passes these filters.' : 'A push to the project’s branch makes one.'}
          </Empty>
        ) : (
          <DeploymentList organisation={organisation} project={project} deployments={deployments} />
        )}
      </Card>
      <ShowMore pages={pages} />
    </Page>
  );
}
