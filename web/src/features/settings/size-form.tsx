import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '@/api/client';
import { quotasQuery } from '@/api/queries/organisation';
import { Field } from '@/components/field';
import { Select } from '@/components/select';
import { cpuOptions, memoryOptions } from '@/lib/sizes';
import { formatBytes, formatCPU } from '@/lib/units';
import { fromNextDeployment, ProjectForm } from './project-form';

/** SizeForm is the memory and processor time of each instance. */
export function SizeForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  const { data: quotas } = useQuery(quotasQuery(project.organisation_id));
  const memory = project.memory_bytes ?? 0;
  const cpu = project.cpu_millis ?? 0;

  return (
    <ProjectForm
      project={project}
      title="Size of each instance"
      text="An app that needs more memory than this is ended and started again."
      effect={fromNextDeployment}
      reason={reason}
      values={{ memory_bytes: String(memory), cpu_millis: String(cpu) }}
      bodyOf={(values) => ({ memory_bytes: Number(values.memory_bytes), cpu_millis: Number(values.cpu_millis) })}
    >
      {(form, errorOf) => (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Memory"
            hint={
              quotas &&
              `The organisation uses ${formatBytes(quotas.memory_bytes.used)} of ${formatBytes(quotas.memory_bytes.limit)} in all.`
            }
            error={errorOf('memory_bytes')}
          >
            <Select
              className="w-full"
              options={memoryOptions(memory)}
              value={form.watch('memory_bytes')}
              onChange={(value) => form.setValue('memory_bytes', value, { shouldDirty: true })}
              disabled={reason !== undefined}
            />
          </Field>
          <Field
            label="Processor"
            hint={quotas && `The organisation uses ${formatCPU(quotas.cpu_millis.used)} of ${formatCPU(quotas.cpu_millis.limit)} in all.`}
            error={errorOf('cpu_millis')}
          >
            <Select
              className="w-full"
              options={cpuOptions(cpu)}
              value={form.watch('cpu_millis')}
              onChange={(value) => form.setValue('cpu_millis', value, { shouldDirty: true })}
              disabled={reason !== undefined}
            />
          </Field>
        </div>
      )}
    </ProjectForm>
  );
}
