import { createContext, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import { lazyPart } from '@/lib/lazy-part';
import type { Message } from './toasts';

const Toasts = lazyPart(() => import('./toasts'));

type Show = (title: string, description?: string) => void;

const ShowContext = createContext<Show>(() => undefined);

// As many as are shown at once, with some to spare.
const kept = 8;

/** ToastProvider shows short messages about what has just been done, below everything else. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);

  const show = useCallback<Show>((title, description) => {
    setMessages((before) => [...before.slice(-kept), { id: (before.at(-1)?.id ?? 0) + 1, title, description }]);
  }, []);

  return (
    <ShowContext value={show}>
      {children}
      {messages.length > 0 && (
        <Suspense>
          <Toasts messages={messages} />
        </Suspense>
      )}
    </ShowContext>
  );
}

/** useToast returns a function that shows a message. What went wrong with input belongs beside the input, not here. */
export function useToast(): Show {
  return useContext(ShowContext);
}
