import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { CircleAlert, CircleCheck, LoaderCircle } from 'lucide-react';
import { useEffect } from 'react';
import { useFormContext } from 'react-hook-form';
import { asProblem } from '@/api/problem';
import { projectAddressQuery } from '@/api/queries/github';
import { Card } from '@/components/card';
import { Field, Input } from '@/components/field';
import { shownAddress } from '@/lib/address';
import { useSettled } from '@/lib/use-settled';
import { type Draft, draftSchema } from './draft';
import { MoreSettings } from './more-settings';

/** NameSection says what the project is called and where it will answer. What most projects leave as it is stands folded below. */
export function NameSection({ organisationId }: { organisationId: string }) {
  const { register, watch, setValue, formState } = useFormContext<Draft>();
  const name = watch('name').trim();
  const slug = watch('slug');
  const wanted = useSettled(`${name}\n${slug}`, 250);
  const [askedName = '', askedSlug = ''] = wanted.split('\n');
  const fits = draftSchema.shape.slug.safeParse(askedSlug).success && askedName !== '';
  const { data, error, isFetching } = useQuery({
    ...projectAddressQuery(organisationId, askedName, askedSlug),
    enabled: fits,
    placeholderData: keepPreviousData,
  });
  const checking = isFetching || wanted !== `${name}\n${slug}`;
  const proposed = checking || slug ? '' : (data?.slug ?? '');

  useEffect(() => setValue('proposed', proposed), [proposed, setValue]);

  return (
    <Card title="Name">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Project name" error={formState.errors.name?.message}>
          <Input {...register('name')} maxLength={100} autoComplete="off" />
        </Field>
        <Field label="Address" error={formState.errors.slug?.message ?? (slug && !checking ? data?.problem : undefined)}>
          <Input {...register('slug')} mono maxLength={40} autoComplete="off" spellCheck={false} placeholder={slug ? '' : data?.slug} />
        </Field>
      </div>
      <p role="status" className="mt-3 flex min-h-5 items-center gap-1.5 text-quiet text-sm">
        {error ? (
          <>
            <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />
            {asProblem(error).message}
          </>
        ) : data && !data.problem && fits ? (
          <>
            {checking ? (
              <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />
            ) : (
              <CircleCheck aria-hidden className="size-4 shrink-0 text-good" />
            )}
            <span className="min-w-0 wrap-anywhere">
              It will answer at <span className="font-medium text-text">{shownAddress(data.url)}</span>
            </span>
          </>
        ) : checking && fits ? (
          'Looking whether the address is free…'
        ) : (
          'The address is made from the name unless you choose one.'
        )}
      </p>
      <MoreSettings />
    </Card>
  );
}
