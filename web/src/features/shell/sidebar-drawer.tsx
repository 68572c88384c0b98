import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { Schemas } from '@/api/client';
import { buttonClass } from '@/components/button';
import { Sidebar } from './sidebar';
import { UserMenu } from './user-menu';

type Props = { open: boolean; onOpenChange: (open: boolean) => void; organisation?: Schemas['Organisation'] };

/** SidebarDrawer is the sidebar of narrow screens. */
export default function SidebarDrawer({ open, onOpenChange, organisation }: Props) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[#000]/40 transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup className="fixed inset-y-0 left-0 z-50 flex w-72 max-w-[85vw] flex-col border-line border-r bg-surface transition-transform data-[ending-style]:-translate-x-full data-[starting-style]:-translate-x-full">
          <div className="flex items-center justify-between p-2 pl-4">
            <Dialog.Title className="font-semibold">Zeitwork</Dialog.Title>
            <Dialog.Close aria-label="Close the menu" className={buttonClass('quiet', 'medium', true)}>
              <X aria-hidden />
            </Dialog.Close>
          </div>
          <Sidebar organisation={organisation} />
          <div className="mt-auto border-line border-t p-2">
            <UserMenu />
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
