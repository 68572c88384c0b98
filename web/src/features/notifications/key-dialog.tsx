import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';

type Props = { name: string; signingKey: string; onClose: () => void };

/** KeyDialog shows the key of a new webhook, this once: Escape or a click beside it does not take it away. */
export function KeyDialog({ name, signingKey, onClose }: Props) {
  return (
    <Dialog
      open
      lasting
      onOpenChange={onClose}
      title={<>The key of {name.slice(0, 100)}</>}
      footer={
        <Button look="main" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="space-y-4">
        <Notice tone="warn">Copy it now: it is shown this once, and nobody can look it up later.</Notice>
        <Code text={signingKey} what="the key" />
        <p className="text-quiet">
          Your program checks with it that a message comes from here: libraries of Standard Webhooks take it as it is, with the headers{' '}
          <code className="font-mono text-sm">webhook-id</code>, <code className="font-mono text-sm">webhook-timestamp</code> and{' '}
          <code className="font-mono text-sm">webhook-signature</code>.
        </p>
      </div>
    </Dialog>
  );
}
