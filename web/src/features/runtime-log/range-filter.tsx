import { useState } from 'react';
import { platformNow } from '@/api/clock';
import { Select } from '@/components/select';
import { type Chosen, ranges } from './filters';
import { TimeInput } from './time-input';

const options = [
  { value: 'any', name: 'Any time' },
  { value: '15m', name: 'Last 15 minutes' },
  { value: '1h', name: 'Last hour' },
  { value: '6h', name: 'Last 6 hours' },
  { value: '24h', name: 'Last 24 hours' },
  { value: '7d', name: 'Last 7 days' },
  { value: 'custom', name: 'From … to …' },
];

const hour = 3_600_000;

/** RangeFilter is how far back to look, or from when to when. Without an end the list goes on with what happens. */
export function RangeFilter({ chosen, onChoose }: { chosen: Chosen; onChoose: (change: Chosen) => void }) {
  const [inside, setInside] = useState(false);
  // Inputs that somebody is in stay, also while both are empty.
  const custom = chosen.from !== undefined || chosen.to !== undefined || inside;

  const pick = (value: string) => {
    if (value === 'custom') onChoose({ range: undefined, from: new Date(platformNow() - hour).toISOString(), to: undefined });
    else onChoose({ range: value in ranges ? (value as keyof typeof ranges) : undefined, from: undefined, to: undefined });
  };

  return (
    <>
      <Select label="Time" className="text-sm" options={options} value={custom ? 'custom' : (chosen.range ?? 'any')} onChange={pick} />
      {custom && (
        <fieldset
          aria-label="From … to …"
          className="contents"
          onFocus={() => setInside(true)}
          onBlur={({ currentTarget, relatedTarget }) => setInside(currentTarget.contains(relatedTarget))}
        >
          <TimeInput label="From" value={chosen.from} onChange={(from) => onChoose({ from })} />
          <TimeInput label="To; empty: until now, and on" value={chosen.to} onChange={(to) => onChoose({ to })} />
        </fieldset>
      )}
    </>
  );
}
