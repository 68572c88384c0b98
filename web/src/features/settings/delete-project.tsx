import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { deletionQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { GoingList } from '@/components/going-list';
import { GuardedButton } from '@/components/guarded-button';
import { Notice } from '@/components/notice';
import { Skeleton } from '@/components/skeleton';
import { useToast } from '@/components/toast';
import { formatTimeLeft } from '@/lib/time';
import { formatBytes } from '@/lib/units';

type Props = { organisation: Schemas['Organisation']; project: Schemas['Project']; reason: string | undefined };

/** DeleteProject says what goes with a project, and deletes it once its name was typed. */
export function DeleteProject({ organisation, project, reason }: Props) {
  const [asking, setAsking] = useState(false);
  const [forGood, setForGood] = useState(false);
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const toast = useToast();
  const { mutateAsync } = $api.useMutation('delete', '/v1/projects/{project_id}');
  const { data: going, error } = useQuery({ ...deletionQuery(project.id), enabled: reason === undefined });

  const list = (
    <GoingList
      going={[
        { noun: 'environment', ...named(going?.environments) },
        { noun: 'domain', ...named(going?.domains) },
        { noun: 'variable', ...named(going?.variables) },
        { noun: 'running instance', count: going?.instances.count ?? 0 },
        { noun: 'deployment with its logs', nouns: 'deployments with their logs', count: going?.deployments.count ?? 0 },
        {
          noun: `image, ${formatBytes(going?.images.size_bytes ?? 0)}`,
          nouns: `images, ${formatBytes(going?.images.size_bytes ?? 0)} together`,
          count: going?.images.count ?? 0,
        },
      ]}
    />
  );

  const undo = going?.undo_seconds ? formatTimeLeft(going.undo_seconds * 1000) : '';

  const remove = async () => {
    await mutateAsync({ params: { path: { project_id: project.id }, query: forGood ? { for_good: true } : {} } });
    await navigate({ to: '/o/$org', params: { org: organisation.slug } });
    queryClient.removeQueries({ queryKey: ['get', '/v1/projects/{project_id}'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/projects'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/deleted-projects'] });
    toast(undo && !forGood ? `${project.slug} is deleted. It can be restored for ${undo}.` : `${project.slug} is deleted for good`);
  };

  return (
    <Card
      title="Delete this project"
      text={
        undo
          ? `It stops answering at once. For ${undo} it can be restored as it was; then it is gone for good. The repository stays as it is.`
          : 'It stops answering at once, and nothing brings it back. The repository stays as it is.'
      }
      footer={
        <GuardedButton
          reason={reason}
          look="danger"
          onClick={() => {
            setForGood(false);
            setAsking(true);
          }}
        >
          Delete {project.slug}
        </GuardedButton>
      }
    >
      <h3 className="mb-2 font-medium">What goes with it</h3>
      {going && list}
      {!going && !error && reason === undefined && (
        <div role="status">
          <span className="sr-only">Counting what goes…</span>
          <Skeleton className="h-24" />
        </div>
      )}
      {reason && <p className="text-quiet">All that belongs to it: environments, domains, variables, deployments and logs.</p>}
      {error && <Notice tone="bad">What goes could not be counted. {asProblem(error).message}</Notice>}
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={undo && !forGood ? `Delete ${project.slug}?` : `Delete ${project.slug} for good?`}
        action="Delete the project"
        danger
        typed={project.slug}
        onConfirm={remove}
      >
        <p className="mb-2">
          {undo && !forGood
            ? `All that runs for it ends at once. For ${undo} the list of projects has it under “Deleted projects”, from where it comes back with all of this:`
            : 'This goes at once, and cannot be undone:'}
        </p>
        {list}
        {undo && (
          <label className="mt-4 flex items-start gap-2">
            <input type="checkbox" className="mt-1" checked={forGood} onChange={(event) => setForGood(event.target.checked)} />
            <span>Delete it for good now, and keep nothing</span>
          </label>
        )}
      </Confirm>
    </Card>
  );
}

function named(goes: Schemas['Goes'] | undefined): { count: number; names: string[] } {
  return { count: goes?.count ?? 0, names: [...new Set(goes?.names ?? [])] };
}
