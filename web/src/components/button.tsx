import { LoaderCircle } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/cn';

export type ButtonLook = 'main' | 'plain' | 'quiet' | 'danger';

const looks: Record<ButtonLook, string> = {
  main: 'bg-text text-page hover:bg-soft border-transparent',
  plain: 'bg-surface text-text border-line hover:bg-hover active:bg-pressed shadow-xs',
  quiet: 'bg-transparent text-soft border-transparent hover:bg-hover hover:text-text active:bg-pressed',
  danger: 'bg-bad-fill text-white border-transparent hover:brightness-110',
};

const sizes = { small: 'h-7 text-sm', medium: 'h-8', large: 'h-10 text-lg' };
const paddings = { small: 'px-2.5', medium: 'px-3', large: 'px-4' };

/** buttonClass gives links the look of a button. */
export function buttonClass(look: ButtonLook = 'plain', size: keyof typeof sizes = 'medium', square = false): string {
  return cn(
    'inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-md border font-medium no-underline transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0',
    looks[look],
    sizes[size],
    square ? 'aspect-square' : paddings[size],
  );
}

type Props = ComponentProps<'button'> & {
  look?: ButtonLook;
  size?: keyof typeof sizes;
  /** square is for a button that shows an icon alone; it needs an aria-label. */
  square?: boolean;
  /** busy says that what the button started has not ended: it turns and cannot be pressed again. */
  busy?: boolean;
};

export function Button({ look, size, square, busy = false, disabled, className, children, type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cn(buttonClass(look, size, square), className)}
      {...rest}
    >
      {busy && <LoaderCircle aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}
