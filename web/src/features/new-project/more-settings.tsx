import { ChevronRight } from 'lucide-react';
import { Controller, useFormContext } from 'react-hook-form';
import { Field, Input } from '@/components/field';
import { Select } from '@/components/select';
import { cpuOptions, memoryOptions } from '@/lib/sizes';
import type { Draft } from './draft';

const previews: { value: Draft['previews']; name: string; hint: string }[] = [
  { value: 'off', name: 'None', hint: 'Only the branch is deployed' },
  { value: 'branches', name: 'For each branch', hint: 'With its next push' },
  { value: 'pull_requests', name: 'For each pull request', hint: 'While it is open; on GitHub' },
];

/** MoreSettings are those that most projects leave as they are: size, health, release command and previews. All can be changed later. */
export function MoreSettings() {
  const { register, control, formState } = useFormContext<Draft>();
  const { errors } = formState;

  return (
    <details className="group mt-3 border-line border-t pt-3">
      <summary className="inline-flex items-center gap-1.5 rounded-md text-soft hover:text-text">
        <ChevronRight aria-hidden className="size-4 transition-transform group-open:rotate-90" />
        More: size, health, release command, previews
      </summary>
      <div className="mt-4 grid gap-4 sm:grid-cols-3">
        <Field label="Instances" error={errors.instances?.message}>
          <Input {...register('instances', { valueAsNumber: true })} type="number" min={1} max={100} inputMode="numeric" />
        </Field>
        <Field label="Memory of each">
          <Controller
            control={control}
            name="memory"
            render={({ field }) => (
              <Select className="w-full" options={memoryOptions(Number(field.value))} value={field.value} onChange={field.onChange} />
            )}
          />
        </Field>
        <Field label="Processor of each">
          <Controller
            control={control}
            name="cpu"
            render={({ field }) => (
              <Select className="w-full" options={cpuOptions(Number(field.value))} value={field.value} onChange={field.onChange} />
            )}
          />
        </Field>
        <Field label="Port" hint="Empty: the one that was detected." error={errors.port?.message}>
          <Input {...register('port')} inputMode="numeric" maxLength={5} placeholder="detected" />
        </Field>
        <Field label="Health path" hint="It answers 2xx or 3xx when the app is well." error={errors.healthPath?.message}>
          <Input {...register('healthPath')} mono maxLength={255} placeholder="/" />
        </Field>
        <Field label="Previews">
          <Controller
            control={control}
            name="previews"
            render={({ field }) => <Select className="w-full" options={previews} value={field.value} onChange={field.onChange} />}
          />
        </Field>
        <div className="sm:col-span-3">
          <Field
            label="Release command"
            hint="Runs once in each new version, before it serves. If it ends with anything but 0, the version before stays live."
            error={errors.releaseCommand?.message}
          >
            <Input {...register('releaseCommand')} mono maxLength={1000} spellCheck={false} placeholder="none" />
          </Field>
        </div>
      </div>
    </details>
  );
}
