import { useState } from 'react';
import { Input } from '@/components/field';
import { useTyped } from '@/lib/use-typed';
import { fromInput, toInput } from './date-input';

type Props = { label: string; value: string | undefined; onChange: (at: string | undefined) => void };

/** TimeInput is a time of the user's zone, told a moment after it was typed. While a part of it is empty it has no value: that counts once somebody leaves it. */
export function TimeInput({ label, value, onChange }: Props) {
  const [text, setText] = useTyped(toInput(value), (settled) => onChange(fromInput(settled)));
  const [emptied, setEmptied] = useState(false);

  return (
    <div className="w-56">
      <Input
        type="datetime-local"
        step={1}
        aria-label={label}
        value={emptied ? '' : text}
        onChange={({ target }) => {
          setEmptied(target.value === '');
          if (target.value) setText(target.value);
        }}
        onBlur={({ target }) => {
          // Half a time is taken back.
          if (emptied && !target.validity.badInput) setText('');
          setEmptied(false);
        }}
        className="text-sm"
      />
    </div>
  );
}
