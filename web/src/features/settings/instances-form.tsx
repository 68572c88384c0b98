import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { quotasQuery } from '@/api/queries/organisation';
import { Field, Input } from '@/components/field';
import { formatCount } from '@/lib/units';
import { checkWhole, whole } from './numbers';
import { ProjectForm } from './project-form';

/** InstancesForm is how many VMs run the app. */
export function InstancesForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data: quotas } = useQuery(quotasQuery(project.organisation_id));

  return (
    <ProjectForm
      project={project}
      title="Instances"
      text="Each is a VM of its own; requests go to those that are well."
      effect="Holds at once: what is live gets more or fewer instances without losing a request."
      reason={reason}
      values={{ instances: String(project.instances ?? 1) }}
      bodyOf={(values) => ({ instances: whole(values.instances) })}
    >
      {(form, errorOf) => (
        <Field
          label="How many"
          hint={
            quotas &&
            `The organisation runs ${formatCount(quotas.instances.used)} of ${formatCount(quotas.instances.limit)} instances that it may run at once.`
          }
          error={errorOf('instances')}
        >
          <Input
            {...form.register('instances', { validate: checkWhole(1, 100, true) })}
            inputMode="numeric"
            className="max-w-32"
            autoComplete="off"
          />
        </Field>
      )}
    </ProjectForm>
  );
}
