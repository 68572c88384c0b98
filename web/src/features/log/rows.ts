import type { LineRange, LogGroup } from './source';

/** Row is what stands in one row of a viewer: a line, or the head of a group, which takes the place of the group's first line. */
export type Row = { kind: 'line'; number: number } | { kind: 'group'; group: LogGroup; open: boolean };

type Block = { start: number; count: number } & ({ kind: 'lines'; first: number } | { kind: 'group'; group: LogGroup; open: boolean });

/** Rows knows which line stands in which row. Groups stand where they began, each with all of its lines. */
export class Rows {
  readonly count: number;
  private readonly blocks: Block[] = [];
  /** byLine are the blocks of lines and heads in the order of their lines. */
  private readonly byLine: { first: number; last: number; row: number }[] = [];
  private readonly owners: { first: number; last: number; group: LogGroup }[] = [];

  constructor(groups: LogGroup[], first: number, total: number, isOpen: (group: LogGroup) => boolean) {
    let count = 0;

    const addLines = ({ first: from, last }: LineRange) => {
      if (last < from) return;
      this.blocks.push({ kind: 'lines', start: count, count: last - from + 1, first: from });
      this.byLine.push({ first: from, last, row: count });
      count += last - from + 1;
    };

    const addGroup = (group: LogGroup) => {
      const open = isOpen(group);
      const [head, ...rest] = clip(group.ranges, first, total);
      this.blocks.push({ kind: 'group', start: count, count: 1, group, open });
      // Of a log whose beginning is gone the first line that is left says no group's name.
      const named = head !== undefined && head.first === group.ranges[0]?.first;
      if (named) this.byLine.push({ first: head.first, last: head.first, row: count });
      count++;
      if (!open || !head) return;
      addLines({ first: head.first + (named ? 1 : 0), last: head.last });
      for (const range of rest) addLines(range);
    };

    for (const group of groups) for (const range of clip(group.ranges, first, total)) this.owners.push({ ...range, group });
    this.owners.sort(inOrder);

    for (const part of inPlace(groups, this.owners, first, total)) {
      if ('number' in part) addGroup(part);
      else addLines(part);
    }

    this.byLine.sort(inOrder);
    this.count = count;
  }

  /** at returns what stands in a row, counted from 0. */
  at(row: number): Row | undefined {
    const block = last(this.blocks, (each) => each.start <= row);
    if (!block || row >= block.start + block.count) return undefined;
    return block.kind === 'group'
      ? { kind: 'group', group: block.group, open: block.open }
      : { kind: 'line', number: block.first + row - block.start };
  }

  /** rowOf returns the row of a line; undefined where its group is folded, or there is no such line. */
  rowOf(line: number): number | undefined {
    const block = last(this.byLine, (each) => each.first <= line);
    return block && line <= block.last ? block.row + line - block.first : undefined;
  }

  /** groupOf returns the group of a line, where it has one. */
  groupOf(line: number): LogGroup | undefined {
    const owner = last(this.owners, (each) => each.first <= line);
    return owner && line <= owner.last ? owner.group : undefined;
  }
}

const inOrder = (a: LineRange, b: LineRange) => a.first - b.first;

function clip(ranges: LineRange[], first: number, total: number): LineRange[] {
  return ranges
    .map((range) => ({ first: Math.max(range.first, first), last: Math.min(range.last, total) }))
    .filter((range) => range.first <= range.last);
}

/** inPlace returns the groups, and the lines that are of none, in the order in which they began. A group without lines stands behind the one before it. */
function inPlace(groups: LogGroup[], owned: LineRange[], first: number, total: number): (LogGroup | LineRange)[] {
  const loose: LineRange[] = [];
  let next = Math.max(first, 1);
  for (const range of owned) {
    if (range.first > next) loose.push({ first: next, last: range.first - 1 });
    next = Math.max(next, range.last + 1);
  }
  if (next <= total) loose.push({ first: next, last: total });

  const parts: (LogGroup | LineRange)[] = [];
  for (const group of groups) {
    const begin = clip(group.ranges, first, total)[0]?.first ?? 0;
    while (loose[0] && loose[0].first < begin) parts.push(loose.shift() as LineRange);
    parts.push(group);
  }

  return parts.concat(loose);
}

/** last returns the last item that holds, of items of which the first ones hold and the others do not. */
function last<T>(items: T[], holds: (item: T) => boolean): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }

  return items[low - 1];
}
