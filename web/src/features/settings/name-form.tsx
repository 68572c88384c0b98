import type { Schemas } from '@/api/client';
import { Field, Input } from '@/components/field';
import { ProjectForm } from './project-form';

/** NameForm is what people call the project. */
export function NameForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Name"
      effect="Holds at once. The project’s addresses stay as they are."
      reason={reason}
      values={{ name: project.name }}
      bodyOf={(values) => ({ name: values.name.trim() })}
    >
      {(form, errorOf) => (
        <Field label="What people call it" error={errorOf('name')}>
          <Input {...form.register('name', { validate: hasText })} maxLength={100} className="max-w-96" autoComplete="off" />
        </Field>
      )}
    </ProjectForm>
  );
}

function hasText(name: string): true | string {
  return name.trim() !== '' || 'People have to call it something.';
}
