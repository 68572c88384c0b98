import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';

/** GitURL takes any other repository by its URL. */
export function GitURL({ organisation }: { organisation: string }) {
  const navigate = useNavigate();
  const [url, setURL] = useState('');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (url.trim()) void navigate({ to: '/o/$org/new', params: { org: organisation }, search: { git: url.trim() } });
  };

  return (
    <form onSubmit={submit} className="border-line border-t p-4 sm:p-5">
      <Field
        label="Or any git URL"
        hint="https for what everybody may read; ssh://git@… for a private one, which then gets a deploy key. Zeitwork looks for pushes by itself."
      >
        <div className="flex gap-2">
          <Input
            value={url}
            onChange={(event) => setURL(event.target.value)}
            mono
            autoComplete="off"
            spellCheck={false}
            maxLength={2000}
            placeholder="https://git.example.com/me/app.git"
          />
          <Button type="submit" disabled={!url.trim()}>
            Use it
          </Button>
        </div>
      </Field>
    </form>
  );
}
