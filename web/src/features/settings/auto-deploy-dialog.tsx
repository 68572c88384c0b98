import type { Schemas } from '@/api/client';
import { Confirm } from '@/components/confirm';
import { useSaveProject } from './use-save-project';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  project: Schemas['Project'];
  /** follows tells what is asked for: to deploy pushes by themselves, or no longer. */
  follows: boolean;
};

/** AutoDeployDialog has pushes deployed by themselves, or no longer; it says before what that does. */
export function AutoDeployDialog({ open, onOpenChange, project, follows }: Props) {
  const save = useSaveProject(project.id);
  const branch = project.branch ?? 'its branch';

  return (
    <Confirm
      open={open}
      onOpenChange={onOpenChange}
      title={follows ? `Deploy pushes to ${project.slug} by themselves?` : `Pause deploying pushes to ${project.slug}?`}
      action={follows ? 'Deploy pushes' : 'Pause'}
      onConfirm={() => save({ auto_deploy: follows })}
    >
      {follows
        ? `The newest commit of ${branch} is deployed at once, unless it was before. From then on each push is built and goes live once it is healthy.`
        : `A push to ${branch} is no longer deployed; you deploy by hand. What is live stays, and what is under way goes on.`}
    </Confirm>
  );
}
