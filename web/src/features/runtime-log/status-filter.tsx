import { useState } from 'react';
import { Input } from '@/components/field';
import { isStatus } from './filters';

type Props = { status: string | undefined; onChange: (status: string | undefined) => void };

/** StatusFilter takes a status such as 404, or a class of them such as 5xx; the classes are proposed. */
export function StatusFilter({ status, onChange }: Props) {
  const [text, setText] = useState(status ?? '');
  const [settled, setSettled] = useState(status);
  const invalid = text !== '' && !isStatus(text);

  if (status !== settled) {
    setSettled(status);
    setText(status ?? '');
  }

  const change = (next: string) => {
    setText(next);
    const wanted = isStatus(next) ? next : undefined;
    if (wanted !== settled) {
      setSettled(wanted);
      onChange(wanted);
    }
  };

  return (
    <>
      <Input
        list="log-status-classes"
        aria-label="Status of requests, such as 404 or 5xx"
        placeholder="Status"
        title="A status such as 404, or a class such as 5xx"
        maxLength={3}
        value={text}
        onChange={(event) => change(event.target.value.trim().toLowerCase())}
        aria-invalid={invalid || undefined}
        className="max-w-24 text-sm"
      />
      <datalist id="log-status-classes">
        <option value="2xx">Success</option>
        <option value="3xx">Redirects</option>
        <option value="4xx">Mistakes of clients</option>
        <option value="5xx">Errors of the app</option>
      </datalist>
    </>
  );
}
