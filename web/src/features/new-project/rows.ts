import type { Schemas } from '@/api/client';
import type { DotenvVariable } from '@/lib/dotenv';
import type { DraftVariable } from './draft';

/** emptyRow is a variable that the user adds by hand. */
export const emptyRow: DraftVariable = { name: '', value: '', build: false, example: '', comment: '', file: '' };

/** withWanted are the rows of what the source asks for now, and of what the user has given; those that were asked for before and are empty go. */
export function withWanted(rows: DraftVariable[], wanted: Schemas['WantedVariable'][]): DraftVariable[] {
  const given = rows.filter((row) => row.value || (row.name && !row.file));
  const asked = wanted.map((each) => {
    const row = given.find((candidate) => candidate.name === each.name);
    return { ...(row ?? emptyRow), name: each.name, example: each.example ?? '', comment: each.comment ?? '', file: each.file };
  });

  return [...asked, ...given.filter((row) => !wanted.some((each) => each.name === row.name))];
}

/** withPasted puts the variables of a .env file into the rows of their names, and makes rows for the others. */
export function withPasted(rows: DraftVariable[], pasted: DotenvVariable[]): DraftVariable[] {
  const kept = rows
    .filter((row) => row.name || row.value)
    .map((row) => {
      const found = pasted.find((each) => each.name === row.name);
      return found ? { ...row, value: found.value } : row;
    });

  return [
    ...kept,
    ...pasted.filter((each) => !kept.some((row) => row.name === each.name)).map(({ name, value }) => ({ ...emptyRow, name, value })),
  ];
}
