import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { SlidersHorizontal, X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { platformNow } from '@/api/clock';
import { deploymentQuery, newestDeploymentsQuery } from '@/api/queries/deployments';
import { environmentsQuery, projectQuery } from '@/api/queries/projects';
import { Button } from '@/components/button';
import { Page } from '@/components/page';
import { cn } from '@/lib/cn';
import { ContextDialog } from './context-dialog';
import type { EntryActions } from './entry-details';
import { choicesOf } from './filter-options';
import { type Chosen, filtersOf, lineFilterOf, requestFilterOf, sourcesOf } from './filters';
import { lineFeed } from './line-feed';
import { LogFilters } from './log-filters';
import { MergedList } from './merged-list';
import { requestFeed } from './request-feed';
import { SearchInput } from './search-input';
import { SourceSwitch } from './source-switch';

const choosable = 20;

type Props = {
  projectId: string;
  chosen: Chosen;
  /** onChoose changes the address; what is undefined in the change is taken out of it. */
  onChoose: (change: Chosen) => void;
  linkTo: EntryActions['linkTo'];
  deploymentLink: EntryActions['deploymentLink'];
};

/** LogsPage is what a project's apps write and the requests that they get, in one list by time, with filters that stand in the address. */
export function LogsPage({ projectId, chosen, onChoose, linkTo, deploymentLink }: Props) {
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: environments } = useSuspenseQuery(environmentsQuery(projectId));
  const { data: deployments } = useQuery(newestDeploymentsQuery(projectId, choosable));
  const { data: live } = useQuery({
    ...deploymentQuery(project.live_deployment_id ?? ''),
    enabled: project.live_deployment_id !== undefined,
  });
  const [unfolded, setUnfolded] = useState(false);
  const [invalid, setInvalid] = useState(false);

  const { line, request, ...choice } = chosen;
  const environmentId = environments.items?.find(({ slug }) => slug === chosen.environment)?.id;
  const sources = sourcesOf(chosen);
  const asked = JSON.stringify([choice, environmentId]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another choice of the same content is none.
  const feeds = useMemo(() => {
    const places = { environmentId, now: platformNow() };
    return [
      ...(sources.lines ? [lineFeed(projectId, lineFilterOf(choice, places))] : []),
      ...(sources.requests ? [requestFeed(projectId, requestFilterOf(choice, places), choice.q ?? '')] : []),
    ];
  }, [projectId, asked]);

  const filters = filtersOf(chosen);
  const clear = useCallback(() => onChoose(Object.fromEntries(filters.map((name) => [name, undefined]))), [filters, onChoose]);
  const onContext = useCallback((id: number) => onChoose({ line: id }), [onChoose]);
  const onSearch = useCallback((q: string) => onChoose({ q: q || undefined }), [onChoose]);
  const actions = useMemo(() => ({ onContext, onFilter: onChoose, linkTo, deploymentLink }), [onContext, onChoose, linkTo, deploymentLink]);
  const choices = choicesOf(
    {
      environments: environments.items ?? [],
      deployments: deployments?.items ?? [],
      instances: live?.vms?.filter(({ kind, state }) => kind === 'app' && state !== 'removed') ?? [],
    },
    chosen,
  );
  const besideText = filters.filter((name) => name !== 'q').length;

  return (
    <Page title="Logs">
      <search className="flex flex-wrap items-center gap-2">
        <SearchInput value={chosen.q ?? ''} onChange={onSearch} invalid={invalid} />
        <SourceSwitch show={chosen.show} onShow={(show) => onChoose({ show })} />
        <Button className="sm:hidden" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          <SlidersHorizontal aria-hidden />
          Filters{besideText > 0 && ` (${besideText})`}
        </Button>
        {filters.length > 0 && (
          <Button look="quiet" onClick={clear}>
            <X aria-hidden />
            Clear
          </Button>
        )}
        <div className={cn('w-full flex-wrap gap-2 sm:flex', unfolded ? 'flex' : 'hidden')}>
          <LogFilters chosen={chosen} choices={choices} onChoose={onChoose} />
        </div>
      </search>
      <MergedList
        project={project}
        feeds={feeds}
        grows={chosen.to === undefined}
        query={chosen.q ?? ''}
        requests={sources.requests}
        filtered={filters.length > 0}
        pointed={request && `request-${request}`}
        actions={actions}
        onClear={clear}
        onInvalid={setInvalid}
      />
      <ContextDialog projectId={projectId} lineId={line} onClose={() => onChoose({ line: undefined })} />
    </Page>
  );
}
