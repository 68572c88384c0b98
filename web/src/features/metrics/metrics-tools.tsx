import { useQuery } from '@tanstack/react-query';
import { ZoomOut } from 'lucide-react';
import { newestWentLiveQuery } from '@/api/queries/deployments';
import { environmentsQuery } from '@/api/queries/projects';
import { Button } from '@/components/button';
import { Select } from '@/components/select';
import { RangeChoice } from './range-choice';
import { type Chosen, rangeOf, zoomOf } from './ranges';

type Props = { projectId: string; chosen: Chosen; onChoose: (chosen: Chosen) => void };

const all = 'all';

/** MetricsTools chooses what the graphs show. */
export function MetricsTools({ projectId, chosen, onChoose }: Props) {
  const { data: environments } = useQuery(environmentsQuery(projectId));
  const { data: deployments } = useQuery(newestWentLiveQuery(projectId));
  const zoomed = zoomOf(chosen) !== undefined;
  const known = (deployments?.items ?? []).map(({ id, commit_sha: commit, commit_message: message }) => ({
    value: id,
    name: commit ? commit.slice(0, 7) : id.slice(-8),
    hint: message?.trim().split('\n')[0]?.slice(0, 60) ?? '',
  }));
  const other = chosen.deployment && !known.some(({ value }) => value === chosen.deployment);

  return (
    <div className="flex flex-wrap items-center gap-2">
      <RangeChoice
        value={zoomed ? undefined : rangeOf(chosen).value}
        onChange={(range) => onChoose({ ...chosen, range, from: undefined, to: undefined })}
      />
      <Select
        label="Environment"
        options={[
          { value: all, name: 'All environments' },
          ...(environments?.items ?? []).map(({ slug }) => ({ value: slug, name: slug })),
        ]}
        value={chosen.environment ?? all}
        onChange={(slug) => onChoose({ ...chosen, environment: slug === all ? undefined : slug })}
      />
      <Select
        label="Deployment"
        options={[
          { value: all, name: 'All deployments' },
          ...known,
          ...(other ? [{ value: chosen.deployment ?? '', name: chosen.deployment?.slice(-8) ?? '' }] : []),
        ]}
        value={chosen.deployment ?? all}
        onChange={(id) => onChoose({ ...chosen, deployment: id === all ? undefined : id })}
      />
      {zoomed && (
        <Button onClick={() => onChoose({ ...chosen, from: undefined, to: undefined })}>
          <ZoomOut aria-hidden />
          Back to the last {rangeOf(chosen).name}
        </Button>
      )}
    </div>
  );
}
