import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { type ApiProblem, asProblem } from '@/api/problem';
import { detectionQuery, detectionResultQuery, type Source } from '@/api/queries/github';

export type Detecting = {
  /** detection is what is known so far; undefined before the platform has answered. */
  detection?: Schemas['Detection'] | undefined;
  /** problem is why the platform would not even begin. */
  problem?: ApiProblem | undefined;
  again: () => void;
};

/** useDetection has a source looked at, and follows that until it has ended. */
export function useDetection(organisationId: string, source: Source | undefined): Detecting {
  const [attempt, setAttempt] = useState(0);
  const begun = useQuery({ ...detectionQuery(organisationId, source ?? {}, attempt), enabled: source !== undefined });
  const result = useQuery({
    ...detectionResultQuery(begun.data?.id ?? ''),
    enabled: begun.data !== undefined && begun.data.state === 'queued',
  });
  const error = begun.error ?? result.error;

  return {
    detection: result.data ?? begun.data,
    problem: error ? asProblem(error) : undefined,
    again: () => setAttempt((count) => count + 1),
  };
}
