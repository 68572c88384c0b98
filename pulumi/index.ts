import * as pulumi from '@pulumi/pulumi';
import { platform } from './platform.ts';
import { read } from './settings/read.ts';

function settings() {
  try {
    return read(pulumi.runtime.allConfig());
  } catch (error) {
    // Pulumi shows the sentences of such an error without a stack.
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

export const { environment, authKeys } = platform(settings());
