import { Switch as Base } from '@base-ui/react/switch';

type Props = { checked: boolean; onChange: (checked: boolean) => void; label: string; hint?: string; disabled?: boolean };

/** Switch turns one thing on or off. */
export function Switch({ checked, onChange, label, hint, disabled }: Props) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: Base UI's switch brings the input that the label is for.
    <label className="flex items-start justify-between gap-4">
      <span className="min-w-0">
        <span className="block font-medium">{label}</span>
        {hint && <span className="mt-0.5 block text-quiet text-sm">{hint}</span>}
      </span>
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        className="relative mt-0.5 inline-flex h-5 w-9 shrink-0 rounded-full border border-edge bg-hover p-px transition-colors data-[checked]:border-accent-fill data-[checked]:bg-accent-fill data-[disabled]:opacity-50"
      >
        <Base.Thumb className="size-4 rounded-full bg-edge transition-transform data-[checked]:translate-x-4 data-[checked]:bg-white" />
      </Base.Root>
    </label>
  );
}
