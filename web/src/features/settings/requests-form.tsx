import type { Schemas } from '@/api/client';
import { Switch } from '@/components/switch';
import { ProjectForm } from './project-form';

/** RequestsForm says whether the requests to the project's deployments are kept. */
export function RequestsForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Requests"
      effect="Holds at once. Turned off, those that are kept are deleted."
      reason={reason}
      values={{ record_requests: project.record_requests ?? true }}
      bodyOf={(values) => values}
    >
      {(form) => (
        <Switch
          label="Keep requests for some days"
          hint="Method, host, path without its query, status and times of each, for the logs. Paths may hold secrets: turn it off where yours do."
          checked={form.watch('record_requests')}
          onChange={(checked) => form.setValue('record_requests', checked, { shouldDirty: true })}
          disabled={reason !== undefined}
        />
      )}
    </ProjectForm>
  );
}
