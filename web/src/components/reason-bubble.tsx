import { useEffect, useState } from 'react';
import { createPortal } from 'react-dom';

type Props = { beside: HTMLElement; text: string; onClose: () => void };

const widest = 320;
const margin = 8;
const roomAbove = 140;

/** ReasonBubble shows a sentence beside an element, above all else and within the window. Escape closes it. Screen readers get the sentence elsewhere. */
export function ReasonBubble({ beside, text, onClose }: Props) {
  const [box, setBox] = useState(() => beside.getBoundingClientRect());

  useEffect(() => {
    const place = () => setBox(beside.getBoundingClientRect());
    const close = (event: KeyboardEvent) => event.key === 'Escape' && onClose();

    window.addEventListener('scroll', place, { capture: true, passive: true });
    window.addEventListener('resize', place);
    window.addEventListener('keydown', close);
    return () => {
      window.removeEventListener('scroll', place, { capture: true });
      window.removeEventListener('resize', place);
      window.removeEventListener('keydown', close);
    };
  }, [beside, onClose]);

  const { clientWidth: width, clientHeight: height } = document.documentElement;
  // It grows towards the side where more room is.
  const toLeft = box.left + box.right > width;

  return createPortal(
    <div
      aria-hidden
      className="fixed z-60 py-1.5"
      style={{
        maxWidth: Math.min(widest, (toLeft ? box.right : width - box.left) - margin),
        ...(toLeft ? { right: width - box.right } : { left: box.left }),
        ...(box.top < roomAbove ? { top: box.bottom } : { bottom: height - box.top }),
      }}
    >
      <p className="whitespace-normal rounded-md bg-text px-2 py-1 text-left font-normal text-page text-sm shadow-lg">{text}</p>
    </div>,
    document.body,
  );
}
