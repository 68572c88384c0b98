import { useNavigate } from '@tanstack/react-router';
import { Suspense, useEffect, useState } from 'react';
import type { Schemas } from '@/api/client';
import { lazyPart } from '@/lib/lazy-part';
import { singleKeysWork } from '@/lib/single-keys';

const KeysDialog = lazyPart(() => import('./keys-dialog'));

const dialogs = '[role="dialog"]:not([aria-modal="false"])';

/** isTyping tells whether a key belongs to an input. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  // A closed choice takes letters, too: it moves to what begins with them.
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest('[role="combobox"]') !== null;
}

/** Keys listens to the keys that work on every page, and shows them on "?". An element with data-search is what "/" goes to. */
export function Keys({ onSearch, organisation }: { onSearch: () => void; organisation?: Schemas['Organisation'] }) {
  const [shown, setShown] = useState(false);
  const navigate = useNavigate();

  useEffect(() => {
    let before = '';

    const press = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        // What a dialog shows may be there once, such as a token: it is closed by its own buttons.
        if (!document.querySelector(dialogs)) onSearch();
        return;
      }
      if (
        !singleKeysWork() ||
        event.metaKey ||
        event.ctrlKey ||
        event.altKey ||
        isTyping(event.target) ||
        document.querySelector(`${dialogs}, [role="menu"], [role="listbox"]`)
      )
        return;

      const keys = `${before} ${event.key}`.trim();
      before = event.key === 'g' ? 'g' : '';

      if (event.key === '?') setShown(true);
      else if (event.key === '/') {
        const search = document.querySelector<HTMLElement>('[data-search]');
        if (!search) return;
        event.preventDefault();
        search.focus();
      } else if (keys === 'g p' && organisation) void navigate({ to: '/o/$org', params: { org: organisation.slug } });
      else if (keys === 'n' && organisation) void navigate({ to: '/o/$org/new', params: { org: organisation.slug } });
    };

    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate, onSearch, organisation]);

  return (
    shown && (
      <Suspense>
        <KeysDialog open={shown} onOpenChange={setShown} />
      </Suspense>
    )
  );
}
