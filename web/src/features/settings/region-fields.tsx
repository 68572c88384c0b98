import type { UseFormReturn } from 'react-hook-form';
import type { Schemas } from '@/api/client';
import { Field, Input } from '@/components/field';
import { checkAnyRegion, fieldOfRegion, type InstancesValues } from './instances-values';
import { checkWhole } from './numbers';

type Props = {
  form: UseFormReturn<InstancesValues>;
  errorOf: (field: string) => string | undefined;
  regions: Schemas['Region'][];
};

/** RegionFields is how many instances run in each region. */
export function RegionFields({ form, errorOf, regions }: Props) {
  const check = checkWhole(0, 100);

  return (
    <div className="space-y-4">
      {regions.map(({ name, ready }) => (
        <Field
          key={name}
          label={`Instances in ${name}`}
          hint={ready ? undefined : 'No node of this region is ready now: instances start there as soon as one is.'}
          error={errorOf(fieldOfRegion(name))}
        >
          <Input
            {...form.register(fieldOfRegion(name), {
              validate: (text, values) => {
                const isNumber = check(text ?? '');
                return isNumber === true ? checkAnyRegion(values, regions) : isNumber;
              },
            })}
            inputMode="numeric"
            placeholder="0"
            className="max-w-32"
            autoComplete="off"
          />
        </Field>
      ))}
    </div>
  );
}
