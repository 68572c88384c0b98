import { FileUp, Plus } from 'lucide-react';
import { type ClipboardEvent, type DragEvent, useRef, useState } from 'react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { Button } from '@/components/button';
import { Card } from '@/components/card';
import { Notice } from '@/components/notice';
import { cn } from '@/lib/cn';
import { longestDotenv, looksLikeDotenv, parseDotenv } from '@/lib/dotenv';
import { plural } from '@/lib/units';
import type { Draft } from './draft';
import { emptyRow, withPasted } from './rows';
import { VariableRow } from './variable-row';

/** VariablesSection is the environment of the app; `looking` says that the source is still asked which variables it wants. A .env file may be pasted or dropped anywhere in it. */
export function VariablesSection({ looking }: { looking: boolean }) {
  const { control, getValues } = useFormContext<Draft>();
  const { fields, append, remove, replace } = useFieldArray({ control, name: 'variables' });
  const [dragging, setDragging] = useState(false);
  const [said, setSaid] = useState<{ problem?: string; done?: string }>({});
  const file = useRef<HTMLInputElement>(null);

  const take = (text: string) => {
    const { variables, problem } = parseDotenv(text);
    if (problem) return setSaid({ problem });
    replace(withPasted(getValues('variables'), variables));
    setSaid({ done: variables.length ? `${plural(variables.length, 'variable')} taken over.` : 'No variable stands in it.' });
  };

  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (!looksLikeDotenv(text)) return;
    event.preventDefault();
    take(text);
  };

  const read = async (files: FileList | null | undefined) => {
    const [first] = files ?? [];
    if (!first) return;
    if (first.size > longestDotenv) setSaid({ problem: `${first.name} is too large for a .env file.` });
    else take(await first.text());
  };

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    void read(event.dataTransfer.files);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping and pasting are shortcuts for the button beside.
    <div
      onPaste={paste}
      onDragOver={(event) => {
        event.preventDefault();
        setDragging(true);
      }}
      onDragLeave={() => setDragging(false)}
      onDrop={drop}
      className={cn('rounded-lg', dragging && 'outline-2 outline-accent outline-offset-2')}
    >
      <Card
        title="Variables"
        text="Paste or drop a .env file anywhere here. Values are kept sealed."
        actions={
          <>
            <input
              ref={file}
              type="file"
              className="sr-only"
              tabIndex={-1}
              aria-label="A .env file"
              onChange={(event) => {
                void read(event.target.files);
                event.target.value = '';
              }}
            />
            <Button size="small" onClick={() => file.current?.click()}>
              <FileUp aria-hidden />
              Read a .env
            </Button>
            <Button size="small" onClick={() => append(emptyRow)}>
              <Plus aria-hidden />
              Add one
            </Button>
          </>
        }
      >
        {said.problem && (
          <Notice tone="bad" live>
            {said.problem}
          </Notice>
        )}
        <p role="status" className={cn('text-quiet text-sm', !said.done && 'sr-only')}>
          {said.done}
        </p>
        {fields.length === 0 ? (
          !said.done && (
            <p className="text-quiet">{looking ? 'Looking for those that the source asks for…' : 'The source asks for none.'}</p>
          )
        ) : (
          <div className="divide-y divide-line">
            {fields.map((field, index) => (
              <VariableRow key={field.id} index={index} row={field} onRemove={() => remove(index)} />
            ))}
          </div>
        )}
      </Card>
    </div>
  );
}
