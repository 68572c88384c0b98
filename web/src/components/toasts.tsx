import { Toast as Base } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { buttonClass } from './button';

/** Message is one short message; ids rise. */
export type Message = { id: number; title: string; description?: string };

/** Toasts shows messages below everything else; ToastProvider loads it with the first one. */
export default function Toasts({ messages }: { messages: Message[] }) {
  return (
    <Base.Provider timeout={5000} limit={3}>
      <Additions messages={messages} />
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-60 flex w-[calc(100vw-2rem)] max-w-sm flex-col gap-2">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Additions({ messages }: { messages: Message[] }) {
  const { add } = Base.useToastManager();
  const added = useRef(0);

  useEffect(() => {
    for (const { id, ...message } of messages) {
      if (id <= added.current) continue;
      added.current = id;
      add(message);
    }
  }, [messages, add]);

  return null;
}

function List() {
  const { toasts } = Base.useToastManager();

  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className="flex items-start gap-3 rounded-lg border border-line bg-raised px-4 py-3 shadow-lg transition data-[ending-style]:opacity-0 data-[starting-style]:opacity-0"
    >
      <div className="min-w-0 flex-1">
        <Base.Title className="font-semibold" />
        <Base.Description className="text-quiet wrap-anywhere" />
      </div>
      {/* Base UI hides it from screen readers although Tab leads to it. */}
      <Base.Close aria-label="Dismiss" aria-hidden={false} className={buttonClass('quiet', 'small', true)}>
        <X aria-hidden />
      </Base.Close>
    </Base.Root>
  ));
}
