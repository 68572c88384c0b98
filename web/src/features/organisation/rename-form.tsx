import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { $api, type Schemas } from '@/api/client';
import { organisationsQuery } from '@/api/queries/session';
import { Field, Input } from '@/components/field';
import { FormCard } from '@/components/form-card';
import { Notice } from '@/components/notice';
import { useToast } from '@/components/toast';
import { useSettingsForm } from '@/features/settings/use-settings-form';
import { useArrival } from '@/lib/use-arrival';

type Values = { name: string; slug: string };
type Props = { organisation: Schemas['Organisation']; reason: string | undefined };

/** replaced is the list with the organisation as it is now, at its end where it was not in it. */
function replaced(list: Schemas['Organisation'][], changed: Schemas['Organisation']): Schemas['Organisation'][] {
  const others = list.map((each) => (each.id === changed.id ? changed : each));
  return others.includes(changed) ? others : [...others, changed];
}

/** RenameForm is what people call the organisation, and what addresses do. */
export function RenameForm({ organisation, reason }: Props) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const fields = useRef<HTMLDivElement>(null);
  useArrival('name', () => fields.current?.querySelector('input')?.focus());
  const { mutateAsync } = $api.useMutation('patch', '/v1/organisations/{organisation_id}');

  const save = async (changes: Partial<Values>) => {
    const changed = await mutateAsync({ params: { path: { organisation_id: organisation.id } }, body: changes });
    // The page follows what stands in the list, to the new address too. The list may have too many to have had this one.
    queryClient.setQueryData<Schemas['PageOrganisation']>(
      organisationsQuery().queryKey,
      (list) => list && { ...list, items: replaced(list.items ?? [], changed) },
    );
    toast('Saved');
  };

  const { form, submit, discard } = useSettingsForm<Values, Values>({
    values: { name: organisation.name, slug: organisation.slug },
    bodyOf: ({ name, slug }) => ({ name: name.trim(), slug: slug.trim() }),
    save,
  });
  const { errors, isDirty, isSubmitting } = form.formState;
  const slug = form.watch('slug').trim();

  return (
    <FormCard
      title="Name"
      effect="Holds at once. The hostnames of its projects stay as they are."
      reason={reason}
      isDirty={isDirty}
      isSaving={isSubmitting}
      failure={errors.root?.message}
      onSubmit={submit}
      onDiscard={discard}
    >
      <div ref={fields} className="grid gap-4 sm:grid-cols-2">
        <Field label="What people call it" error={errors.name?.message}>
          <Input {...form.register('name')} maxLength={100} autoComplete="organization" />
        </Field>
        <Field label="In addresses" hint="Lower-case letters, digits and hyphens." error={errors.slug?.message}>
          <Input {...form.register('slug')} maxLength={40} mono autoComplete="off" autoCapitalize="off" spellCheck={false} />
        </Field>
      </div>
      {slug && slug !== organisation.slug && (
        <Notice tone="warn" title={`The dashboard answers at /o/${slug} then`}>
          Links and commands that say {organisation.slug} lead members here until another organisation of theirs has that name: anybody may
          take it. Tabs that are open follow by themselves.
        </Notice>
      )}
    </FormCard>
  );
}
