import { type ReactNode, useId } from 'react';
import { cn } from '@/lib/cn';

type Props = {
  title?: ReactNode;
  /** text says in a sentence what the card is about. */
  text?: ReactNode;
  /** actions stand to the right of the title, on its line. */
  actions?: ReactNode;
  /** footer stands below a line, for the buttons of a form. */
  footer?: ReactNode;
  /** flush leaves the padding to what is inside, for lists and tables. */
  flush?: boolean;
  children?: ReactNode;
};

/** Card is a section of a page. */
export function Card({ title, text, actions, footer, flush = false, children }: Props) {
  const id = useId();

  return (
    <section aria-labelledby={title ? id : undefined} className="min-w-0 overflow-clip rounded-lg border border-line bg-surface">
      {(title || actions) && (
        <header className={cn('flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-5', flush ? 'pb-3' : 'pb-0')}>
          <div className="min-w-0 flex-1 basis-40">
            <h2 id={id} className="font-semibold text-base">
              {title}
            </h2>
            {text && <p className="mt-1 max-w-prose text-quiet">{text}</p>}
          </div>
          {actions && <div className="-my-1 flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={cn(flush ? (title ? 'border-line border-t' : '') : 'p-4 sm:p-5')}>{children}</div>
      {footer && (
        <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t bg-page px-4 py-3 sm:px-5">{footer}</footer>
      )}
    </section>
  );
}
