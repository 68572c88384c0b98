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
import { formatBytes } from '@/lib/units';

type Props = { organisation: Schemas['Organisation']; project: Schemas['Project']; reason: string | undefined };

/** DeleteProject says what goes with a project, and deletes it once its name was typed. */
export function DeleteProject({ organisation, project, reason }: Props) {
  const [asking, setAsking] = useState(false);
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

  const remove = async () => {
    await mutateAsync({ params: { path: { project_id: project.id } } });
    await navigate({ to: '/o/$org', params: { org: organisation.slug } });
    queryClient.removeQueries({ queryKey: ['get', '/v1/projects/{project_id}'] });
    await queryClient.invalidateQueries({ queryKey: ['get', '/v1/projects'] });
    toast(`${project.slug} is deleted`);
  };

  return (
    <Card
      title="Delete this project"
      text="It stops answering at once, and nothing brings it back. The repository stays as it is."
      footer={
        <GuardedButton reason={reason} look="danger" onClick={() => setAsking(true)}>
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
        title={`Delete ${project.slug} for good?`}
        action="Delete the project"
        danger
        typed={project.slug}
        onConfirm={remove}
      >
        <p className="mb-2">This goes at once, and cannot be undone:</p>
        {list}
      </Confirm>
    </Card>
  );
}

function named(goes: Schemas['Goes'] | undefined): { count: number; names: string[] } {
  return { count: goes?.count ?? 0, names: [...new Set(goes?.names ?? [])] };
}
