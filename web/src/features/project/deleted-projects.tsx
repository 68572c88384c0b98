import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { deletedProjectsQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GuardedButton } from '@/components/guarded-button';
import { Text } from '@/components/text';
import { Time } from '@/components/time';
import { reasonAgainst } from '@/features/session/role';
import { formatExact, formatTimeLeft } from '@/lib/time';
import { useNow } from '@/lib/use-now';
import { RestoreProject } from './restore-project';

/** DeletedProjects is the projects of an organisation that were deleted and can be restored; nothing where there is none. */
export function DeletedProjects({ organisation }: { organisation: Schemas['Organisation'] }) {
  const { data } = useQuery(deletedProjectsQuery(organisation.id));
  const now = useNow(10_000);
  const [restoring, setRestoring] = useState<Schemas['DeletedProject']>();
  const [going, setGoing] = useState<Schemas['DeletedProject']>();
  const queryClient = useQueryClient();
  const { mutateAsync } = $api.useMutation('delete', '/v1/deleted-projects/{deleted_project_id}');
  const reason = reasonAgainst(organisation, 'owner');
  const deleted = data?.items?.filter(({ kept_until }) => Date.parse(kept_until) > now) ?? [];

  const purge = async (project: Schemas['DeletedProject']) => {
    await mutateAsync({ params: { path: { deleted_project_id: project.id } } });
    await queryClient.invalidateQueries(deletedProjectsQuery(organisation.id));
  };

  return (
    <>
      {deleted.length > 0 && (
        <Card title="Deleted projects" text="They serve nothing, and can be restored as they were until their time is over." flush>
          <ul>
            {deleted.map((project) => (
              <li
                key={project.id}
                className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3 first:border-t-0 sm:px-5"
              >
                <div className="min-w-0 flex-1 basis-56">
                  <p className="font-medium">
                    <Text text={project.name} />
                  </p>
                  <p className="text-quiet text-sm">
                    <span className="font-mono wrap-anywhere">{project.slug}</span>, deleted <Time at={project.deleted_at} />,{' '}
                    <span title={`Until ${formatExact(Date.parse(project.kept_until))}`}>
                      {formatTimeLeft(Date.parse(project.kept_until) - now)} left
                    </span>
                    {project.slug_taken && '. Another project has its address by now.'}
                  </p>
                </div>
                <div className="flex flex-wrap gap-2">
                  <GuardedButton reason={reason} size="small" onClick={() => setRestoring(project)} aria-label={`Restore ${project.slug}`}>
                    Restore
                  </GuardedButton>
                  <GuardedButton
                    reason={reason}
                    look="quiet"
                    size="small"
                    onClick={() => setGoing(project)}
                    aria-label={`Delete for good: ${project.slug}`}
                  >
                    Delete for good
                  </GuardedButton>
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <RestoreProject organisation={organisation} project={restoring} onClose={() => setRestoring(undefined)} />
      <Confirm
        open={going !== undefined}
        onOpenChange={() => setGoing(undefined)}
        title={`Delete ${going?.slug ?? ''} for good?`}
        action="Delete for good"
        danger
        typed={going?.slug ?? ''}
        onConfirm={async () => going && purge(going)}
      >
        Its deployments, images, variables, domains and logs go, and nothing brings them back.
      </Confirm>
    </>
  );
}
