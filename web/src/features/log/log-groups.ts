import type { LogGroup, LogLine } from './source';

/** LogGroups are the groups of a log that grows: as the platform told of them, with the lines that were written since. */
export class LogGroups {
  private readonly groups = new Map<number, LogGroup>();
  /** told is the last line of which the platform has said where it belongs, or which was added since. */
  private told = 0;

  all(): LogGroup[] {
    return [...this.groups.values()].sort((a, b) => a.number - b.number);
  }

  /** replace takes what the platform tells now. It may know of fewer lines than were heard of meanwhile: `line` has those. */
  replace(groups: LogGroup[], line: (number: number) => LogLine | null | undefined): void {
    const before = this.told;
    this.groups.clear();
    this.told = 0;
    for (const group of groups) {
      this.groups.set(group.number, { ...group, ranges: group.ranges.map((range) => ({ ...range })) });
      this.told = Math.max(this.told, group.ranges.at(-1)?.last ?? 0);
    }

    const heard: LogLine[] = [];
    for (let number = this.told + 1; number <= before; number++) {
      const known = line(number);
      if (known) heard.push(known);
    }
    this.extend(heard);
    this.told = Math.max(this.told, before);
  }

  /** extend adds new lines to their groups. It tells whether a line is of a group that nobody has told of, and whether any group has grown. */
  extend(lines: LogLine[]): { unknown: boolean; changed: boolean } {
    let unknown = false;
    let changed = false;

    for (const { number, group: of } of lines) {
      if (number <= this.told) continue;
      this.told = number;
      if (of === 0) continue;

      const group = this.groups.get(of);
      if (!group) {
        unknown = true;
        continue;
      }

      const last = group.ranges.at(-1);
      const ranges =
        last?.last === number - 1
          ? [...group.ranges.slice(0, -1), { first: last.first, last: number }]
          : [...group.ranges, { first: number, last: number }];
      this.groups.set(of, { ...group, ranges });
      changed = true;
    }

    return { unknown, changed };
  }
}
