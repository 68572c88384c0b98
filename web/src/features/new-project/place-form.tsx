import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/button';
import { Field, Input } from '@/components/field';
import type { NewProjectSearch } from './source';

type Props = {
  organisation: string;
  search: NewProjectSearch;
  /** branch is the one that is looked at where the user has named none. */
  branch: string;
  onAgain: () => void;
};

/** PlaceForm says which branch and which folder of a repository are meant. A change has it looked at again. */
export function PlaceForm({ organisation, search, branch, onAgain }: Props) {
  const navigate = useNavigate();
  const [typed, setTyped] = useState({ branch: search.branch ?? '', root: search.root ?? '' });
  const chosen = { branch: typed.branch.trim(), root: typed.root.trim().replace(/^\/+|\/+$/g, '') };
  const changed = chosen.branch !== (search.branch ?? '') || chosen.root !== (search.root ?? '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!changed) return onAgain();
    const { branch: _branch, root: _root, ...kept } = search;
    void navigate({
      to: '/o/$org/new',
      params: { org: organisation },
      search: { ...kept, ...(chosen.branch ? { branch: chosen.branch } : {}), ...(chosen.root ? { root: chosen.root } : {}) },
      replace: true,
      resetScroll: false,
    });
  };

  return (
    <form onSubmit={submit} className="grid items-end gap-3 sm:grid-cols-[1fr_1fr_auto]">
      <Field label="Branch">
        <Input
          value={typed.branch}
          onChange={(event) => setTyped({ ...typed, branch: event.target.value })}
          placeholder={branch || 'the default one'}
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          mono
        />
      </Field>
      <Field label="Root directory">
        <Input
          value={typed.root}
          onChange={(event) => setTyped({ ...typed, root: event.target.value })}
          placeholder="the top of the repository"
          maxLength={255}
          spellCheck={false}
          autoComplete="off"
          mono
        />
      </Field>
      <Button type="submit">{changed ? 'Look there' : 'Look again'}</Button>
    </form>
  );
}
