import { Field as Base } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';
import { cn } from '@/lib/cn';

const control =
  'w-full min-w-0 rounded-md border border-edge bg-surface px-3 text-text placeholder:text-quiet disabled:cursor-not-allowed disabled:opacity-60 ' +
  'aria-invalid:border-bad data-[invalid]:border-bad';

type FieldProps = {
  label: ReactNode;
  /** hideLabel keeps the label for screen readers alone, where the place says what the input is for. */
  hideLabel?: boolean;
  /** hint says what the input is for, before anything is wrong. */
  hint?: ReactNode;
  /** error says what is wrong with the input, and what to do. */
  error?: string | undefined;
  children: ReactNode;
};

/** Field joins an input with its label, hint and error for eyes and for screen readers. Input, TextArea and Select inside take part by themselves. */
export function Field({ label, hideLabel = false, hint, error, children }: FieldProps) {
  return (
    <Base.Root invalid={Boolean(error)} className="min-w-0">
      <Base.Label className={hideLabel ? 'sr-only' : 'mb-1.5 block font-medium'}>{label}</Base.Label>
      {children}
      {hint && <Base.Description className="mt-1.5 text-quiet text-sm">{hint}</Base.Description>}
      <Base.Error match={Boolean(error)} className="mt-1.5 text-bad text-sm">
        {error}
      </Base.Error>
    </Base.Root>
  );
}

/** Input is a line of text. Inside a Field it belongs to the field's label; alone it needs an aria-label. */
export function Input({ className, mono = false, ...rest }: ComponentProps<'input'> & { mono?: boolean }) {
  return <Base.Control {...rest} className={cn(control, 'h-8', mono && 'font-mono text-sm', className)} />;
}

/** TextArea is several lines of text. */
export function TextArea({ className, mono = false, ...rest }: ComponentProps<'textarea'> & { mono?: boolean }) {
  return <Base.Control render={<textarea {...rest} />} className={cn(control, 'min-h-24 py-2', mono && 'font-mono text-sm', className)} />;
}
