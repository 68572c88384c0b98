import { useSyncExternalStore } from 'react';

/** GraphCursor is the one point that all graphs of a page show, while somebody points at one of them. */
export class GraphCursor {
  /** key joins the crosshairs of the graphs. */
  readonly key: string;
  private point: number | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(key: string) {
    this.key = key;
  }

  set(point: number | undefined): void {
    if (point === this.point) return;
    this.point = point;
    for (const listener of this.listeners) listener();
  }

  readonly get = (): number | undefined => this.point;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** usePoint is the point that the cursor is at, or undefined where it is at none. */
export function usePoint(cursor: GraphCursor): number | undefined {
  return useSyncExternalStore(cursor.subscribe, cursor.get);
}
