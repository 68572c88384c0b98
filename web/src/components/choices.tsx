import type { ComponentProps, ReactNode } from 'react';

type Props<T extends string> = Omit<ComponentProps<'input'>, 'type' | 'value'> & {
  /** label names what is chosen. */
  label: ReactNode;
  options: { value: T; name: string; hint?: ReactNode }[];
  /** chosen is the value that is chosen, where no form keeps it. */
  chosen?: T;
};

/** Choices is the choice of one of a few things that each need a sentence. What it is given beside is for its inputs, such as what a form registers. */
export function Choices<T extends string>({ label, options, chosen, ...input }: Props<T>) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium">{label}</legend>
      <div className="space-y-2">
        {options.map(({ value, name, hint }) => (
          <label
            key={value}
            className="flex items-start gap-3 rounded-md border border-line px-3 py-2.5 has-checked:border-accent has-checked:bg-accent-page has-disabled:opacity-60"
          >
            <input
              {...input}
              {...(chosen === undefined ? {} : { checked: chosen === value })}
              type="radio"
              value={value}
              className="mt-0.5 size-4 shrink-0 accent-accent-fill"
            />
            <span className="min-w-0">
              <span className="block font-medium">{name}</span>
              {hint && <span className="block text-quiet text-sm">{hint}</span>}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
