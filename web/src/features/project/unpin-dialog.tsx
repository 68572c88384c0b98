import { useQueryClient } from '@tanstack/react-query';
import { $api } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { useToast } from '@/components/toast';

/** Pinned is what a rollback keeps where it is: an environment, or production by its project. held is the push that waits, where one does. */
export type Pinned = { slug: string; held: string | null | undefined } & ({ environment: string } | { project: string });

type Props = { open: boolean; onOpenChange: (open: boolean) => void; pinned: Pinned };

/** UnpinDialog ends that a rollback keeps an environment where it is, and says before what goes live then. */
export function UnpinDialog({ open, onOpenChange, pinned }: Props) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const unpinProject = $api.useMutation('post', '/v1/projects/{project_id}/unpin');
  const unpinEnvironment = $api.useMutation('post', '/v1/environments/{environment_id}/unpin');
  const where = pinned.slug === 'production' ? 'Production' : `The preview ${pinned.slug}`;

  const confirm = async () => {
    if ('project' in pinned) await unpinProject.mutateAsync({ params: { path: { project_id: pinned.project } } });
    else await unpinEnvironment.mutateAsync({ params: { path: { environment_id: pinned.environment } } });
    toast(`${where} is unpinned`);
    await queryClient.invalidateQueries();
  };

  return (
    <Confirm open={open} onOpenChange={onOpenChange} title={`Unpin ${pinned.slug}?`} action="Unpin" onConfirm={confirm}>
      {pinned.held
        ? 'The newest push that waits goes live at once, and pushes go live by themselves from then on.'
        : 'Pushes go live by themselves from then on. None is waiting.'}
    </Confirm>
  );
}
