import type { Schemas } from '@/api/client';
import { Choices } from '@/components/choices';
import { Field, Input } from '@/components/field';
import { checkWhole, whole } from './numbers';
import { ProjectForm } from './project-form';

type Previews = NonNullable<Schemas['Project']['previews']>;

const options: { value: Previews; name: string; hint: string }[] = [
  { value: 'off', name: 'Off', hint: 'The project’s own branch alone is deployed.' },
  { value: 'branches', name: 'For branches', hint: 'Each other branch gets an environment of its own, with its next push.' },
  {
    value: 'pull_requests',
    name: 'For pull requests',
    hint: 'Each pull request has one while it is open. Those from other repositories get no variables, and wait for an approval.',
  },
];

/** PreviewsForm says which branches get an environment of their own, and for how long. */
export function PreviewsForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="When previews are made"
      effect="Holds at once: open pull requests get theirs, branches with their next push. Previews that are there stay until they are deleted or their time is over."
      reason={reason}
      values={{ previews: project.previews ?? 'off', preview_days: String(project.preview_days ?? 14) }}
      bodyOf={(values) => ({ previews: values.previews, preview_days: whole(values.preview_days) })}
    >
      {(form, errorOf) => (
        <>
          <Choices label="Previews" options={options} {...form.register('previews')} />
          <Field
            label="Days that a preview stays"
            hint="Counted from the last push to its branch."
            error={errorOf('preview_days') ?? errorOf('previews')}
          >
            <Input
              {...form.register('preview_days', { validate: checkWhole(1, 365, true) })}
              inputMode="numeric"
              className="max-w-32"
              autoComplete="off"
            />
          </Field>
        </>
      )}
    </ProjectForm>
  );
}
