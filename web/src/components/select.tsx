import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronsUpDown } from 'lucide-react';
import { cn } from '@/lib/cn';

export type Option<T extends string> = { value: T; name: string; hint?: string };

type Props<T extends string> = {
  options: Option<T>[];
  value: T;
  onChange: (value: T) => void;
  /** label names the choice where no Field does. */
  label?: string;
  disabled?: boolean;
  className?: string;
};

/** Select is the choice of one of a few. */
export function Select<T extends string>({ options, value, onChange, label, disabled, className }: Props<T>) {
  return (
    <Base.Root
      items={options.map((option) => ({ value: option.value, label: option.name }))}
      value={value}
      onValueChange={(chosen) => chosen !== null && onChange(chosen as T)}
      disabled={disabled}
    >
      <Base.Trigger
        aria-label={label}
        className={cn(
          'inline-flex h-8 min-w-0 items-center justify-between gap-2 rounded-md border border-edge bg-surface px-3 text-left hover:bg-hover',
          'data-[disabled]:cursor-not-allowed data-[disabled]:opacity-60',
          className,
        )}
      >
        <Base.Value className="truncate" />
        <Base.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-quiet" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner positionMethod="fixed" sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="max-h-80 min-w-(--anchor-width) max-w-(--available-width) overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-lg">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex cursor-default select-none items-center gap-2 rounded-md py-1.5 pr-3 pl-2 outline-none data-[highlighted]:bg-hover"
              >
                <span className="size-4 shrink-0">
                  <Base.ItemIndicator>
                    <Check aria-hidden className="size-4" />
                  </Base.ItemIndicator>
                </span>
                <span className="min-w-0">
                  <Base.ItemText>{option.name}</Base.ItemText>
                  {option.hint && <span className="block text-quiet text-sm">{option.hint}</span>}
                </span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
