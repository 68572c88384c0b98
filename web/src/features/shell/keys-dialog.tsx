import { Dialog } from '@/components/dialog';
import { Kbd } from '@/components/kbd';
import { isMac } from '@/lib/platform';
import { SingleKeysSwitch } from './single-keys-switch';

const shortcuts = [
  { keys: isMac ? '⌘K' : 'Ctrl K', does: 'Search pages, projects and actions' },
  { keys: '?', does: 'Show these keys' },
  { keys: 'g p', does: 'Go to the projects' },
  { keys: 'n', does: 'New project' },
  { keys: '/', does: 'Search on this page, where it can be searched' },
  { keys: 'Esc', does: 'Close what is open' },
];

/** KeysDialog shows the keys that work on every page. */
export default function KeysDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys">
      <dl className="space-y-2">
        {shortcuts.map(({ keys, does }) => (
          <div key={keys} className="flex items-center justify-between gap-4">
            <dt className="text-soft">{does}</dt>
            <dd className="flex gap-1">
              {keys.split(' ').map((key) => (
                <Kbd key={key} keys={key} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <div className="mt-5 border-line border-t pt-4">
        <SingleKeysSwitch />
      </div>
    </Dialog>
  );
}
