import { useId } from 'react';

type Props<T extends string> = {
  /** label names what is chosen. */
  label: string;
  options: { value: T; name: string }[];
  value: T;
  onChange: (value: T) => void;
};

/** Segments is the choice of one of a few views of the same thing, side by side. */
export function Segments<T extends string>({ label, options, value, onChange }: Props<T>) {
  const name = useId();

  return (
    <fieldset className="min-w-0 max-w-full overflow-x-auto">
      <legend className="sr-only">{label}</legend>
      <div className="inline-flex rounded-md border border-line bg-page p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex h-7 cursor-pointer items-center whitespace-nowrap rounded px-2.5 text-quiet text-sm hover:text-text has-checked:bg-surface has-checked:font-medium has-checked:text-text has-checked:shadow-xs has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input type="radio" name={name} className="sr-only" checked={option.value === value} onChange={() => onChange(option.value)} />
            {option.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
