import { Button } from '@/components/button';
import { Code } from '@/components/code';
import { Dialog } from '@/components/dialog';
import { Notice } from '@/components/notice';

type Props = { name: string; secret: string; onClose: () => void };

/** SecretDialog shows the secret of a new token, this once: Escape or a click beside it does not take it away. */
export function SecretDialog({ name, secret, onClose }: Props) {
  return (
    <Dialog
      open
      lasting
      onOpenChange={onClose}
      title={<>The token {name.slice(0, 100)}</>}
      footer={
        <Button look="main" onClick={onClose}>
          I have copied it
        </Button>
      }
    >
      <div className="space-y-4">
        <Notice tone="warn">Copy it now: it is shown this once, and nobody can look it up later.</Notice>
        <Code text={secret} what="the token" />
        <p className="text-quiet">
          Programs send it as <code className="font-mono text-sm">Authorization: Bearer</code>; the command line takes it as{' '}
          <code className="font-mono text-sm">ZEITWORK_TOKEN</code>.
        </p>
      </div>
    </Dialog>
  );
}
