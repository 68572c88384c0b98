import type { Schemas } from '@/api/client';
import { Field, Input } from '@/components/field';
import { checkWhole, whole } from './numbers';
import { fromNextDeployment, ProjectForm } from './project-form';

const text = (number: number | undefined) => (number ? String(number) : '');

/** StartForm is how the app is started, and how the platform knows that it is well. */
export function StartForm({ project, reason }: { project: Schemas['Project']; reason: string | undefined }) {
  return (
    <ProjectForm
      project={project}
      title="Start and health"
      text="A deployment goes live once all of its instances answer well."
      effect={fromNextDeployment}
      reason={reason}
      values={{
        port: text(project.port),
        health_path: project.health_path ?? '',
        start_seconds: text(project.start_seconds),
        grace_seconds: text(project.grace_seconds),
      }}
      bodyOf={(values) => ({
        port: whole(values.port),
        health_path: values.health_path.trim(),
        start_seconds: whole(values.start_seconds),
        grace_seconds: whole(values.grace_seconds),
      })}
    >
      {(form, errorOf) => (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field
            label="Port"
            hint="The app gets it as PORT. Empty: the variable PORT, else EXPOSE of the Dockerfile, else 8080."
            error={errorOf('port')}
          >
            <Input
              {...form.register('port', { validate: checkWhole(1, 65_535) })}
              inputMode="numeric"
              placeholder="8080"
              autoComplete="off"
            />
          </Field>
          <Field
            label="Health path"
            hint="Answers 2xx or 3xx when the app is well. Empty: / with any status below 500."
            error={errorOf('health_path')}
          >
            <Input {...form.register('health_path')} placeholder="/healthz" mono autoComplete="off" spellCheck={false} />
          </Field>
          <Field
            label="Seconds to start"
            hint="How long the app may take until it is well, up to 1800. Empty: as long as the platform gives every app."
            error={errorOf('start_seconds')}
          >
            <Input {...form.register('start_seconds', { validate: checkWhole(1, 1800) })} inputMode="numeric" autoComplete="off" />
          </Field>
          <Field
            label="Seconds to end"
            hint="How long it may finish its requests after SIGTERM, up to 300. Empty: as long as the platform gives every app."
            error={errorOf('grace_seconds')}
          >
            <Input {...form.register('grace_seconds', { validate: checkWhole(1, 300) })} inputMode="numeric" autoComplete="off" />
          </Field>
        </div>
      )}
    </ProjectForm>
  );
}
