import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schemas } from '@/api/client';
import { projectQuery } from '@/api/queries/projects';
import { Card } from '@/components/card';
import { Confirm } from '@/components/confirm';
import { Notice } from '@/components/notice';
import { Switch } from '@/components/switch';

/** ReadableCard says whether values can be looked at, and lets owners change that. */
export function ReadableCard({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const [asking, setAsking] = useState(false);
  const queryClient = useQueryClient();
  const { mutateAsync } = $api.useMutation('put', '/v1/projects/{project_id}/variable-access');

  const set = async (readable: boolean) => {
    const fresh = await mutateAsync({ params: { path: { project_id: project.id } }, body: { readable } });
    queryClient.setQueryData(projectQuery(project.id).queryKey, fresh);
  };

  return (
    <Card title="Who can read values" text="It holds at once, for the values that are there already, too.">
      <div className="space-y-4">
        <Switch
          label="Owners can read values"
          hint="Off: values can be written and used by the app, and shown to nobody. On: each reading by an owner is in the audit log. Developers and viewers never can."
          checked={project.variables_readable}
          onChange={() => setAsking(true)}
          disabled={reason !== undefined}
        />
        {reason && <Notice>{reason}</Notice>}
      </div>
      <Confirm
        open={asking}
        onOpenChange={setAsking}
        title={project.variables_readable ? 'Hide all values?' : 'Let owners read all values?'}
        action={project.variables_readable ? 'Hide them' : 'Let owners read them'}
        onConfirm={() => set(!project.variables_readable)}
      >
        {project.variables_readable
          ? 'Nobody can look at a value any more. The app goes on getting them.'
          : 'Every owner of the organisation, now and later, can look at the value of each variable of this project, also of those that were written while nobody could. The audit log has each reading.'}
      </Confirm>
    </Card>
  );
}
