import { Link2, ListTree } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/button';
import { CopyButton } from '@/components/copy-button';
import { useToast } from '@/components/toast';
import { type Entry, textOf } from './entry';
import { Facts } from './facts';
import type { Chosen } from './filters';
import { LineFacts } from './line-facts';
import { RequestFacts } from './request-facts';

/** EntryActions are what can be done with an entry; they are the same for all of them. */
export type EntryActions = {
  /** onContext shows a line among those around it. */
  onContext: (id: number) => void;
  /** onFilter changes what is shown. */
  onFilter: (change: Chosen) => void;
  /** linkTo is the address of an entry. */
  linkTo: (entry: Entry) => string;
  deploymentLink: (deploymentId: string) => ReactNode;
};

/** EntryDetails is all that is known of an entry. */
export function EntryDetails({ entry, actions }: { entry: Entry; actions: EntryActions }) {
  const toast = useToast();
  const what = entry.kind === 'line' ? 'line' : 'request';

  const copyLink = async () => {
    await navigator.clipboard.writeText(actions.linkTo(entry));
    toast('Copied', `The link to this ${what}.`);
  };

  return (
    <div className="space-y-3 px-3 pt-1 pb-3 font-sans text-sm @2xl:pl-8">
      <div className="flex flex-wrap items-center gap-1">
        {entry.kind === 'line' && (
          <Button size="small" onClick={() => actions.onContext(entry.line.id)}>
            <ListTree aria-hidden />
            Show in context
          </Button>
        )}
        <Button size="small" look="quiet" onClick={copyLink}>
          <Link2 aria-hidden />
          Copy link
        </Button>
        <CopyButton text={textOf(entry)} what={`the ${what}`} />
      </div>
      <Facts>
        {entry.kind === 'line' ? (
          <LineFacts line={entry.line} actions={actions} />
        ) : (
          <RequestFacts request={entry.request} actions={actions} />
        )}
      </Facts>
    </div>
  );
}
