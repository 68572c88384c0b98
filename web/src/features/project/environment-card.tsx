import { useQuery } from '@tanstack/react-query';
import { GitBranch, GitPullRequest } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { environmentsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { CardWait } from '@/components/card-wait';
import { State } from '@/components/state';
import { Tag } from '@/components/tag';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { shownAddress } from '@/lib/address';
import { ApproveButton } from './approve-button';
import { Asleep } from './asleep';
import { UnpinButton } from './unpin-button';

type Role = Schemas['Organisation']['role'];

/** EnvironmentCard lists the previews of a project. */
export function EnvironmentCard({ project, role }: { project: Schemas['Project']; role: Role }) {
  const { data, error } = useQuery(environmentsQuery(project.id));
  const previews = data?.items?.filter((environment) => environment.kind === 'preview') ?? [];

  return (
    <Card title="Previews" flush={previews.length > 0}>
      {!data ? (
        <CardWait error={error} what="the previews" />
      ) : previews.length === 0 ? (
        <p className="text-quiet">
          {project.previews === 'off'
            ? 'None. Previews give each other branch, or each pull request, an address of its own: turn them on in the settings.'
            : 'None yet. The next push to another branch, or the next pull request, makes one.'}
        </p>
      ) : (
        <ul className="divide-y divide-line">
          {previews.map((environment) => (
            <Preview key={environment.id} environment={environment} role={role} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Preview({ environment, role }: { environment: Schemas['Environment']; role: Role }) {
  const pull = environment.pull_request;
  const Icon = pull ? GitPullRequest : GitBranch;

  return (
    <li className="px-4 py-3 sm:px-5">
      <div className="flex items-center gap-2">
        <Icon aria-hidden className="size-4 shrink-0 text-quiet" />
        <span className="min-w-0 flex-1 truncate">
          <Text text={pull ? `#${pull.number} ${pull.title}` : environment.branch} />
        </span>
        {pull?.is_fork && <Tag>fork</Tag>}
        {environment.live_deployment_id ? null : <State tone="quiet" icon={Icon} word="Nothing live" bare />}
      </div>
      <p className="mt-0.5 truncate text-quiet text-sm">
        <a href={environment.url} target="_blank" rel="noreferrer" className="hover:text-text hover:underline">
          {shownAddress(environment.url)}
        </a>
        {environment.expires_at && (
          <>
            , ends <Time at={environment.expires_at} />
          </>
        )}
      </p>
      <Asleep environment={environment} />
      {environment.pinned_by && (
        <div className="mt-1 flex flex-wrap items-center justify-between gap-2">
          <p className="text-sm text-warn">
            Pinned by a rollback: pushes are built and wait. {environment.held_deployment_id ? 'One is waiting.' : 'None is waiting.'}
          </p>
          <UnpinButton pinned={{ environment: environment.id, slug: environment.slug, held: environment.held_deployment_id }} role={role} />
        </div>
      )}
      {pull?.waiting_for && <p className="mt-1 text-sm text-warn">{pull.waiting_for}</p>}
      {pull?.awaiting_commit && role !== 'viewer' && (
        <div className="mt-2">
          <ApproveButton environment={environment} />
        </div>
      )}
    </li>
  );
}
