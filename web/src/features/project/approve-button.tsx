import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';

/** ApproveButton lets the commit of a pull request from a fork be built and run, and says before what that means. */
export function ApproveButton({ environment }: { environment: Schemas['Environment'] }) {
  const [asking, setAsking] = useState(false);
  const approve = $api.useMutation('post', '/v1/environments/{environment_id}/approve');
  const commit = environment.pull_request?.awaiting_commit;
  if (!commit) return null;

  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>
        Approve {commit.slice(0, 7)}
      </Button>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title="Build and run this commit?"
        action="Approve"
        onConfirm={() => approve.mutateAsync({ params: { path: { environment_id: environment.id } }, body: { commit } })}
      >
        Commit {commit.slice(0, 7)} comes from another repository: look at what it changes first. It is built and run without any of the
        project’s variables. The next commit waits for an approval again.
      </Confirm>
    </>
  );
}
