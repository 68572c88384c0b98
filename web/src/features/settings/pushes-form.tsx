import type { Schemas } from '@/api/client';
import { Field, Input, TextArea } from '@/components/field';
import { Switch } from '@/components/switch';
import { ProjectForm } from './project-form';

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** PushesForm is which pushes are deployed. */
export function PushesForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Branch and pushes"
      effect="Holds at once. Where pushes are deployed by themselves, so is the newest commit of the branch, unless it was before."
      reason={reason}
      values={{
        branch: project.branch ?? '',
        auto_deploy: project.auto_deploy ?? true,
        ignored_paths: (project.ignored_paths ?? []).join('\n'),
      }}
      bodyOf={(values) => ({ branch: values.branch.trim(), auto_deploy: values.auto_deploy, ignored_paths: lines(values.ignored_paths) })}
    >
      {(form, errorOf) => (
        <>
          <Field label="Branch" hint="What is pushed to it becomes production." error={errorOf('branch')}>
            <Input {...form.register('branch')} mono autoComplete="off" spellCheck={false} />
          </Field>
          <Switch
            label="Deploy pushes by themselves"
            hint="A push whose newest commit says [skip deploy] is passed over. Off: you deploy by hand."
            checked={form.watch('auto_deploy')}
            onChange={(checked) => form.setValue('auto_deploy', checked, { shouldDirty: true })}
            disabled={reason !== undefined}
          />
          <Field
            label="Ignored paths"
            hint="One pattern a line, such as docs/** or **/*.md. A push that changes nothing else is not deployed. For repositories that the GitHub App reaches."
            error={errorOf('ignored_paths')}
          >
            <TextArea {...form.register('ignored_paths')} placeholder={'docs/**\n**/*.md'} mono autoComplete="off" spellCheck={false} />
          </Field>
        </>
      )}
    </ProjectForm>
  );
}
