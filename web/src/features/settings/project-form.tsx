import type { ReactNode } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';
import type { Schemas } from '@/api/client';
import { FormCard } from '@/components/form-card';
import { useSaveProject } from './use-save-project';
import { useSettingsForm } from './use-settings-form';

type Props<Values extends FieldValues> = {
  project: Schemas['Project'];
  title: string;
  text?: ReactNode;
  effect: ReactNode;
  reason: string | undefined;
  values: Values;
  bodyOf: (values: Values) => Schemas['ProjectUpdate'];
  children: (form: UseFormReturn<Values>, errorOf: (field: keyof Values) => string | undefined) => ReactNode;
};

/** ProjectForm is a card of settings of a project that are saved together. */
export function ProjectForm<Values extends FieldValues>({ project, title, text, effect, reason, values, bodyOf, children }: Props<Values>) {
  const save = useSaveProject(project.id);
  const { form, submit, discard } = useSettingsForm<Values, Schemas['ProjectUpdate']>({ values, bodyOf, save });
  const { errors, isDirty, isSubmitting } = form.formState;
  const errorOf = (field: keyof Values) => (errors[field] as { message?: string } | undefined)?.message;

  return (
    <FormCard
      title={title}
      text={text}
      effect={effect}
      reason={reason}
      isDirty={isDirty}
      isSaving={isSubmitting}
      failure={errors.root?.message}
      onSubmit={submit}
      onDiscard={discard}
    >
      {children(form, errorOf)}
    </FormCard>
  );
}

/** fromNextDeployment is the effect of settings that what is live does not follow. */
export const fromNextDeployment = 'Holds from the next deployment on; what is live stays as it is.';
