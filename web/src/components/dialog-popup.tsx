import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/cn';
import { buttonClass } from './button';

/** DialogProps are what a dialog shows, and who is told when it closes. */
export type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** text says in a sentence what the dialog decides. */
  text?: ReactNode;
  children?: ReactNode;
  /** footer holds the buttons. */
  footer?: ReactNode;
  wide?: boolean;
  /** lasting keeps it open on Escape and on a click beside it: for what is shown once. Its buttons close it. */
  lasting?: boolean;
};

/** DialogPopup is a dialog; pages use Dialog, which loads it. */
export default function DialogPopup({ open, onOpenChange, title, text, children, footer, wide = false, lasting = false }: DialogProps) {
  return (
    <Base.Root
      open={open}
      disablePointerDismissal={lasting}
      onOpenChange={(next, details) => {
        if (lasting && details.reason === 'escape-key') details.cancel();
        else onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[#000]/40 transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          className={cn(
            'fixed top-[max(1rem,10vh)] left-1/2 z-50 flex max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] -translate-x-1/2 flex-col rounded-xl border border-line bg-raised shadow-xl',
            'transition duration-150 data-[ending-style]:scale-98 data-[starting-style]:scale-98 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0',
            wide ? 'max-w-3xl' : 'max-w-lg',
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4">
            <div className="min-w-0">
              <Base.Title className="font-semibold text-lg">{title}</Base.Title>
              {text && <Base.Description className="mt-1 text-quiet">{text}</Base.Description>}
            </div>
            <Base.Close aria-label="Close" className={buttonClass('quiet', 'small', true)}>
              <X aria-hidden />
            </Base.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-line border-t px-5 py-3">{footer}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
