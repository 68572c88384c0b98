import { CopyButton } from './copy-button';

/** Code is a line or block of text to copy: a command, a record, a key. */
export function Code({ text, what }: { text: string; what: string }) {
  return (
    <div className="flex min-w-0 items-start gap-2 rounded-md border border-line bg-page py-1 pr-1 pl-3">
      <pre className="isolate-text min-w-0 flex-1 whitespace-pre-wrap py-1 font-mono text-sm wrap-anywhere">{text}</pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
