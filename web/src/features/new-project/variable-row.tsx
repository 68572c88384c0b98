import { Eye, EyeOff, Hammer, X } from 'lucide-react';
import { type ClipboardEvent, useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { Button } from '@/components/button';
import { Field, Input, TextArea } from '@/components/field';
import { Tooltip } from '@/components/tooltip';
import { cn } from '@/lib/cn';
import { isDotenvFile } from '@/lib/dotenv';
import type { Draft, DraftVariable } from './draft';

type Props = { index: number; row: DraftVariable; onRemove: () => void };

/** VariableRow is one variable: its name, its value, which is masked until one wants to see it, and whether the build gets it. */
export function VariableRow({ index, row, onRemove }: Props) {
  const { register, watch, setValue, formState } = useFormContext<Draft>();
  const [shown, setShown] = useState(false);
  const { name, value, build } = watch(`variables.${index}`);
  const errors = formState.errors.variables?.[index];
  const hint = [row.comment, row.file && `from ${row.file}`].filter(Boolean).join(' · ');
  const isLong = value.includes('\n');
  const label = name || 'the new variable';

  // What is pasted here is the value, with all its lines, unless it is plainly a whole .env file: that is for the section around.
  const paste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text');
    if (isDotenvFile(text)) return;
    event.stopPropagation();
    if (!text.trim().includes('\n')) return;
    event.preventDefault();
    setValue(`variables.${index}.value`, text.replaceAll('\r\n', '\n'), { shouldDirty: true });
  };

  const valueProps = {
    ...register(`variables.${index}.value`),
    onPaste: paste,
    mono: true,
    placeholder: row.example,
    autoComplete: 'off',
    spellCheck: false,
  };

  return (
    <div className="grid gap-2 py-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto]">
      <Field label={row.file ? `Name: ${label}` : 'Name of a variable'} hideLabel error={errors?.name?.message}>
        <Input
          {...register(`variables.${index}.name`)}
          mono
          readOnly={Boolean(row.file)}
          placeholder="NAME"
          maxLength={255}
          autoComplete="off"
          spellCheck={false}
          className={cn(row.file && 'border-transparent bg-page')}
        />
      </Field>
      <Field label={`Value of ${label}`} hideLabel error={errors?.value?.message} hint={hint || undefined}>
        {isLong && shown ? (
          <TextArea {...valueProps} rows={4} />
        ) : isLong ? (
          <p className="flex h-8 items-center rounded-md border border-edge px-3 text-quiet">•••••••• ({value.split('\n').length} lines)</p>
        ) : (
          <Input {...valueProps} type={shown ? 'text' : 'password'} />
        )}
      </Field>
      <div className="flex gap-1">
        <Tooltip text={build ? 'The build gets it, too' : 'Only the running app gets it'}>
          <Button
            look={build ? 'plain' : 'quiet'}
            square
            aria-label={`Give ${label} to the build, too`}
            aria-pressed={build}
            className={cn(build && 'text-accent')}
            onClick={() => setValue(`variables.${index}.build`, !build, { shouldDirty: true })}
          >
            <Hammer aria-hidden />
          </Button>
        </Tooltip>
        <Button look="quiet" square aria-label={shown ? `Hide ${label}` : `Show ${label}`} onClick={() => setShown(!shown)}>
          {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </Button>
        <Button look="quiet" square aria-label={`Leave ${label} out`} onClick={onRemove}>
          <X aria-hidden />
        </Button>
      </div>
    </div>
  );
}
