import { useQuery } from '@tanstack/react-query';
import { pendingChangesQuery } from '@/api/queries/projects';
import { PendingNotice } from '@/features/variables/pending-notice';

/** PendingChanges says for each environment what of the project's variables and settings is not live there yet. */
export function PendingChanges({ projectId, reason }: { projectId: string; reason: string | undefined }) {
  const { data } = useQuery(pendingChangesQuery(projectId));

  return data?.environments?.map((changes) => <PendingNotice key={changes.environment_id} changes={changes} reason={reason} />);
}
