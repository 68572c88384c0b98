import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { type Asked, AskedDialog } from './asked';
import { CommandList } from './command-list';

type Props = { open: boolean; onOpenChange: (open: boolean) => void; organisation?: Schemas['Organisation'] };

/** Palette finds every page, project and action by its name, by keyboard alone. What changes something is confirmed in the dialog that its button has. */
export default function Palette({ open, onOpenChange, organisation }: Props) {
  const [asked, setAsked] = useState<Asked>();
  const [asking, setAsking] = useState(false);

  const ask = (next: Asked) => {
    setAsked(next);
    setAsking(true);
  };

  return (
    <>
      <Dialog.Root open={open} onOpenChange={onOpenChange}>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#000]/40 transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
          <Dialog.Popup
            aria-label="Search and commands"
            className="fixed top-[max(1rem,12vh)] left-1/2 z-50 flex max-h-[min(32rem,80dvh)] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-xl"
          >
            {open && <CommandList organisation={organisation} ask={ask} onDone={() => onOpenChange(false)} />}
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      {asked && <AskedDialog asked={asked} open={asking} onOpenChange={setAsking} />}
    </>
  );
}
