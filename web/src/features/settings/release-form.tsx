import type { Schemas } from '@/api/client';
import { Field, Input } from '@/components/field';
import { fromNextDeployment, ProjectForm } from './project-form';

/** ReleaseForm is the command that each deployment runs once before it serves. */
export function ReleaseForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Release command"
      text="Each deployment runs it once in its image, before anything of it serves: for migrations of a database, for example. Where it ends with another exit code than 0 the deployment fails, and what is live stays."
      effect={fromNextDeployment}
      reason={reason}
      values={{ release_command: project.release_command ?? '' }}
      bodyOf={(values) => values}
    >
      {(form, errorOf) => (
        <Field label="Command" hint="Empty: none." error={errorOf('release_command')}>
          <Input {...form.register('release_command')} placeholder="bin/rails db:prepare" mono autoComplete="off" spellCheck={false} />
        </Field>
      )}
    </ProjectForm>
  );
}
