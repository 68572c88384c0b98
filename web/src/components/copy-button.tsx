import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './button';

const shown = 1500;

/** CopyButton puts a text on the clipboard. `what` names it for those who do not see the icon. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), shown);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));

  return (
    <Button look="quiet" size="small" square aria-label={copied ? `Copied ${what}` : `Copy ${what}`} onClick={copy}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </Button>
  );
}
