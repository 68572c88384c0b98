import type { Schemas } from '@/api/client';

/** Failure says why a deployment failed, in parts. */
export type Failure = {
  summary: string;
  /** hint says what to change. */
  hint: string;
  /** file is the file that it is about, with the line where that is known. */
  file: string;
  output: string[];
  /** ours tells that the platform is at fault, and not the app or its settings. */
  ours: boolean;
};

const longest = 600;

/** failureOf returns why a deployment failed; undefined where it did not. */
export function failureOf({ error }: Schemas['Deployment']): Failure | undefined {
  if (!error) return undefined;

  const { code, file = '', line } = error;
  const summary = (error.summary || error.message).trim();

  return {
    summary: summary.length > longest ? `${summary.slice(0, longest)}…` : summary || 'It failed, and the platform did not say why.',
    hint: error.hint ?? '',
    file: file && line ? `${file}:${line}` : file,
    output: error.output ?? [],
    ours: code === 'internal' || code === 'unavailable',
  };
}
