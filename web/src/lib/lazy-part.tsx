import { lazy } from 'react';
import { PartMissing } from '@/components/part-missing';

/**
 * lazyPart is React's lazy for parts that are loaded when they are first drawn. Where one cannot be loaded, because the browser is offline or the platform has a
 * newer dashboard by now, a notice stands in its place, and the page around it stays with all that was typed.
 */
export const lazyPart: typeof lazy = (load) =>
  lazy(() =>
    load().catch(() => ({
      // The notice takes no properties, whatever those of the part are.
      default: PartMissing as unknown as Awaited<ReturnType<typeof load>>['default'],
    })),
  );
