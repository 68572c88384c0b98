import { useMemo } from 'react';
import { type DefaultValues, type FieldPath, type FieldValues, useForm } from 'react-hook-form';
import { asProblem } from '@/api/problem';
import { sentence } from '@/lib/sentence';

type Options<Values extends FieldValues, Body extends object> = {
  /** values are what the platform has now. What the user has changed is kept when they change. */
  values: Values;
  /** bodyOf makes the body of a request of the form. */
  bodyOf: (values: Values) => Body;
  /** save sends what differs from what the platform has. */
  save: (changes: Partial<Body>) => Promise<unknown>;
};

/**
 * useSettingsForm is a form over settings that the platform has: it knows what was changed, sends that alone, and puts what the platform finds wrong
 * with an input beside it. A problem with none of them is that of `root`.
 */
export function useSettingsForm<Values extends FieldValues, Body extends object>({ values, bodyOf, save }: Options<Values, Body>) {
  // The same values in another object are no news.
  const text = JSON.stringify(values);
  const stored = useMemo(() => JSON.parse(text) as Values, [text]);
  const form = useForm<Values>({
    defaultValues: stored as DefaultValues<Values>,
    values: stored,
    resetOptions: { keepDirtyValues: true, keepErrors: true },
  });

  const submit = form.handleSubmit(async (entered) => {
    try {
      const changes = differences(bodyOf(stored), bodyOf(entered));
      if (Object.keys(changes).length > 0) await save(changes);
      form.reset(entered, whole);
    } catch (error) {
      const problem = asProblem(error);
      const located = problem.errors.map(({ location, message }) => ({ field: fieldOf(location, entered), message }));
      const known = located.filter(({ field }) => field !== undefined);

      for (const { field, message } of known) form.setError(field as FieldPath<Values>, { message: sentence(message) });
      if (known.length === 0) form.setError('root', { message: problem.message });
    }
  });

  return { form, submit, discard: () => form.reset(stored, whole) };
}

// The form's own options keep what the user has changed; these do not.
const whole = { keepDirtyValues: false, keepErrors: false };

/** differences is what of a body is not as it was. */
export function differences<Body extends object>(before: Body, after: Body): Partial<Body> {
  const changed = Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Body]));
  return Object.fromEntries(changed) as Partial<Body>;
}

/** fieldOf is the input that a location in a body is about: body.ignored_paths[0] is ignored_paths. */
export function fieldOf(location: string | undefined, values: object): string | undefined {
  const field = /^body\.([^.[]+)/.exec(location ?? '')?.[1];
  return field && Object.hasOwn(values, field) ? field : undefined;
}
