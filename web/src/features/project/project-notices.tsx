import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '@/api/client';
import { newestDeploymentsQuery } from '@/api/queries/deployments';
import { pendingChangesQuery } from '@/api/queries/projects';
import { buttonClass } from '@/components/button';
import { Notice } from '@/components/notice';
import { Sentence } from '@/components/sentence';
import { Text } from '@/components/text';
import { namesOfPending } from '@/features/variables/pending-names';
import { plural } from '@/lib/units';
import { UnpinButton } from './unpin-button';

type Props = { organisation: Schemas['Organisation']; project: Schemas['Project'] };

/** ProjectNotices says what about a project waits for somebody, the most pressing first. */
export function ProjectNotices({ organisation, project }: Props) {
  const { data: newest } = useQuery(newestDeploymentsQuery(project.id, 1));
  const { data: pending } = useQuery(pendingChangesQuery(project.id));
  const last = newest?.items?.[0];
  const production = pending?.environments?.find((each) => each.environment_id === project.id);
  const changes = (production?.variables?.length ?? 0) + (production?.settings?.length ?? 0);

  const open = (deploymentId: string) => (
    <Link
      to="/o/$org/projects/$project/deployments/$deploymentId"
      params={{ org: organisation.slug, project: project.slug, deploymentId }}
      className={buttonClass('plain', 'small')}
    >
      Open it
    </Link>
  );

  return (
    <>
      {last?.state === 'failed' && (
        <Notice tone="bad" title="The newest deployment has failed" actions={open(last.id)}>
          <Text text={last.error?.summary || last.error?.message} empty="Its page says why." />
          {project.live_deployment_id && <p className="mt-1 text-quiet">What was live before still is.</p>}
        </Notice>
      )}
      {(last?.state === 'deploying' || last?.state === 'queued') && (
        <Notice title="A deployment is under way" actions={open(last.id)}>
          <Text text={last.commit_message?.split('\n')[0]} empty="(no message)" />
        </Notice>
      )}
      {project.poll_error && (
        <Notice tone="warn" title="The repository cannot be read">
          <bdi>
            <Sentence text={project.poll_error} />
          </bdi>
        </Notice>
      )}
      {project.report_error && (
        <Notice tone="warn" title="GitHub is not told of deployments">
          <bdi>
            <Sentence text={project.report_error} />
          </bdi>
        </Notice>
      )}
      {project.pinned_by && (
        <Notice
          tone="warn"
          title="Production is pinned"
          actions={
            <>
              {project.held_deployment_id && open(project.held_deployment_id)}
              <UnpinButton
                pinned={{ project: project.id, slug: 'production', held: project.held_deployment_id }}
                role={organisation.role}
              />
            </>
          }
        >
          A rollback keeps what is live: pushes are built and wait. {project.held_deployment_id ? 'One is waiting.' : 'None is waiting.'}{' '}
          Unpin to let the newest go live.
        </Notice>
      )}
      {changes > 0 && (
        <Notice tone="warn" title={`${plural(changes, 'change')} not live yet`}>
          {production && namesOfPending(production)} changed since what is live was made. The next deployment takes it up.
        </Notice>
      )}
    </>
  );
}
