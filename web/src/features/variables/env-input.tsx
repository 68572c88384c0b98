import { FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { Button } from '@/components/button';
import { Field, TextArea } from '@/components/field';
import { cn } from '@/lib/cn';
import { useArrival } from '@/lib/use-arrival';

const largest = 1024 * 1024;

type Props = { text: string; onText: (text: string) => void; problem: string | undefined; disabled: boolean };

/** EnvInput takes variables as text: typed, pasted, or from a file that is chosen or dropped on it. What it holds is hidden while it is not typed in. */
export function EnvInput({ text, onText, problem, disabled }: Props) {
  const file = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  useArrival('import', () => area.current?.focus());
  const [over, setOver] = useState(false);
  const [tooLarge, setTooLarge] = useState(false);

  const take = async (taken: File | undefined) => {
    if (!taken) return;
    setTooLarge(taken.size > largest);
    if (taken.size <= largest) onText(await taken.text());
  };

  const drop = (event: DragEvent) => {
    if (disabled || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <section
      aria-label="A .env file"
      onDragOver={(event) => {
        if (disabled) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={cn('rounded-md', over && 'outline-2 outline-accent outline-offset-4')}
    >
      <Field
        label="NAME=value, one a line"
        hint="The whole of a .env file can be pasted, or dropped here."
        error={tooLarge ? 'This file has more than 1 MiB: that is no .env file.' : problem}
      >
        <TextArea
          ref={area}
          value={text}
          onChange={(event) => {
            setTooLarge(false);
            onText(event.target.value);
          }}
          placeholder={'DATABASE_URL=postgres://…\nSECRET_KEY="…"'}
          disabled={disabled}
          mono
          rows={5}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          className="max-h-80 not-focus:[-webkit-text-security:disc]"
        />
      </Field>
      <input
        ref={file}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-hidden
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      <Button size="small" className="mt-2" disabled={disabled} onClick={() => file.current?.click()}>
        <FileUp aria-hidden />
        Choose a file
      </Button>
    </section>
  );
}
