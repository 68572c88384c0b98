import type { Schemas } from '@/api/client';
import { Field, Input } from '@/components/field';
import { fromNextDeployment, ProjectForm } from './project-form';

/** BuildForm is where in its repository the app stands and how it becomes an image. */
export function BuildForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Build"
      text="A Dockerfile in the root directory wins; without one the framework is detected."
      effect={fromNextDeployment}
      reason={reason}
      values={{
        root_directory: project.root_directory ?? '',
        dockerfile_path: project.dockerfile_path ?? '',
        dockerfile_target: project.dockerfile_target ?? '',
      }}
      bodyOf={(values) => values}
    >
      {(form, errorOf) => (
        <>
          <Field
            label="Root directory"
            hint="Where the app stands inside the repository. Empty: the top of it."
            error={errorOf('root_directory')}
          >
            <Input {...form.register('root_directory')} placeholder="apps/web" mono autoComplete="off" spellCheck={false} />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Dockerfile" hint="Its path, from the root directory." error={errorOf('dockerfile_path')}>
              <Input {...form.register('dockerfile_path')} placeholder="Dockerfile" mono autoComplete="off" spellCheck={false} />
            </Field>
            <Field label="Stage of the Dockerfile" hint="By its name or number. Empty: the last one." error={errorOf('dockerfile_target')}>
              <Input {...form.register('dockerfile_target')} placeholder="production" mono autoComplete="off" spellCheck={false} />
            </Field>
          </div>
        </>
      )}
    </ProjectForm>
  );
}
