import { useState } from 'react';
import { readVariable, type Scope } from '@/api/queries/variables';
import { keyOf } from './scopes';

type Named = { scope: Scope; name: string };

export type Values = {
  /** of is the value of a variable where it was asked for. */
  of: (variable: Named) => string | undefined;
  /** read asks for values; the audit log has each reading. */
  read: (variables: Named[]) => Promise<void>;
  /** forget drops values, so that they are hidden again. */
  forget: (variables: Named[]) => void;
};

/** useValues holds the values that the user has looked at while the page is open, and no longer. */
export function useValues(projectId: string): Values {
  const [known, setKnown] = useState<ReadonlyMap<string, string>>(new Map());

  return {
    of: (variable) => known.get(keyOf(variable)),
    read: async (variables) => {
      for (const variable of variables) {
        const value = await readVariable(projectId, variable.scope, variable.name);
        setKnown((before) => new Map(before).set(keyOf(variable), value));
      }
    },
    forget: (variables) => {
      const gone = new Set(variables.map(keyOf));
      setKnown((before) => new Map([...before].filter(([key]) => !gone.has(key))));
    },
  };
}
